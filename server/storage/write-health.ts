// Whether the database accepts writes, by the results of real ones: there is one heartbeat a second, so no probe is
// needed.
import { fileMoved, type StorageFailure } from './storage-failure.js'

export type WriteHealthDeps = {
  log: { error(details: object, message: string): void; info(details: object, message: string): void }
  /** Monotonic clock, in ms. */
  monotonic: () => number
}

/** Failures after which other writes will fail as well, with the reason in words. */
const lastingFailures: readonly [code: RegExp, why: string][] = [
  [new RegExp(`^${fileMoved}$`), 'the file of the database was deleted, moved or replaced'],
  [/^(SQLITE_FULL|ER_RECORD_FILE_FULL|ER_DISK_FULL|ENOSPC)$/, 'the disk of the database is full'],
  [/^(SQLITE_READONLY|ER_OPTION_PREVENTS_STATEMENT|ER_READ_ONLY_MODE)/, 'the database is read-only'],
  [/^(SQLITE_IOERR|ER_ERROR_ON_WRITE)/, 'the disk of the database fails'],
]

/**
 * How long a success after such a failure proves nothing, in ms: a write that needs no room may succeed on a full
 * disk.
 */
const recoveryTime = 3_000
/** Other failures concern one statement, unless nothing at all was written for so long, in ms. */
const unwrittenThreshold = 3_000

export function createWriteHealth({ log, monotonic }: WriteHealthDeps) {
  let writtenAt = monotonic()
  let refused: { at: number; why: string } | null = null
  let failed = false
  let reported = false

  function problem(): string | null {
    if (refused) return refused.why
    return failed && monotonic() - writtenAt > unwrittenThreshold ? 'no write succeeds' : null
  }

  return {
    /** Why nothing can be written, or null where it can. */
    problem,

    succeeded(): void {
      writtenAt = monotonic()
      failed = false
      if (refused && writtenAt - refused.at < recoveryTime) return
      refused = null
      if (reported) log.info({}, 'the database accepts writes again')
      reported = false
    },

    failed(failure: StorageFailure): void {
      const why = lastingFailures.find(([code]) => code.test(failure.code))?.[1]
      if (why) refused = { at: monotonic(), why }
      else failed = true
      const present = problem()
      if (present && !reported) log.error({ err: failure }, `the database accepts no writes: ${present}`)
      reported ||= present !== null
    },
  }
}

export type WriteHealth = ReturnType<typeof createWriteHealth>
