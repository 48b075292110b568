// Makes every connection of the pool speak with our settings, and looks at start whether the database is one to rely on.
import type { DataSource, QueryRunner } from 'typeorm'
import { compareInBinary, refuseUnfit, remarksOn } from './mysql-fitness.js'
import {
  namesOf,
  type SessionVariables,
  sessionVariables,
  settingEverywhere,
  settingThem,
  wideningThem,
} from './mysql-variables.js'

type Connection = {
  query(statement: { sql: string; timeout: number }, done: (error: unknown, rows: unknown) => void): void
  on(event: 'error', listener: () => void): void
  destroy(): void
}
type Acquired = (error: unknown, connection?: Connection) => void
type Pool = { getConnection(done: Acquired): void }

/** How long a new connection may take to be settled, in ms; a hung server would otherwise keep its place in the pool. */
const patience = 3_000

/**
 * Nobody gets a connection before our settings are in force on it: one more trip for each new one, and none for a statement.
 * @returns what an operator should know
 * @throws UnfitDatabase
 */
export async function settleMysql(source: DataSource): Promise<string[]> {
  const pool = (source.driver as unknown as { pool: Pool }).pool
  const collation = await binaryCollation(source)
  const variables = sessionVariables(collation)
  const settled = new WeakSet<Connection>()
  let statement: string | null = null

  async function settle(connection: Connection): Promise<void> {
    // The pool's own listener is there for the first error alone; a second would end the process.
    connection.on('error', () => {})
    statement ??= await statementFor(connection)
    try {
      await ask(connection, statement)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ER_UNKNOWN_SYSTEM_VARIABLE') throw error
      // Another version of the server runs now: one of them was removed there.
      statement = await statementFor(connection)
      await ask(connection, statement)
    }
    settled.add(connection)
  }

  async function statementFor(connection: Connection): Promise<string> {
    // With these alone looking is safe: a limit of one row for every SELECT holds for SHOW too.
    await ask(connection, settingEverywhere(variables))
    return settingThem(variables, await shownTo(sql => ask(connection, sql), variables))
  }

  const acquire = pool.getConnection.bind(pool)
  pool.getConnection = done =>
    acquire((error, connection) => {
      if (error || !connection || settled.has(connection)) return done(error, connection)
      settle(connection).then(
        () => done(null, connection),
        (failure: unknown) => {
          // One that cannot be settled must not be used.
          connection.destroy()
          done(failure)
        },
      )
    })

  await compareInBinary(source, collation)
  await refuseUnfit(source, variables, await shownTo(sql => source.query(sql), variables))
  return remarksOn(source)
}

/** Gives what changes the schema the time it needs; the connection is not to be used for anything else afterwards. */
export async function widenForMigrations(runner: QueryRunner): Promise<void> {
  const variables = sessionVariables('')
  await runner.query(wideningThem(variables, await shownTo(sql => runner.query(sql), variables)))
}

function ask(connection: Connection, sql: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query({ sql, timeout: patience }, (error, rows) => (error ? reject(error) : resolve(rows)))
  })
}

/** Those of the variables that the server has. */
async function shownTo(
  query: (sql: string) => Promise<unknown>,
  variables: SessionVariables,
): Promise<Map<string, string>> {
  const names = namesOf(variables).map(name => `'${name}'`)
  const rows = await query(`SHOW SESSION VARIABLES WHERE Variable_name IN (${names.join(', ')})`)
  return new Map((rows as { Variable_name: string; Value: string }[]).map(row => [row.Variable_name, row.Value]))
}

/** Not plain utf8mb4_bin: it pads, so that an id and the same id with a space behind it are one. */
async function binaryCollation(source: DataSource): Promise<string> {
  const [row] = (await source.query('SELECT VERSION() AS version')) as [{ version: string }]
  return /mariadb/i.test(row.version) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'
}
