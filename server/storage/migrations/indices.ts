// Indices that a migration drops and adds: all of a table's in one statement where the engine can, as each statement
// rebuilds the table.
import type { QueryRunner } from 'typeorm'

/** Columns by table and by index name. */
export type Indices = Record<string, Record<string, readonly string[]>>

/** Existing indices are not added, and missing ones are not dropped: an interrupted migration can run again. */
export async function moveIndices(runner: QueryRunner, { from, to }: { from: Indices; to: Indices }): Promise<void> {
  const there = await present(runner)
  const isThere = (table: string, name: string, columns: readonly string[]) =>
    there.get(`${table}.${name}`)?.join() === columns.join()
  for (const table of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const dropped = Object.entries(from[table] ?? {}).filter(([name, columns]) => isThere(table, name, columns))
    const added = Object.entries(to[table] ?? {}).filter(([name, columns]) => !isThere(table, name, columns))
    for (const statement of statements(runner, table, dropped, added)) await runner.query(statement)
  }
}

type Named = [name: string, columns: readonly string[]][]

function statements(runner: QueryRunner, table: string, dropped: Named, added: Named): string[] {
  if (isSqlite(runner))
    return [
      ...dropped.map(([name]) => `DROP INDEX "${name}"`),
      ...added.map(
        ([name, columns]) =>
          `CREATE INDEX "${name}" ON "${table}" (${columns.map(column => `"${column}"`).join(', ')})`,
      ),
    ]
  const changes = [
    ...dropped.map(([name]) => `DROP INDEX ${name}`),
    ...added.map(([name, columns]) => `ADD INDEX ${name} (${columns.join(', ')})`),
  ]
  return changes.length > 0 ? [`ALTER TABLE \`${table}\` ${changes.join(', ')}`] : []
}

async function present(runner: QueryRunner): Promise<Map<string, string[]>> {
  const rows = (await runner.query(
    isSqlite(runner)
      ? `SELECT m.tbl_name AS tableName, m.name AS indexName, i.name AS columnName
         FROM sqlite_master m JOIN pragma_index_info(m.name) i WHERE m.type = 'index' ORDER BY m.name, i.seqno`
      : `SELECT table_name AS tableName, index_name AS indexName, column_name AS columnName
         FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY index_name, seq_in_index`,
  )) as { tableName: string; indexName: string; columnName: string }[]
  const found = new Map<string, string[]>()
  for (const { tableName, indexName, columnName } of rows) {
    const key = `${tableName}.${indexName}`
    found.set(key, [...(found.get(key) ?? []), columnName])
  }
  return found
}

function isSqlite(runner: QueryRunner): boolean {
  return runner.dataSource.options.type === 'better-sqlite3'
}
