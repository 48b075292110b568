// The high-water mark: the highest number of the log that there is evidence of, in this process, in a token that we signed, in
// Redis, in the record in the database itself, and in a mark of an earlier process on this machine (log-memory.ts). A log with
// a lower head went back: a backup was restored, or a replica with replication lag took over. What it lost is not known, so
// nothing is issued and nothing accepted until `darvoza log advance`, or until the database has caught up after a mere delay.
import type { Revocation } from '../protocol/log/revocation.js'
import type { Database } from '../storage/database.js'
import type { LogPosition, RevocationStore } from '../storage/revocations.js'

/** Where the evidence of a number comes from. */
export type EvidenceSource =
  | 'this process'
  | 'a token'
  | 'Redis'
  | 'an entry that is another now'
  | 'the record'
  | 'a mark in DATA_DIR'

/** The mark when a read was sent: the head in the answer must not be lower. */
export type EvidenceMark = { seq: number; by: EvidenceSource }

/** Numbers above are never accepted as evidence: the log needs numbers to continue. */
export const highestAccepted = 2 ** 50

/**
 * Where two histories share a number, how far the other one went is unknown; evidence further ahead than this is not
 * accepted.
 */
export const mostAhead = 2 ** 20

export type HighWaterDeps = {
  database: Database
  revocationStore: RevocationStore
  log: {
    error(details: object, message: string): void
    warn(details: object, message: string): void
    info(details: object, message: string): void
  }
}

export function createHighWater({ database, revocationStore, log }: HighWaterDeps) {
  let shown: EvidenceMark = { seq: 0, by: 'this process' }
  let held: Revocation | null = null
  let wentBack = false

  /**
   * Whether the entry that this process holds under a number is the one that the database has. A missing row has
   * expired.
   */
  function isOurs({ held: there }: LogPosition, asked: Revocation | null): boolean {
    if (!asked || !there || there.seq !== asked.seq) return true
    return (['kind', 'subject', 'effect', 'reason', 'expiresAt'] as const).every(name => there[name] === asked[name])
  }

  async function writeDown(seq: number): Promise<void> {
    try {
      await revocationStore.noteSeen(database, seq)
    } catch (error) {
      // Retried at the next read; until then only this process knows the mark.
      log.warn({ err: error }, 'the mark of the revocation log could not be written')
    }
  }

  /** Takes trusted evidence that the log had reached this number. */
  function show(seq: number, by: EvidenceSource): void {
    if (seq > shown.seq) shown = { seq, by }
  }

  return {
    get wentBack() {
      return wentBack
    },

    /** Sets the last entry that was applied; null where it is not known, or the log has another id. */
    hold(entry: Revocation | null): void {
      held = entry
    },

    get held() {
      return held
    },

    show,

    /**
     * The mark to judge the next answer by. Take it before the read is sent: else a slow answer would look like a log
     * that went back.
     */
    mark(position: number): EvidenceMark {
      return position > shown.seq ? { seq: position, by: 'this process' } : shown
    },

    /**
     * Judges the head of the log against what was known when the read was sent. Numbers only grow, across ids of the
     * log too.
     * @param asked the entry whose row was read, where the log is still the same
     * @returns whether the database went back
     */
    async judge(head: LogPosition, mark: EvidenceMark, asked: Revocation | null): Promise<boolean> {
      if (!isOurs(head, asked)) show(head.seq + mostAhead, 'an entry that is another now')
      const known = shown.by === 'an entry that is another now' ? shown : mark
      const highest: EvidenceMark = head.seenSeq > known.seq ? { seq: head.seenSeq, by: 'the record' } : known
      if (head.seq >= highest.seq) {
        if (wentBack)
          log.info(
            { seq: head.seq, logId: head.logId },
            'the database has the missing revocations again: requests are served',
          )
        wentBack = false
        return false
      }
      if (!wentBack) {
        log.error(
          { seq: head.seq, seen: highest.seq, by: highest.by, logId: head.logId },
          'the database went back: it lacks revocations that were already reported. Nothing is issued or accepted until `darvoza log advance`',
        )
      }
      wentBack = true
      if (head.seenSeq < highest.seq) await writeDown(highest.seq)
      return true
    },
  }
}

export type HighWater = ReturnType<typeof createHighWater>
