// The one way to the database: explicit SQL with `?` marks, on SQLite and on MySQL alike. Entities and TypeORM's runners
// lie beneath; the stores beside this file say what the statements are.
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { DataSource, QueryRunner } from 'typeorm'
import { Refusal, refuse } from '../protocol/errors.js'
import { createDataSource, type DatabaseAddress } from './data-source.js'
import { settleMysql } from './mysql-session.js'
import { isolateRunners } from './sqlite-runners.js'
import { isDeadlock, isDuplicate, isPassing, StorageFailure, UnfitDatabase } from './storage-failure.js'
import { createWriteHealth, type WriteHealthDeps } from './write-health.js'

export type Value = string | number | boolean | null

/** Where statements run: a transaction, or the database itself, which commits each one by itself. */
export type Queries = {
  /** Rows of a SELECT. Booleans come as 0 and 1. */
  read<Row>(sql: string, values?: readonly Value[]): Promise<Row[]>
  /** @returns how many rows the statement matched, changed or not */
  write(sql: string, values?: readonly Value[]): Promise<number>
}

export type Dialect = {
  engine: 'sqlite' | 'mysql'
  /** Ends a SELECT that locks its rows; SQLite's transactions have the one write lock already. */
  forUpdate: '' | ' FOR UPDATE'
  /** An expression for epoch ms by the database's clock, or null where that is this process's. */
  now: string | null
}

export type Database = Queries & {
  dialect: Dialect
  source: DataSource
  /** About the database server, for the operator. */
  remarks: readonly string[]
  /**
   * Runs `work` in one transaction: all of it or nothing. A deadlock runs it again, so it must do nothing but storage.
   * @throws database_unavailable when a retry later may help
   */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>
  /** Why nothing can be written at present, or null where it can. Asks nothing. */
  writeTrouble(): string | null
  close(): Promise<void>
}

/** How long one statement or transaction may take, waiting for a connection included, in ms. */
const deadline = 5_000
const deadlockTries = 8

/** Whose transaction a caller is in. One for all databases: each that was ever run in slows every promise from then on. */
const inTransaction = new AsyncLocalStorage<DataSource>()

/**
 * Connects; migrates nothing.
 * @throws database_unavailable, UnfitDatabase
 */
export async function openDatabase(
  address: DatabaseAddress,
  log: WriteHealthDeps['log'] = { error() {}, info() {} },
): Promise<Database> {
  const writes = createWriteHealth({ log, monotonic: () => performance.now() })
  const source = createDataSource(address)
  let remarks: string[] = []
  try {
    await source.initialize()
    if (address.engine === 'sqlite') await isolateRunners(source, address.path)
    else remarks = await settleMysql(source)
  } catch (error) {
    if (source.isInitialized) await source.destroy().catch(() => {})
    throw asRefusal(translated(error, 'connect'))
  }

  const dialect: Dialect =
    address.engine === 'sqlite'
      ? { engine: 'sqlite', forUpdate: '', now: null }
      : { engine: 'mysql', forUpdate: ' FOR UPDATE', now: 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)' }

  /** A statement beside the transaction that its caller is in would wait for that transaction, or run outside it. */
  function refuseStray(): void {
    if (inTransaction.getStore() === source)
      throw new Error('a statement inside a transaction must use the transaction it was given')
  }

  /** Whoever loses a deadlock was rolled back whole, a statement by itself too, and is run again. */
  async function afresh<T>(mode: 'master' | 'slave', work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    refuseStray()
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await onRunner(source, mode, work)
        if (mode === 'master') writes.succeeded()
        return result
      } catch (error) {
        if (mode === 'master' && error instanceof StorageFailure) writes.failed(error)
        const again = error instanceof StorageFailure && isDeadlock(error) && attempt < deadlockTries
        if (!again) throw asRefusal(error)
        // Those who met each other once do not set out together again.
        await pause(Math.random() * 5 * attempt)
      }
    }
  }

  return {
    dialect,
    source,
    remarks,
    transaction: work =>
      afresh('master', runner => inOneTransaction(runner, () => inTransaction.run(source, work, queriesOn(runner)))),
    read: <Row>(sql: string, values: readonly Value[] = []) =>
      afresh('slave', runner => queriesOn(runner).read<Row>(sql, values)),
    write: (sql, values = []) => afresh('master', runner => queriesOn(runner).write(sql, values)),
    writeTrouble: writes.trouble,
    async close() {
      if (source.isInitialized) await source.destroy()
    },
  }
}

async function inOneTransaction<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  try {
    await runner.startTransaction()
  } catch (error) {
    throw translated(error, 'BEGIN')
  }
  let result: T
  try {
    result = await work()
  } catch (error) {
    await rollBack(runner)
    // The first error is the one to tell.
    throw error
  }
  try {
    await runner.commitTransaction()
  } catch (error) {
    await rollBack(runner)
    throw translated(error, 'COMMIT')
  }
  return result
}

async function rollBack(runner: QueryRunner): Promise<void> {
  try {
    await runner.rollbackTransaction()
  } catch {
    // Back in the pool it would lend its open transaction to the next caller; it rolls back by dying.
    await discard(runner)
  }
}

/** Closes the connection beneath a runner. SQLite has one for all writers, and keeps it. */
export async function discard(runner: QueryRunner): Promise<void> {
  if (runner.dataSource.options.type === 'better-sqlite3') return
  const connection = (await runner.connect()) as { destroy(): void }
  connection.destroy()
}

function queriesOn(runner: QueryRunner): Queries {
  const run = async (sql: string, values: readonly Value[]) => {
    refuseWhatIsNoNumber(values, sql)
    try {
      return await runner.query(sql, values as Value[], true)
    } catch (error) {
      throw translated(error, sql)
    }
  }
  return {
    read: async <Row>(sql: string, values: readonly Value[] = []) => (await run(sql, values)).records as Row[],
    // `affected`, never `raw`: SQLite's raw answer is the last rowid, which is truthy when nothing matched.
    write: async (sql, values = []) => (await run(sql, values)).affected ?? 0,
  }
}

/** The driver of MySQL would write `NaN` into the statement, where it is the name of a column; SQLite would take it for NULL. */
function refuseWhatIsNoNumber(values: readonly Value[], sql: string): void {
  const at = values.findIndex(value => typeof value === 'number' && !Number.isFinite(value))
  if (at !== -1) throw new TypeError(`value ${at + 1} is ${values[at]}: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`)
}

/** A hung server answers nothing and closes nothing: past the deadline its connection is thrown away. */
async function onRunner<T>(
  source: DataSource,
  mode: 'master' | 'slave',
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = source.createQueryRunner(mode)
  let late = false
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true
      reject(new StorageFailure('DEADLINE', 'no answer in time'))
    }, deadline)
  })
  try {
    return await Promise.race([work(runner), timeout])
  } finally {
    clearTimeout(timer)
    // Not waited for: it may be the connection itself that does not come.
    if (late && source.options.type !== 'better-sqlite3') discard(runner).catch(() => {})
    else await runner.release()
  }
}

/** What the driver threw, without the values that were in the statement. */
function translated(error: unknown, statement: string): unknown {
  if (error instanceof Refusal || error instanceof StorageFailure || error instanceof UnfitDatabase) return error
  return StorageFailure.from(error, statement)
}

function asRefusal(error: unknown): unknown {
  if (error instanceof StorageFailure && isPassing(error))
    return refuse('database_unavailable', { retryAfter: 1, cause: error })
  return error
}

export { isDuplicate }
