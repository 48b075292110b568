// The row of heartbeats (table `heartbeat`): when a server last reached the database, and the latest outage of all
// servers, which decides whether a reused refresh token is forgiven (revocation/outages.ts, policy/rotation.ts).
import type { Outage } from '../policy/rotation.js'
import { farthestSeen } from './clock.js'
import type { Queries } from './database.js'

/** A gap between two heartbeats that is longer is an outage; ms. */
const outageGap = 3_000
/** Outages within the longest grace count as one, in ms: a client had no time to retry between them. */
const sameOutage = 60_000

export function createHeartbeatStore() {
  return {
    /**
     * Notes that a process reached the database at `now` (epoch ms); the first heartbeat after a gap records the
     * outage.
     */
    async beat(tx: Queries, now: number): Promise<void> {
      const gap = now - outageGap
      // The order matters on MySQL, whose later assignments see what the earlier ones wrote.
      await tx.write(
        `UPDATE heartbeat SET
           outage_started_at = CASE WHEN beat_at < ? AND beat_at - outage_ended_at > ? THEN beat_at ELSE outage_started_at END,
           outage_ended_at = CASE WHEN beat_at < ? THEN ? ELSE outage_ended_at END,
           beat_at = ?
         WHERE id = 1 AND (beat_at < ? OR beat_at > ?)`,
        // A time that lies too far ahead was written by a wrong clock.
        [gap, sameOutage, gap, now, now, now - 500, now + farthestSeen],
      )
    },

    /** The last heartbeat of any process; epoch ms. */
    async last(tx: Queries): Promise<number> {
      const [row] = await tx.read<{ beatAt: number }>('SELECT beat_at AS beatAt FROM heartbeat WHERE id = 1')
      return row?.beatAt ?? 0
    },

    /** The latest outage, or null when there was none. */
    async outage(tx: Queries): Promise<Outage | null> {
      const [row] = await tx.read<Outage>(
        'SELECT outage_started_at AS startedAt, outage_ended_at AS endedAt FROM heartbeat WHERE id = 1',
      )
      return row && row.endedAt > 0 ? row : null
    },
  }
}

export type HeartbeatStore = ReturnType<typeof createHeartbeatStore>
