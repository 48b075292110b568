// TypeORM's SQLite driver has ONE query runner for everybody: two requests that overlap share a transaction, and the
// rollback of one takes the other's committed row with it. Here each caller gets a runner of its own. Writers take turns
// on the one connection that writes; readers have a read-only connection, so they never wait and never see a row that is
// not committed.
import { Mutex, withTimeout } from 'async-mutex'
import BetterSqlite3 from 'better-sqlite3'
import type { DataSource, QueryRunner, ReplicationMode } from 'typeorm'
import { StorageFailure } from './storage-failure.js'

type SqliteRunner = QueryRunner & { stmtCache: Map<string, unknown>; transactionDepth: number }
type SqliteDriver = { createQueryRunner(mode: ReplicationMode): SqliteRunner; disconnect(): Promise<void> }

/** How long a writer waits for its turn, in ms. */
const turnTimeout = 4_000

/** Replaces the driver's shared runner; call it right after `initialize()`. */
export function isolateRunners(source: DataSource, path: string): void {
  const driver = source.driver as unknown as SqliteDriver
  const Runner = driver.createQueryRunner('master').constructor as new (driver: SqliteDriver) => SqliteRunner
  const turn = withTimeout(
    new Mutex(),
    turnTimeout,
    new StorageFailure('SQLITE_BUSY', 'waited too long for a turn to write'),
  )
  const reader = new BetterSqlite3(path, { readonly: true })
  reader.pragma('busy_timeout = 5000')
  // Prepared statements belong to a connection, not to a runner: one cache each (a fresh one per runner costs threefold).
  const writerStatements = new Map<string, unknown>()
  const readerStatements = new Map<string, unknown>()

  class Writer extends Runner {
    override stmtCache = writerStatements
    private endTurn: (() => void) | null = null

    override async startTransaction(): Promise<void> {
      if (this.transactionDepth === 0) this.endTurn = await turn.acquire()
      try {
        await super.startTransaction()
      } catch (error) {
        this.leave()
        throw error
      }
    }

    override async commitTransaction(): Promise<void> {
      await super.commitTransaction()
      if (this.transactionDepth === 0) this.leave()
    }

    override async rollbackTransaction(): Promise<void> {
      const outermost = this.transactionDepth <= 1
      try {
        await super.rollbackTransaction()
      } finally {
        // Also where ROLLBACK itself fails: a full disk makes SQLite roll back on its own, and the turn must not stay taken.
        if (outermost) this.leave()
      }
    }

    // biome-ignore lint/suspicious/noExplicitAny: the signature of the class above
    override query(sql: string, values?: unknown[], structured?: boolean): Promise<any> {
      // IMMEDIATE takes the write lock at once; a deferred transaction that turns into a writer can only fail.
      const statement = sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql
      const run = () => super.query(statement, values as never, structured as never)
      return this.endTurn ? run() : turn.runExclusive(run)
    }

    private leave(): void {
      this.endTurn?.()
      this.endTurn = null
    }
  }

  class Reader extends Runner {
    override stmtCache = readerStatements
    override connect(): Promise<unknown> {
      return Promise.resolve(reader)
    }
  }

  driver.createQueryRunner = mode => (mode === 'slave' ? new Reader(driver) : new Writer(driver))
  const disconnect = driver.disconnect.bind(driver)
  driver.disconnect = async () => {
    reader.close()
    await disconnect()
  }
}
