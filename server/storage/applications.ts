import type { Queries } from './database.js'

/** `endedSeq`: the application's sessions whose `seq` is lower are over. */
export type ApplicationRecord = { id: string; active: boolean; endedSeq: number }

export function createApplications(dialect: { forUpdate: string }) {
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

    async raiseEndedSeq(tx: Queries, id: string, seq: number): Promise<void> {
      await tx.write('UPDATE application SET ended_seq = ? WHERE id = ? AND ended_seq < ?', [seq, id, seq])
    },
  }
}

export type Applications = ReturnType<typeof createApplications>
