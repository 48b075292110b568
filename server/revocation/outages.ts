// Records outages, as a refresh token that is reused because a response was lost in one is not treated as stolen. A gap
// between heartbeats is an outage of all servers; this process records its own; overload (503 with Retry-After) counts
// too.
import type { Outage } from '../policy/rotation.js'
import type { Database } from '../storage/database.js'
import type { HeartbeatStore } from '../storage/heartbeats.js'

/** A gap between answers that counts as an outage, in ms: it is written before any refresh is judged by it. */
const outageThreshold = 2_000

/** Time after which clients that got Retry-After have retried, in ms. */
const untilBack = 5_000
/**
 * How long refusals extend the grace at the most, in ms. Without a limit an attacker who overloads a server could
 * replay stolen refresh tokens that were spent long ago, unnoticed.
 */
const longestRefusing = 60_000

export type OutagesDeps = {
  database: Database
  heartbeatStore: HeartbeatStore
  /** Epoch ms by the database's clock. */
  now: () => number
  /** Monotonic clock, in ms; it goes on while this process is stopped or the machine suspended. */
  elapsed: () => number
}

export function createOutages({ database, heartbeatStore, now, elapsed }: OutagesDeps) {
  let answeredAt = Number.NEGATIVE_INFINITY
  let own: Outage | null = null
  /** The latest period in which requests were refused because of overload. */
  let refusing: Outage | null = null
  /** An outage that was noticed, and is perhaps not written yet. */
  let isPending = false

  async function settle(): Promise<void> {
    if (!isPending) return
    await heartbeatStore.beat(database, now())
    isPending = false
  }

  return {
    /**
     * Called when the database has answered. The first client may retry before the next heartbeat; without the outage
     * its lost response would look like a replay. Nothing waits for that write: where it fails, what was read is
     * fresh all the same.
     */
    answered(): void {
      const at = elapsed()
      const silent = at - answeredAt
      if (silent > outageThreshold) {
        isPending = true
        settle().catch(() => {})
      }
      // Other servers may have answered meanwhile: clients of this process got no response all the same.
      if (silent > outageThreshold && Number.isFinite(silent)) own = { startedAt: now() - silent, endedAt: now() }
      answeredAt = at
    },

    /** Called when a request was refused because of overload: its token's grace must not run out by that. */
    refused(): void {
      const at = now()
      const startedAt = refusing && at - refusing.endedAt < untilBack ? refusing.startedAt : at
      refusing = { startedAt: Math.max(startedAt, at - longestRefusing), endedAt: at }
    },

    /**
     * The latest outage of each kind, null where there was none.
     * @throws database_unavailable: a refresh must not be judged without them
     */
    async known(): Promise<(Outage | null)[]> {
      await settle()
      return [own, refusing, await heartbeatStore.outage(database)]
    },
  }
}

export type Outages = ReturnType<typeof createOutages>
