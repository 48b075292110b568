// One connection to an SQLite file, and the answers to its statements. Calls block their thread, so it lives in a worker thread
// (sqlite-worker.ts).
import { statSync } from 'node:fs'
import BetterSqlite3 from 'better-sqlite3'
import { fileMoved } from './storage-failure.js'

export type ConnectionOptions = {
  path: string
  readonly: boolean
  /** The file that must be opened: a thread that starts again must not open, or create, another one. */
  expected: FileIdentity | null
}

export type Call = { sql: string; values: readonly unknown[] }

/** Rows travel as arrays: their names are copied once, not with each row. */
export type Answer =
  | { names: string[]; rows: unknown[][] }
  | { affected: number }
  | { code: string | undefined; message: string }

export type FileIdentity = { dev: number; ino: number }

/** SQLite's busy timeout in ms. Short, as nothing interrupts it: longer waits are retries (connections/sqlite.ts). */
const busyTimeout = 100
const cachedStatements = 200

export function createSqliteConnection({ path, readonly, expected }: ConnectionOptions) {
  const statements = new Map<string, { prepared: BetterSqlite3.Statement; names: string[] | null }>()
  /** The open files: the database and, where this connection writes, those that hold its latest commits. */
  const files = new Map<string, FileIdentity>()
  const watched = readonly ? [path] : [path, `${path}-wal`, `${path}-shm`]
  let open: BetterSqlite3.Database | null = null

  function connect(): BetterSqlite3.Database {
    if (expected && !isSame(identify(path), expected)) throw moved(path)
    const connection = new BetterSqlite3(path, { readonly, timeout: busyTimeout })
    try {
      if (!readonly) {
        connection.pragma('journal_mode = WAL')
        // FULL: a spent token or an ended session survives a power cut once it was answered.
        connection.pragma('synchronous = FULL')
        connection.pragma('foreign_keys = ON')
      }
    } catch (error) {
      connection.close()
      throw error
    }
    return connection
  }

  function requireSameFiles(): void {
    for (const name of watched) {
      const now = identify(name)
      const known = files.get(name)
      if (known && !isSame(now, known)) throw moved(name)
      // The first statement creates the two other files.
      if (!known && now) files.set(name, now)
    }
  }

  function prepare(connection: BetterSqlite3.Database, sql: string) {
    const known = statements.get(sql)
    if (known) return known
    const prepared = connection.prepare(sql)
    // The columns of `*` change with the schema.
    const names = prepared.reader && !sql.includes('*') ? namesOf(prepared) : null
    if (prepared.reader) prepared.raw(true)
    const made = { prepared, names }
    statements.set(sql, made)
    if (statements.size > cachedStatements) statements.delete(statements.keys().next().value!)
    return made
  }

  function execute({ sql, values }: Call): Answer {
    open ??= connect()
    if (!open.inTransaction) requireSameFiles()
    // The transaction of a former caller is still open, for example because its ROLLBACK failed.
    else if (sql.startsWith('BEGIN')) open.exec('ROLLBACK')
    const { prepared, names } = prepare(open, sql)
    if (prepared.reader) {
      const rows = prepared.all(...values) as unknown[][]
      return { names: names ?? namesOf(prepared), rows }
    }
    const { changes } = prepared.run(...values)
    // Committed, but to a file that was replaced: the result must be a failure.
    if (!readonly && !open.inTransaction) requireSameFiles()
    return { affected: changes }
  }

  return {
    run(call: Call): Answer {
      try {
        return execute(call)
      } catch (error) {
        const { code, message } = error as { code?: string; message: string }
        return { code, message }
      }
    },

    close(): void {
      open?.close()
    },
  }
}

export function identify(path: string): FileIdentity | null {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? { dev: found.dev, ino: found.ino } : null
}

function isSame(one: FileIdentity | null, other: FileIdentity): boolean {
  return one !== null && one.ino === other.ino && one.dev === other.dev
}

function moved(path: string): Error {
  return Object.assign(new Error(`${path} was deleted, moved or replaced`), { code: fileMoved })
}

function namesOf(statement: BetterSqlite3.Statement): string[] {
  return statement.columns().map(column => column.name)
}
