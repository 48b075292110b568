// SQLite: writers take turns on the one connection that writes, so that transactions never overlap; readers have
// read-only connections, so they never wait and never see a row that is not committed. Each connection has a thread of
// its own.
import { setTimeout as pause } from 'node:timers/promises'
import { Mutex, withTimeout } from 'async-mutex'
import { identify } from '../sqlite-connection.js'
import { createReaders } from '../sqlite-readers.js'
import { createSqliteThread } from '../sqlite-thread.js'
import { StorageFailure } from '../storage-failure.js'
import {
  type Answer,
  type Connection,
  type Connections,
  type Over,
  refuseOver,
  type Statements,
} from './connections.js'

/** How long a writer waits for its turn, in ms. */
const turnTimeout = 4_000
/** How long a statement waits for the lock of another process, in ms: less than a caller's deadline. */
const busyTimeout = 4_500
const busyPause = 20

/** @throws an error with the driver's code when the file cannot be opened */
export async function openSqlite(path: string): Promise<Connections> {
  const turn = withTimeout(
    new Mutex(),
    turnTimeout,
    new StorageFailure('SQLITE_BUSY', 'waited too long for a turn to write'),
  )
  const thread = createSqliteThread({ path, readonly: false })
  const readers = createReaders(path)

  let closed: Promise<void> | null = null

  function close(): Promise<void> {
    closed ??= readers.close().then(thread.close)
    return closed
  }

  function reader(): Statements {
    let over: Over = null
    const end = () => {
      over ??= 'released'
    }
    return {
      async query(sql, values = [], often = false) {
        const answer = await retryWhileLocked(
          () => readers.run(sql, bindable(values)),
          () => over !== null,
        )
        return often ? inCells(answer) : answer
      },
      release: end,
      discard: end,
    }
  }

  function writer(): Connection {
    let over: Over = null
    let endTurn: (() => void) | null = null
    /** The number of the thread's start in which the transaction began. */
    let began = 0

    function leave(): void {
      endTurn?.()
      endTurn = null
    }

    function send(sql: string, values: readonly unknown[] = []): Promise<Answer> {
      if (endTurn && began !== thread.life)
        throw new StorageFailure('SQLITE_THREAD_ENDED', 'the transaction went with its thread')
      return thread.run(sql, bindable(values))
    }

    /** The caller got a timeout at its deadline: after that no part of its transaction may be committed. */
    const unlessClosed = (run: () => Promise<Answer>) =>
      retryWhileLocked(
        () => {
          refuseOver(over)
          return run()
        },
        () => over !== null,
      )

    return {
      async query(sql, values, often = false) {
        refuseOver(over)
        const run = () => unlessClosed(() => send(sql, values))
        const answer = await (endTurn ? run() : turn.runExclusive(run))
        return often ? inCells(answer) : answer
      },

      async begin() {
        endTurn = await turn.acquire()
        try {
          await unlessClosed(() => {
            // IMMEDIATE takes the write lock at once; a deferred transaction that turns into a writer can only fail.
            const begun = thread.run('BEGIN IMMEDIATE', [])
            began = thread.life
            return begun
          })
        } catch (error) {
          leave()
          throw error
        }
      },

      async commit() {
        await unlessClosed(() => send('COMMIT'))
        leave()
      },

      async rollback() {
        try {
          await retryWhileLocked(
            () => send('ROLLBACK'),
            () => over !== null,
          )
        } finally {
          // Also where ROLLBACK itself fails: a full disk makes SQLite roll back on its own, and the turn must not stay
          // taken.
          leave()
        }
      },

      release(): void {
        over ??= 'released'
      },

      /** The connection is shared, and stays open. */
      discard(): void {
        over ??= 'discarded'
      },
    }
  }

  try {
    await retryWhileLocked(() => thread.run('SELECT 1', []))
  } catch (error) {
    await close()
    throw error
  }
  const file = identify(path)
  thread.expect(file)
  readers.expect(file)
  return { engine: 'sqlite', warnings: [], reader, writer, close }
}

function inCells(answer: Answer): Answer {
  return 'rows' in answer ? { cells: answer.rows.map(row => Object.values(row)) } : answer
}

/** Retries while another process holds the write lock, perhaps for seconds: SQLite's own wait would block the thread. */
async function retryWhileLocked(run: () => Promise<Answer>, isOver = () => false): Promise<Answer> {
  const until = performance.now() + busyTimeout
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

/** Converts values for SQLite, which has no booleans. */
function bindable(values: readonly unknown[]): unknown[] {
  return values.map(value => (typeof value === 'boolean' ? Number(value) : value))
}
