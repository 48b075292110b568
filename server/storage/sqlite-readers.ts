// The reader threads. One serves nearly always; while a long statement holds it, short statements, of the log and of
// tokens, go to another.
import type { FileIdentity } from './sqlite-connection.js'
import { createSqliteThread, type Result, type SqliteThread } from './sqlite-thread.js'

const most = 3
/** A statement that takes longer than this, in ms, is a long one. */
const long = 10

export function createReaders(path: string) {
  const threads: SqliteThread[] = []
  let expected: FileIdentity | null = null

  function another(): SqliteThread {
    const made = createSqliteThread({ path, readonly: true })
    made.expect(expected)
    threads.push(made)
    return made
  }

  function free(): SqliteThread {
    const quick = threads.filter(thread => thread.busyFor < long)
    if (quick.length > 0) return least(quick, thread => thread.waiting)
    return threads.length < most ? another() : least(threads, thread => thread.busyFor)
  }

  /** A hedged request: a SELECT that waits behind a long statement runs on another thread too, perhaps twice. */
  async function hedged(thread: SqliteThread, sql: string, values: readonly unknown[]): Promise<Result> {
    const asked = thread.run(sql, values)
    let timer: NodeJS.Timeout | undefined
    const elsewhere = new Promise<Result>((resolve, reject) => {
      timer = setTimeout(() => {
        const other = free()
        if (other !== thread) other.run(sql, values).then(resolve, reject)
      }, 2 * long)
    })
    try {
      return await Promise.race([asked, elsewhere])
    } finally {
      clearTimeout(timer)
    }
  }

  another().warm()

  return {
    run(sql: string, values: readonly unknown[]): Promise<Result> {
      const thread = free()
      return thread.waiting === 0 ? thread.run(sql, values) : hedged(thread, sql, values)
    },

    /** Makes the threads accept only this file from now on. */
    expect(file: FileIdentity | null): void {
      expected = file
      for (const thread of threads) thread.expect(file)
    },

    async close(): Promise<void> {
      await Promise.all(threads.map(thread => thread.close()))
    },
  }
}

function least(threads: readonly SqliteThread[], value: (thread: SqliteThread) => number): SqliteThread {
  return threads.reduce((one, other) => (value(other) < value(one) ? other : one))
}
