// Sets the session variables of a connection to MySQL or MariaDB, before its first use.
import type { PoolConnection } from 'mysql2'
import {
  namesOf,
  type SessionVariables,
  sessionVariables,
  setAllVariables,
  setCommonVariables,
  setMigrationVariables,
} from './mysql-variables.js'

/** Runs a statement on one connection. */
export type RunStatement = (sql: string) => Promise<Record<string, unknown>[]>

/**
 * Timeout of setting the variables of a new connection, in ms; with a hung server the connection would otherwise keep
 * its slot of the pool.
 */
const statementTimeout = 3_000

export function createSettling(variables: SessionVariables) {
  const settled = new WeakSet<PoolConnection>()
  let statement: string | null = null

  async function settle(connection: PoolConnection): Promise<void> {
    // The pool listens for the first error only: a second 'error' event without a listener would end the process.
    connection.on('error', () => {})
    const ask = asking(connection)
    statement ??= await statementFor(ask)
    try {
      await ask(statement)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ER_UNKNOWN_SYSTEM_VARIABLE') throw error
      // The server was upgraded meanwhile: the new version lacks one of the variables.
      statement = await statementFor(ask)
      await ask(statement)
    }
    settled.add(connection)
  }

  async function statementFor(ask: RunStatement): Promise<string> {
    // Set before SHOW VARIABLES: a limit of one row for every SELECT would apply to SHOW too.
    await ask(setCommonVariables(variables))
    return setAllVariables(variables, await sessionValues(ask, variables))
  }

  return { settle, isSettled: (connection: PoolConnection) => settled.has(connection) }
}

/**
 * Raises the timeouts for statements that change the schema; the connection is not to be used for anything else
 * afterwards.
 */
export async function widenForMigrations(ask: RunStatement): Promise<void> {
  const variables = sessionVariables('')
  await ask(setMigrationVariables(variables, await sessionValues(ask, variables)))
}

function asking(connection: PoolConnection): RunStatement {
  return sql =>
    new Promise((resolve, reject) => {
      connection.query({ sql, timeout: statementTimeout }, (error, rows) =>
        error ? reject(error) : resolve(rows as unknown as Record<string, unknown>[]),
      )
    })
}

/** The values of those variables that the server has. */
export async function sessionValues(ask: RunStatement, variables: SessionVariables): Promise<Map<string, string>> {
  const names = namesOf(variables).map(name => `'${name}'`)
  const rows = await ask(`SHOW SESSION VARIABLES WHERE Variable_name IN (${names.join(', ')})`)
  return new Map((rows as { Variable_name: string; Value: string }[]).map(row => [row.Variable_name, row.Value]))
}

/**
 * The binary collation without padding. Not plain utf8mb4_bin: it pads, so that an id and the same id with a trailing
 * space are equal.
 */
export async function binaryCollation(ask: RunStatement): Promise<string> {
  const [row] = (await ask('SELECT VERSION() AS version')) as [{ version: string }]
  return /mariadb/i.test(row.version) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'
}
