// TypeORM's SQLite driver has ONE query runner for everybody: two requests that overlap share a transaction, and the
// rollback of one takes the other's committed row with it. Here each caller gets a runner of its own. Writers take turns
// on the one connection that writes; readers have read-only connections, so they never wait and never see a row that is
// not committed. Each connection has a thread of its own.
import { setTimeout as pause } from 'node:timers/promises'
import { Mutex, withTimeout } from 'async-mutex'
import { type DataSource, QueryResult, type QueryRunner, type ReplicationMode } from 'typeorm'
import { identify } from './sqlite-connection.js'
import { createReaders } from './sqlite-readers.js'
import { createSqliteThread, type Result } from './sqlite-thread.js'
import { StorageFailure } from './storage-failure.js'

type SqliteRunner = QueryRunner & { transactionDepth: number }
type SqliteDriver = { createQueryRunner(mode: ReplicationMode): SqliteRunner; disconnect(): Promise<void> }

/** How long a writer waits for its turn, in ms. */
const turnTimeout = 4_000
/** How long a statement waits for the lock of another process, in ms: less than a caller's deadline. */
const busyPatience = 4_500
const busyPause = 20

/** TypeORM opens a connection by itself and sets pragmas on it; this one does neither. */
export class NoConnection {
  pragma(): void {}
  close(): void {}
}

/**
 * Replaces the driver's shared runner; call it right after `initialize()`.
 * @throws an error with the driver's code when the file cannot be opened
 */
export async function isolateRunners(source: DataSource, path: string): Promise<void> {
  const driver = source.driver as unknown as SqliteDriver
  const Runner = driver.createQueryRunner('master').constructor as new (driver: SqliteDriver) => SqliteRunner
  const turn = withTimeout(
    new Mutex(),
    turnTimeout,
    new StorageFailure('SQLITE_BUSY', 'waited too long for a turn to write'),
  )
  const writer = createSqliteThread({ path, readonly: false })
  const readers = createReaders(path)

  /** TypeORM would speak to the connection itself in these places. */
  class Threaded extends Runner {
    override async beforeMigration(): Promise<void> {
      await this.query('PRAGMA foreign_keys = OFF')
    }

    override async afterMigration(): Promise<void> {
      await this.query('PRAGMA foreign_keys = ON')
    }

    loadPragmaRecords(table: string, pragma: string): Promise<unknown> {
      return this.query(`PRAGMA ${pragma}("${table}")`)
    }
  }

  class Writer extends Threaded {
    private endTurn: (() => void) | null = null
    /** The life of the thread in which the transaction began. */
    private began = 0
    private abandoned = false

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

    /** Whoever waited was told that it failed: a transaction that is still under way must not commit. */
    override release(): Promise<void> {
      this.abandoned = true
      return super.release()
    }

    // biome-ignore lint/suspicious/noExplicitAny: the signature of the class above
    override async query(sql: string, values?: unknown[], structured?: boolean): Promise<any> {
      const run = () => patiently(() => this.onThread(sql, values), this.isAbandoned)
      return shaped(await (this.endTurn ? run() : turn.runExclusive(run)), structured)
    }

    private isAbandoned = () => this.abandoned

    private onThread(sql: string, values: unknown[] = []): Promise<Result> {
      if (this.abandoned && sql !== 'ROLLBACK') throw new StorageFailure('DEADLINE', 'nobody waits for it any more')
      if (sql === 'BEGIN TRANSACTION') {
        // IMMEDIATE takes the write lock at once; a deferred transaction that turns into a writer can only fail.
        const begun = writer.run('BEGIN IMMEDIATE', [])
        this.began = writer.life
        return begun
      }
      if (this.endTurn && this.began !== writer.life)
        throw new StorageFailure('SQLITE_THREAD_ENDED', 'the transaction went with its thread')
      return writer.run(sql, bindable(values))
    }

    private leave(): void {
      this.endTurn?.()
      this.endTurn = null
    }
  }

  class Reader extends Threaded {
    private abandoned = false

    override release(): Promise<void> {
      this.abandoned = true
      return super.release()
    }

    // biome-ignore lint/suspicious/noExplicitAny: the signature of the class above
    override async query(sql: string, values: unknown[] = [], structured?: boolean): Promise<any> {
      return shaped(
        await patiently(
          () => readers.run(sql, bindable(values)),
          () => this.abandoned,
        ),
        structured,
      )
    }
  }

  driver.createQueryRunner = mode => (mode === 'slave' ? new Reader(driver) : new Writer(driver))
  driver.disconnect = async () => {
    await readers.close()
    await writer.close()
  }
  await patiently(() => writer.run('SELECT 1', []))
  const file = identify(path)
  writer.expect(file)
  readers.expect(file)
}

/** Another process may hold the lock for seconds; a thread that waited for it would be as blocked as we were without one. */
async function patiently(run: () => Promise<Result>, isOver = () => false): Promise<Result> {
  const until = performance.now() + busyPatience
  for (;;) {
    try {
      return await run()
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (code !== 'SQLITE_BUSY' || isOver() || performance.now() > until) throw error
      await pause(busyPause)
    }
  }
}

/** SQLite has no booleans. */
function bindable(values: readonly unknown[]): unknown[] {
  return values.map(value => (typeof value === 'boolean' ? Number(value) : value))
}

/** As TypeORM's own runner answers. */
function shaped(result: Result, structured = false): unknown {
  const made = new QueryResult()
  if ('rows' in result) {
    made.raw = result.rows
    made.records = result.rows
  } else {
    made.raw = result.lastId
    made.affected = result.affected
  }
  return structured ? made : made.raw
}
