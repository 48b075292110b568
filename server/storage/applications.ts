import type { Queries } from './database.js'

/** `endedSeq`: the application's sessions whose `seq` is lower are over. */
export type ApplicationRecord = { id: string; active: boolean; endedSeq: number }

export function createApplicationStore(dialect: { forUpdate: string }) {
  return {
    async find(tx: Queries, id: string): Promise<ApplicationRecord | null> {
      const [row] = await tx.read<{ id: string; active: number; endedSeq: number }>(
        'SELECT id, active, ended_seq AS endedSeq FROM application WHERE id = ?',
        [id],
      )
      return row ? { ...row, active: row.active === 1 } : null
    },

    /** Those that may sign users in. */
    async activeIds(tx: Queries): Promise<string[]> {
      const rows = await tx.read<{ id: string }>('SELECT id FROM application WHERE active = ? ORDER BY id', [true])
      return rows.map(row => row.id)
    },

    async lock(tx: Queries, id: string): Promise<void> {
      await tx.read(`SELECT id FROM application WHERE id = ?${dialect.forUpdate}`, [id])
    },

    /** What ended all its sessions, or everybody's, last. */
    async endedSeq(tx: Queries, id: string): Promise<number> {
      const [row] = await tx.read<{ ofApplication: number; ofLog: number }>(
        `SELECT a.ended_seq AS ofApplication, h.ended_seq AS ofLog
         FROM application a CROSS JOIN log_head h WHERE a.id = ?`,
        [id],
      )
      return row ? Math.max(row.ofApplication, row.ofLog) : 0
    },

    async raiseEndedSeq(tx: Queries, id: string, seq: number): Promise<void> {
      await tx.write('UPDATE application SET ended_seq = ? WHERE id = ? AND ended_seq < ?', [seq, id, seq])
    },
  }
}

export type ApplicationStore = ReturnType<typeof createApplicationStore>
