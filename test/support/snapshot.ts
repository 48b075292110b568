// What the database holds, as text: two of these are equal when nothing changed in between.
import type { TestServer } from './server.js'

/** The heartbeat moves by itself. */
const still = new Set(['heartbeat'])

export async function snapshotOf(server: TestServer): Promise<string> {
  // Rows of what has ended are marked behind the answer.
  await server.composed.jobs.settled()
  const { database } = server.composed.parts.storage
  const tables = database.source.entityMetadatas.map(entity => entity.tableName).filter(name => !still.has(name))
  const contents: Record<string, unknown> = {}
  for (const table of tables.sort()) {
    const rows = await database.read<object>(`SELECT * FROM \`${table}\``)
    contents[table] = rows.map(row => JSON.stringify(row)).sort()
  }
  return JSON.stringify(contents, null, 1)
}
