// A worker thread with one SQLite connection. SQLite blocks its thread for an fsync, a long statement or the lock of
// another process; meanwhile the event loop goes on, and requests that need no database are answered.
import type { Worker } from 'node:worker_threads'
import type { Answer, ConnectionOptions, FileIdentity } from './sqlite-connection.js'
import type { ThreadMessage } from './sqlite-worker.js'
import { acquireWorker, releaseWorker } from './sqlite-workers.js'
import { fileMoved, StorageFailure } from './storage-failure.js'

export type Result = { rows: Record<string, unknown>[] } | { affected: number }

type Waiting = { since: number; resolve: (result: Result) => void; reject: (error: unknown) => void }

/** How long the connection may take to close, in ms: a statement in it cannot be interrupted. */
const closing = 3_000

export type SqliteThread = ReturnType<typeof createSqliteThread>

export function createSqliteThread(options: Pick<ConnectionOptions, 'path' | 'readonly'>) {
  /** Statements in the order in which their results will arrive. */
  const waiting: Waiting[] = []
  let worker: Worker | null = null
  let expected: FileIdentity | null = null
  const turn = createTurn()
  let life = 0
  let isReady = false
  let closed = false
  let whenClosed = () => {}

  const post = (to: Worker, posted: ThreadMessage) => to.postMessage(posted)

  function start(): Worker {
    // An idle database keeps no process alive; a statement under way does.
    const started = acquireWorker()
    isReady = false
    started.on('message', (answer: Answer | null) => {
      // After the results that wait for the next turn.
      if (answer === null) return void setImmediate(whenClosed)
      isReady = true
      turn.count()
      const one = waiting.shift()!
      if (waiting.length === 0) started.unref()
      if (turn.isLong()) setImmediate(settle, one, answer)
      else settle(one, answer)
    })
    started.once('error', error => onWorkerLost(started, error.message))
    started.once('exit', () => onWorkerLost(started, 'it ended'))
    post(started, { open: { ...options, expected } })
    return started
  }

  /**
   * Handles a thread that died: its connection is gone, with what was not committed; the next statement starts
   * another.
   */
  function onWorkerLost(lost: Worker, why: string): void {
    if (worker !== lost) return
    worker = null
    life++
    for (const one of waiting.splice(0)) one.reject(new StorageFailure('SQLITE_THREAD_ENDED', why))
  }

  return {
    /** How often the thread has died: a transaction that began before cannot continue after. */
    get life() {
      return life
    },

    get waiting() {
      return waiting.length
    },

    /** How long the current statement has been waited for, in ms; 0 while the thread only starts. */
    get busyFor() {
      return isReady && waiting[0] ? performance.now() - waiting[0].since : 0
    },

    /** Starts the thread before it is needed. It opens the file with its first statement. */
    warm(): void {
      worker ??= start()
    },

    /** Makes the thread accept only this file from now on. */
    expect(file: FileIdentity | null): void {
      expected = file
    },

    /** @throws StorageFailure, or an error with the driver's code */
    run(sql: string, values: readonly unknown[]): Promise<Result> {
      if (closed) return Promise.reject(new StorageFailure('SQLITE_THREAD_ENDED', 'the database is closed'))
      worker ??= start()
      const at = worker
      return new Promise((resolve, reject) => {
        post(at, { sql, values })
        if (waiting.push({ since: performance.now(), resolve, reject }) === 1) at.ref()
      })
    },

    /** Closes the connection after the statements that were sent before. */
    async close(): Promise<void> {
      closed = true
      const last = worker
      if (!last) return
      const timer = setTimeout(() => void last.terminate(), closing)
      last.ref()
      const isClosed = await new Promise<boolean>(resolve => {
        whenClosed = () => resolve(true)
        last.once('exit', () => resolve(false))
        post(last, null)
      })
      clearTimeout(timer)
      if (isClosed) await releaseWorker(last)
    },
  }
}

/**
 * Node delivers messages as long as there are any, and a caller that reads page by page sends the next at once: on a
 * busy machine its result is there before the event loop gets to anything else (starvation). After so many ms results
 * are deferred.
 */
const longestTurn = 3

function createTurn() {
  let since: number | null = null
  return {
    count(): void {
      if (since !== null) return
      since = performance.now()
      setImmediate(() => {
        since = null
      })
    },
    isLong: () => since !== null && performance.now() - since > longestTurn,
  }
}

function settle({ resolve, reject }: Waiting, answer: Answer): void {
  if ('rows' in answer) resolve({ rows: answer.rows.map(row => named(answer.names, row)) })
  else if ('affected' in answer) resolve(answer)
  else if (answer.code === fileMoved) reject(new StorageFailure(fileMoved, answer.message))
  else reject(Object.assign(new Error(answer.message), answer.code !== undefined && { code: answer.code }))
}

function named(names: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  for (let index = 0; index < names.length; index++) {
    const value = row[index]
    // postMessage() delivers a Buffer as a plain Uint8Array.
    made[names[index]!] =
      value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value
  }
  return made
}
