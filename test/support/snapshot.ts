// The contents of the database as text, to check that nothing has changed.
import BetterSqlite3 from 'better-sqlite3'
import type { Queries } from '../../server/storage/database.js'
import { tables as allTables } from '../../server/storage/tables.js'
import type { TestServer } from './server.js'

/** Tables left out: the heartbeat changes without requests. */
const still = new Set(['heartbeat'])

/**
 * The last snapshot of a server on SQLite and the version of the file, since reading all tables costs more than most
 * requests.
 */
type Known = { file: BetterSqlite3.Database; version: unknown; text: string }
const known = new WeakMap<TestServer, Known>()

export async function snapshotOf(server: TestServer): Promise<string> {
  // Ended sessions are marked by a job after the answer.
  await server.composed.jobs.settled()
  const { database } = server.settings
  const open = server.composed.parts.storage.database
  if (database.engine !== 'sqlite') return contentsOf(open)
  const { file, ...last } = known.get(server) ?? { file: new BetterSqlite3(database.path), version: null, text: '' }
  // PRAGMA data_version (SQLite) changes with every commit of another connection.
  const version = file.pragma('data_version', { simple: true })
  const text = version === last.version ? last.text : await contentsOf(open)
  known.set(server, { file, version, text })
  return text
}

/** The same of a database that no server may be running on. */
export async function contentsOf(database: Queries): Promise<string> {
  const tables = allTables.filter(name => !still.has(name))
  const contents: Record<string, unknown> = {}
  for (const table of tables) {
    const rows = await database.read<object>(`SELECT * FROM \`${table}\``)
    contents[table] = rows.map(row => JSON.stringify(row)).sort()
  }
  return JSON.stringify(contents, null, 1)
}
