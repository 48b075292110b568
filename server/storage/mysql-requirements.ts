// Checks that a MySQL or MariaDB server is suitable, on the first connection when the database is opened.
import type { RunStatement } from './mysql-session.js'
import { type SessionVariables, wrongVariables } from './mysql-variables.js'
import { UnsupportedDatabase } from './storage-failure.js'
import { tables } from './tables.js'

/** In bytes: the longest statements write some hundreds of rows at once. */
const longestStatement = 1024 * 1024

/**
 * Sets a binary collation for an empty database: ids and secrets that differ in case or in a trailing space are
 * different.
 * @throws UnsupportedDatabase where there are tables already
 */
export async function requireBinaryCollation(ask: RunStatement, collation: string): Promise<void> {
  const [own] = (await ask('SELECT @@collation_database AS collation')) as [{ collation: string }]
  if (own.collation === collation) return
  // A connection keeps the collation that it found when it began; another server may have changed it since. New tables
  // get the changed one.
  const [{ count }] = (await ask(
    'SELECT COUNT(*) AS count FROM information_schema.tables WHERE table_schema = DATABASE()',
  )) as [{ count: number }]
  const [present] = (await ask(
    'SELECT default_collation_name AS collation FROM information_schema.schemata WHERE schema_name = DATABASE()',
  )) as [{ collation: string }]
  if (present.collation !== collation && Number(count) > 0)
    throw new UnsupportedDatabase(
      `the database has the collation ${present.collation} and tables in it; it needs ${collation}`,
    )
  // Also where it is set already: this connection would otherwise create tables with the former collation.
  await ask(`ALTER DATABASE CHARACTER SET utf8mb4 COLLATE ${collation}`)
}

/** @throws UnsupportedDatabase with every problem */
export async function requireSupported(
  ask: RunStatement,
  collation: string,
  variables: SessionVariables,
  shown: ReadonlyMap<string, string>,
): Promise<void> {
  const problems = [...wrongVariables(variables, shown), ...(await serverProblems(ask))].map(one => `the server ${one}`)
  const mismatched = await mismatchedTables(ask, collation)
  if (mismatched.length > 0) problems.push(`tables that are not as migrations make them: ${mismatched.join(', ')}`)
  if (problems.length > 0) throw new UnsupportedDatabase(`the database is not suitable: ${problems.join('; ')}`)
}

/** Problems of the server that no session variable can solve. */
async function serverProblems(ask: RunStatement): Promise<string[]> {
  const server = await serverVariables(ask, ['log_bin', 'binlog_format', 'max_allowed_packet'])
  const problems: string[] = []
  if (server.get('log_bin') === 'ON' && server.get('binlog_format') === 'STATEMENT')
    problems.push('has binlog_format at STATEMENT, which refuses writes under READ COMMITTED: it must be ROW or MIXED')
  if (Number(server.get('max_allowed_packet') ?? longestStatement) < longestStatement)
    problems.push(
      `has max_allowed_packet at ${server.get('max_allowed_packet')}: it must be ${longestStatement} at least`,
    )
  return problems
}

/** Remarks for the operator, on settings that may be intended. */
export async function warningsOn(ask: RunStatement): Promise<string[]> {
  const name = 'innodb_flush_log_at_trx_commit'
  const flush = (await serverVariables(ask, [name])).get(name)
  if (flush === undefined || flush === '1') return []
  return [
    `the database server has ${name} at ${flush}: what was answered in its last second can be lost when it crashes`,
  ]
}

async function serverVariables(ask: RunStatement, names: readonly string[]): Promise<Map<string, string>> {
  const list = names.map(name => `'${name}'`).join(', ')
  const rows = (await ask(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${list})`)) as {
    Variable_name: string
    Value: string
  }[]
  return new Map(rows.map(row => [row.Variable_name, row.Value]))
}

/**
 * Tables from a dump of another server, or of another engine: they compare differently, or support no transactions.
 */
async function mismatchedTables(ask: RunStatement, collation: string): Promise<string[]> {
  const ours = tables.map(name => `'${name}'`).join(', ')
  const rows = (await ask(
    `SELECT table_name AS name, engine AS engine, table_collation AS collation FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name IN (${ours})
       AND (engine <> 'InnoDB' OR table_collation <> '${collation}')
     ORDER BY table_name`,
  )) as { name: string; engine: string; collation: string }[]
  return rows.map(({ name, engine, collation }) => `${name} (${engine}, ${collation})`)
}
