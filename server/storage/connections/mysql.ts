// MySQL and MariaDB: a pool of connections. Each connection gets our session variables before its first use.
import type { Pool, PoolConnection, PoolOptions, QueryResult, ResultSetHeader } from 'mysql2'
import { requireBinaryCollation, requireSupported, warningsOn } from '../mysql-requirements.js'
import { binaryCollation, createSettling, type RunStatement, sessionValues } from '../mysql-session.js'
import { sessionVariables } from '../mysql-variables.js'
import { secureContext } from '../tls.js'
import {
  type Answer,
  type Connection,
  type Connections,
  type DatabaseAddress,
  type Over,
  refuseOver,
} from './connections.js'

type MysqlAddress = Extract<DatabaseAddress, { engine: 'mysql' }>

/** @throws UnsupportedDatabase, or what the driver throws */
export async function openMysql(address: MysqlAddress): Promise<Connections> {
  return connectionsOn(await aPool(address))
}

export async function aPool(address: MysqlAddress): Promise<Pool> {
  const { createPool } = await import('mysql2')
  return createPool(poolOptions(address))
}

/** Makes every connection of the pool use our session variables, and checks that the database is suitable. */
export async function connectionsOn(pool: Pool): Promise<Connections> {
  try {
    const first = await taken(pool)
    const ask: RunStatement = async sql => (await sent(first, sql, [])) as Record<string, unknown>[]
    const collation = await binaryCollation(ask)
    const variables = sessionVariables(collation)
    const settling = createSettling(variables)
    await settling.settle(first)
    await requireBinaryCollation(ask, collation)
    await requireSupported(ask, collation, variables, await sessionValues(ask, variables))
    const warnings = await warningsOn(ask)
    first.release()
    return mysqlConnections(pool, settling, warnings)
  } catch (error) {
    await ended(pool).catch(() => {})
    throw error
  }
}

function poolOptions(address: MysqlAddress): PoolOptions {
  return {
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.name,
    timezone: 'Z',
    charset: 'utf8mb4_bin',
    supportBigNumbers: true,
    bigNumberStrings: false,
    stringifyObjects: true,
    connectTimeout: 3_000,
    connectionLimit: 10,
    queueLimit: 2_000,
    // Limit for one connection; the least recently used are dropped. A batch of refreshes has one text for each power
    // of two.
    maxPreparedStatements: 50,
    // A stack for every query would be slow; the failure names its statement.
    trace: false,
    // The address has one host: see the settings.
    ...(address.tls && { ssl: { ...secureContext(address.tls), verifyIdentity: address.tls.verify === 'full' } }),
  }
}

function mysqlConnections(
  pool: Pool,
  { settle, isSettled }: ReturnType<typeof createSettling>,
  warnings: string[],
): Connections {
  let closed: Promise<void> | null = null

  /**
   * Sets the session variables of a connection before its first use: one round trip for each new connection, none per statement.
   */
  async function settledOne(): Promise<PoolConnection> {
    const connection = await taken(pool)
    if (isSettled(connection)) return connection
    try {
      await settle(connection)
    } catch (error) {
      // A connection whose variables could not be set must not be used.
      connection.destroy()
      throw error
    }
    return connection
  }

  function acquire(): Connection {
    let over: Over = null
    let coming: Promise<PoolConnection> | null = null
    let connection: PoolConnection | null = null

    async function query(sql: string, values: readonly unknown[] = [], often = false): Promise<Answer> {
      refuseOver(over)
      if (!connection) {
        coming ??= settledOne()
        connection = await coming
        refuseOver(over)
      }
      if (often) return { cells: await executed(connection, sql, values) }
      const result = await sent(connection, sql, values)
      return Array.isArray(result)
        ? { rows: result as Record<string, unknown>[] }
        : { affected: (result as ResultSetHeader).affectedRows ?? 0 }
    }

    return {
      query,
      begin: async () => void (await query('START TRANSACTION')),
      commit: async () => void (await query('COMMIT')),
      rollback: async () => void (await query('ROLLBACK')),

      release(): void {
        if (over) return
        over = 'released'
        connection?.release()
      },

      /**
       * A hung server answers nothing and closes nothing: its connection is closed here, and the pool makes another.
       */
      discard(): void {
        if (over) return
        over = 'discarded'
        if (connection) connection.destroy()
        // Nothing was sent on it.
        else
          coming?.then(
            unused => unused.release(),
            () => {},
          )
      },
    }
  }

  return {
    engine: 'mysql',
    warnings,
    reader: acquire,
    writer: acquire,
    close(): Promise<void> {
      closed ??= ended(pool)
      return closed
    },
  }
}

function taken(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)))
  })
}

function sent(connection: PoolConnection, sql: string, values: readonly unknown[]): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    connection.query(sql, values as unknown[], (error, result) => (error ? reject(error) : resolve(result)))
  })
}

/**
 * Runs a prepared statement: the server parses its text once for each connection. Rows are arrays, as building an
 * object for each wide row would cost the driver as much as to read it.
 */
async function executed(connection: PoolConnection, sql: string, values: readonly unknown[]): Promise<unknown[][]> {
  const asked = { sql, values: values as string[], rowsAsArray: true }
  const by = (how: 'execute' | 'query') =>
    new Promise<unknown[][]>((resolve, reject) => {
      connection[how](asked, (error: Error | null, rows: unknown) =>
        error ? reject(error) : resolve(rows as unknown[][]),
      )
    })
  try {
    return await by('execute')
  } catch (error) {
    // All connections to the server share its limit of prepared statements, and not all are ours.
    if ((error as { code?: unknown }).code !== 'ER_MAX_PREPARED_STMT_COUNT_REACHED') throw error
    return by('query')
  }
}

function ended(pool: Pool): Promise<void> {
  return new Promise((resolve, reject) => {
    pool.end(error => (error ? reject(error) : resolve()))
  })
}
