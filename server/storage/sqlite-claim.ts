// The lock file beside an SQLite database (`….server`): it prevents two servers on one database.
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'

/**
 * Takes an exclusive lock on an SQLite database for this server process, until the process ends, however it ends. The
 * command line takes none: it may run beside a server.
 * @throws Error when another server has it
 */
export function claimFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // A lock of SQLite's own on a file beside it: the system releases it when the process dies, unlike a pid file.
  const claim = new BetterSqlite3(`${behindLinks(path)}.server`, { timeout: 0 })
  try {
    claim.exec('BEGIN EXCLUSIVE')
  } catch {
    throw new Error(`another server is running on ${path}; several servers need MySQL (DATABASE_URL)`)
  }
  claims.push(claim)
}

/** Resolves symbolic links: one file has one lock, whatever path leads to it. */
function behindLinks(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
}

/** References to the locks, so that they are not garbage-collected with their connection. */
const claims: BetterSqlite3.Database[] = []
