// For lists of applications: how many of the newest sessions of each live, and the time of its last sign-in. Scans the index of
// each application, up to a limit.
import type { SessionTerms } from '../policy/session.js'
import type { Queries } from './database.js'
import type { Counted } from './keyset-scan.js'
import { isLiveSql } from './session-lists.js'

/** `live`: `more` where there may be older sessions, which were not read. */
export type ApplicationUse = { live: Counted; lastSignInAt: number | null }

/** How many of the newest sessions of each application are read. */
const newest = 1_000

export function createApplicationUseStore() {
  return {
    async of(tx: Queries, ids: readonly string[], terms: SessionTerms): Promise<Map<string, ApplicationUse>> {
      if (ids.length === 0) return new Map()
      const { sql, values } = isLiveSql('l', terms)
      const each = ids.map(
        () => `SELECT ? AS id, COUNT(*) AS looked, MAX(l.created_at) AS lastSignInAt, SUM(CASE WHEN ${sql} THEN 1 ELSE 0 END) AS live
          FROM (SELECT * FROM session s WHERE s.application_id = ? ORDER BY s.created_at DESC, s.id DESC LIMIT ${newest}) l`,
      )
      const rows = await tx.read<{ id: string; looked: number; lastSignInAt: number | null; live: number | null }>(
        each.join(' UNION ALL '),
        ids.flatMap(id => [id, ...values, id]),
      )
      return new Map(
        rows.map(({ id, looked, lastSignInAt, live }) => [
          id,
          { live: { count: Number(live ?? 0), more: looked >= newest }, lastSignInAt },
        ]),
      )
    },
  }
}

export type ApplicationUseStore = ReturnType<typeof createApplicationUseStore>
