// Sweeps: an end of all sessions of a user, of an application or of everybody is written as one number; the rows are
// then marked as ended, and the applications notified.
import type { Queries } from './database.js'
import type { Superseded } from './session-purge.js'
import { columns, insertion } from './statement.js'

/** Times are epoch ms. */
export type SweepRecord = Superseded & {
  /** The log's number: sessions below it are over. */
  seq: number
  reason: string
  actor: string
  createdAt: number
  nextAt: number
  passes: number
}

const sweepColumns = columns('w', ['seq', 'kind', 'subject', 'reason', 'actor', 'createdAt', 'nextAt', 'passes'])

export function createSweepStore() {
  return {
    async insert(tx: Queries, sweep: SweepRecord): Promise<void> {
      await tx.write(...insertion('sweep', sweep))
    },

    all: (tx: Queries): Promise<SweepRecord[]> => tx.read(`SELECT ${sweepColumns} FROM sweep w ORDER BY w.seq`),

    /** Sweeps that are due and that no server holds a lease on. */
    due: (tx: Queries, now: number, limit: number): Promise<SweepRecord[]> =>
      tx.read(
        `SELECT ${sweepColumns} FROM sweep w WHERE w.next_at <= ? ORDER BY w.next_at LIMIT ${Math.trunc(limit)}`,
        [now],
      ),

    /** Takes a lease. @returns whether it was free: then the caller holds it until `until` */
    async take(tx: Queries, seq: number, now: number, until: number): Promise<boolean> {
      return (await tx.write('UPDATE sweep SET next_at = ? WHERE seq = ? AND next_at <= ?', [until, seq, now])) === 1
    },

    async keep(tx: Queries, seq: number, until: number): Promise<void> {
      await tx.write('UPDATE sweep SET next_at = ? WHERE seq = ?', [until, seq])
    },

    /** Notes a pass over the sessions; another one follows at `nextAt`. */
    async passed(tx: Queries, seq: number, nextAt: number): Promise<void> {
      await tx.write('UPDATE sweep SET next_at = ?, passes = passes + 1 WHERE seq = ?', [nextAt, seq])
    },

    async remove(tx: Queries, seq: number): Promise<void> {
      await tx.write('DELETE FROM sweep WHERE seq = ?', [seq])
    },
  }
}

export type SweepStore = ReturnType<typeof createSweepStore>
