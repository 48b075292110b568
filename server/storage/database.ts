// The only access to the database: explicit SQL with `?` marks, for SQLite and MySQL alike. Connections are implemented
// in the folder beside, statements in the stores.
import { setTimeout as pause } from 'node:timers/promises'
import { Refusal, refuse } from '../protocol/errors.js'
import {
  type Connection,
  type Connections,
  type DatabaseAddress,
  rowsOf,
  type Statements,
} from './connections/connections.js'
import { isDeadlock, isDuplicate, isTransient, StorageFailure, UnsupportedDatabase } from './storage-failure.js'
import { type TransactionGuard, unguarded } from './transaction-guard.js'
import { createWriteHealth, type WriteHealthDeps } from './write-health.js'

export type Value = string | number | boolean | null

/** A row of a SELECT, in the order of its columns. */
export type Cells = readonly (string | number | null)[]

/** Runs statements: a transaction, or the database itself, which commits each statement by itself (autocommit). */
export type Queries = {
  /** Rows of a SELECT. Booleans come as 0 and 1. */
  read<Row>(sql: string, values?: readonly Value[]): Promise<Row[]>
  /**
   * Rows of a SELECT that runs very often, which the server keeps prepared: one of few texts, whose values are texts
   * as well. Each row is an array of cells in the order of the columns, whose names differ.
   */
  cells(sql: string, values: readonly string[]): Promise<Cells[]>
  /** @returns how many rows the statement matched, changed or not */
  write(sql: string, values?: readonly Value[]): Promise<number>
}

export type Dialect = {
  engine: 'sqlite' | 'mysql'
  /** Ends a SELECT that locks its rows; empty for SQLite, whose transactions have the one write lock already. */
  forUpdate: '' | ' FOR UPDATE'
  /** An expression for epoch ms by the database's clock, or null where that is this process's. */
  now: string | null
}

export type Database = Queries & {
  dialect: Dialect
  /** For migrations. */
  connections: Connections
  /** Remarks about the database server, for the operator. */
  warnings: readonly string[]
  /**
   * Runs `work` in one transaction: all of it or nothing. A deadlock runs it again, so it must do nothing but storage.
   * @throws database_unavailable when a retry later may help
   */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>
  /** Why nothing can be written at present, or null where it can. Sends no statement. */
  writeProblem(): string | null
  close(): Promise<void>
}

/** How long one statement or transaction may take, waiting for a connection included, in ms. */
const deadline = 5_000
const deadlockTries = 8

/**
 * Connects; migrates nothing.
 * @throws database_unavailable, UnsupportedDatabase
 */
export async function openDatabase(
  address: DatabaseAddress,
  log: WriteHealthDeps['log'] = { error() {}, info() {} },
  guard: TransactionGuard = unguarded,
): Promise<Database> {
  const writes = createWriteHealth({ log, monotonic: () => performance.now() })
  const connections = await openConnections(address)
  const dialect: Dialect =
    connections.engine === 'sqlite'
      ? { engine: 'sqlite', forUpdate: '', now: null }
      : { engine: 'mysql', forUpdate: ' FOR UPDATE', now: 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)' }

  function requireOutsideTransaction(): void {
    if (guard.isInside(connections))
      throw new Error('a statement inside a transaction must use the transaction it was given')
  }

  /** Retries the victim of a deadlock, which was rolled back as a whole, a single statement too. */
  async function retryingDeadlocks<T>(work: () => Promise<T>): Promise<T> {
    requireOutsideTransaction()
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        const again = error instanceof StorageFailure && isDeadlock(error) && attempt < deadlockTries
        if (!again) throw asRefusal(error)
        // Random delay (jitter): transactions that deadlocked once should not start together again.
        await pause(Math.random() * 5 * attempt)
      }
    }
  }

  const reading = <T>(work: (lent: Statements) => Promise<T>) =>
    retryingDeadlocks(() => inTime(connections.reader(), work))

  const writing = <T>(work: (lent: Connection) => Promise<T>) =>
    retryingDeadlocks(async () => {
      try {
        const result = await inTime(connections.writer(), work)
        writes.succeeded()
        return result
      } catch (error) {
        if (error instanceof StorageFailure) writes.failed(error)
        throw error
      }
    })

  return {
    dialect,
    connections,
    warnings: connections.warnings,
    transaction: work =>
      writing(lent => inOneTransaction(lent, () => guard.run(connections, () => work(queriesOn(lent))))),
    read: <Row>(sql: string, values?: readonly Value[]) => reading(lent => queriesOn(lent).read<Row>(sql, values)),
    cells: (sql, values) => reading(lent => queriesOn(lent).cells(sql, values)),
    write: (sql, values = []) => writing(lent => queriesOn(lent).write(sql, values)),
    writeProblem: writes.problem,
    close: connections.close,
  }
}

