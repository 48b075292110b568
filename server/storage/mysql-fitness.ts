// Whether a MySQL or MariaDB is one to rely on: what is looked at when the database is opened, on a connection of the pool.
import type { DataSource } from 'typeorm'
import { type SessionVariables, unsettled } from './mysql-variables.js'
import { UnfitDatabase } from './storage-failure.js'

/** In bytes: the longest statements write some hundreds of rows at once. */
const longestStatement = 1024 * 1024

/**
 * Ids and secrets that differ in case or in a trailing space are different: the collation of an empty database is set to that.
 * @throws UnfitDatabase where that is too late
 */
export async function compareInBinary(source: DataSource, collation: string): Promise<void> {
  const [row] = (await source.query(
    `SELECT @@collation_database AS collation,
       (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()) AS tables`,
  )) as [{ collation: string; tables: number }]
  if (row.collation === collation) return
  if (Number(row.tables) > 0)
    throw new UnfitDatabase(`the database has the collation ${row.collation} and tables in it; it needs ${collation}`)
  await source.query(`ALTER DATABASE CHARACTER SET utf8mb4 COLLATE ${collation}`)
}

/** @throws UnfitDatabase with every problem */
export async function refuseUnfit(
  source: DataSource,
  variables: SessionVariables,
  shown: ReadonlyMap<string, string>,
): Promise<void> {
  const problems = [...unsettled(variables, shown), ...(await serverProblems(source))].map(one => `the server ${one}`)
  const tables = await unfitTables(source)
  if (tables.length > 0) problems.push(`tables that are not as migrations make them: ${tables.join(', ')}`)
  if (problems.length > 0) throw new UnfitDatabase(`the database is not one to rely on: ${problems.join('; ')}`)
}

/** What no connection can set for itself. */
async function serverProblems(source: DataSource): Promise<string[]> {
  const server = await serverVariables(source, ['log_bin', 'binlog_format', 'max_allowed_packet'])
  const problems: string[] = []
  if (server.get('log_bin') === 'ON' && server.get('binlog_format') === 'STATEMENT')
    problems.push('has binlog_format at STATEMENT, which refuses writes under READ COMMITTED: it must be ROW or MIXED')
  if (Number(server.get('max_allowed_packet') ?? longestStatement) < longestStatement)
    problems.push(
      `has max_allowed_packet at ${server.get('max_allowed_packet')}: it must be ${longestStatement} at least`,
    )
  return problems
}

/** What an operator should know, and may have chosen. */
export async function remarksOn(source: DataSource): Promise<string[]> {
  const name = 'innodb_flush_log_at_trx_commit'
  const flush = (await serverVariables(source, [name])).get(name)
  if (flush === undefined || flush === '1') return []
  return [
    `the database server has ${name} at ${flush}: what was answered in its last second can be lost when it crashes`,
  ]
}

async function serverVariables(source: DataSource, names: readonly string[]): Promise<Map<string, string>> {
  const list = names.map(name => `'${name}'`).join(', ')
  const rows = (await source.query(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${list})`)) as {
    Variable_name: string
    Value: string
  }[]
  return new Map(rows.map(row => [row.Variable_name, row.Value]))
}

/** Those of a dump that was loaded elsewhere, or of another engine: they compare otherwise, or take part in no transaction. */
async function unfitTables(source: DataSource): Promise<string[]> {
  const ours = source.entityMetadatas.map(entity => `'${entity.tableName}'`).join(', ')
  const rows = (await source.query(
    `SELECT table_name AS name, engine AS engine, table_collation AS collation FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name IN (${ours})
       AND (engine <> 'InnoDB' OR table_collation <> @@collation_database)
     ORDER BY table_name`,
  )) as { name: string; engine: string; collation: string }[]
  return rows.map(({ name, engine, collation }) => `${name} (${engine}, ${collation})`)
}
