import type { Queries } from './database.js'

/** `endedSeq`: the application's sessions whose `seq` is lower are over. */
export type ApplicationRecord = { id: string; active: boolean; endedSeq: number }

export function createApplications() {
  return {
    async find(tx: Queries, id: string): Promise<ApplicationRecord | null> {
      const [row] = await tx.read<{ id: string; active: number; endedSeq: number }>(
        'SELECT id, active, ended_seq AS endedSeq FROM application WHERE id = ?',
        [id],
      )
      return row ? { ...row, active: row.active === 1 } : null
    },
  }
}

export type Applications = ReturnType<typeof createApplications>