async function openConnections(address: DatabaseAddress): Promise<Connections> {
  try {
    // The module of the other engine is not loaded.
    if (address.engine === 'sqlite') return await (await import('./connections/sqlite.js')).openSqlite(address.path)
    return await (await import('./connections/mysql.js')).openMysql(address)
  } catch (error) {
    throw asRefusal(translated(error, 'connect'))
  }
}

async function inOneTransaction<T>(lent: Connection, work: () => Promise<T>): Promise<T> {
  try {
    await lent.begin()
  } catch (error) {
    throw translated(error, 'BEGIN')
  }
  let result: T
  try {
    result = await work()
  } catch (error) {
    await rollBack(lent)
    // The first error is the one to throw.
    throw error
  }
  try {
    await lent.commit()
  } catch (error) {
    await rollBack(lent)
    throw translated(error, 'COMMIT')
  }
  return result
}

async function rollBack(lent: Connection): Promise<void> {
  try {
    await lent.rollback()
  } catch {
    // In the pool the next caller would get its open transaction: it is discarded instead, and closing it rolls back.
    lent.discard()
  }
}

function queriesOn(lent: Statements): Queries {
  const run = async (sql: string, values: readonly Value[], often = false) => {
    refuseWhatIsNoNumber(values, sql)
    if (often) refuseWhatIsNoText(values, sql)
    try {
      return await lent.query(sql, values, often)
    } catch (error) {
      throw translated(error, sql)
    }
  }
  return {
    read: async <Row>(sql: string, values: readonly Value[] = []) => rowsOf(await run(sql, values)) as Row[],
    async cells(sql, values) {
      const answer = await run(sql, values, true)
      return 'cells' in answer ? (answer.cells as Cells[]) : []
    },
    async write(sql, values = []) {
      const answer = await run(sql, values)
      return 'affected' in answer ? answer.affected : 0
    },
  }
}

/**
 * Refuses NaN and infinite numbers: the driver of MySQL would write `NaN` into the statement, where it is the name of
 * a column; SQLite would take it for NULL.
 */
function refuseWhatIsNoNumber(values: readonly Value[], sql: string): void {
  const at = values.findIndex(value => typeof value === 'number' && !Number.isFinite(value))
  if (at !== -1) throw new TypeError(`value ${at + 1} is ${values[at]}: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`)
}

/**
 * Refuses values that are no text: the driver of MySQL would send numbers to a prepared statement as DOUBLE, with
 * which no index of integers is used.
 */
function refuseWhatIsNoText(values: readonly Value[], sql: string): void {
  const at = values.findIndex(value => typeof value !== 'string')
  if (at !== -1) throw new TypeError(`value ${at + 1} is no text: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`)
}

/** A hung server answers nothing and closes nothing: past the deadline its connection is discarded. */
async function inTime<Lent extends Statements, T>(lent: Lent, work: (lent: Lent) => Promise<T>): Promise<T> {
  let late = false
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true
      reject(new StorageFailure('DEADLINE', 'no answer in time'))
    }, deadline)
  })
  try {
    return await Promise.race([work(lent), timeout])
  } finally {
    clearTimeout(timer)
    if (late) lent.discard()
    else lent.release()
  }
}

/** The driver's error, without the values of the statement. */
function translated(error: unknown, statement: string): unknown {
  if (error instanceof Refusal || error instanceof StorageFailure || error instanceof UnsupportedDatabase) return error
  return StorageFailure.from(error, statement)
}

function asRefusal(error: unknown): unknown {
  if (error instanceof StorageFailure && isTransient(error))
    return refuse('database_unavailable', { retryAfter: 1, cause: error })
  return error
}

export { isDuplicate }
