// Records outages: refresh tokens that are reused because a response was lost in one are not treated as stolen. An outage of
// all servers is a gap between heartbeats; one of this process alone it records itself; overload (503 with Retry-After) counts too.
import type { Outage } from '../policy/rotation.js'
import type { Database } from '../storage/database.js'
import type { HeartbeatStore } from '../storage/heartbeats.js'

/** A gap between answers that counts as an outage, in ms: it is written down before any refresh is judged by it. */
const silence = 2_000

/** Clients that got Retry-After have retried by then, in ms. */
const untilBack = 5_000
/**
 * How long refusals extend the grace at the most, in ms. Without a limit an attacker who overloads a server could replay stolen
 * refresh tokens that were spent long ago, and not be detected.
 */
const longestRefusing = 60_000

export type OutagesDeps = {
  database: Database
  heartbeatStore: HeartbeatStore
  /** Epoch ms by the database's clock. */
  now: () => number
  /** ms that only ever grow, also while this process is stopped or the machine suspended, whoever sets its clock. */
  elapsed: () => number
}

export function createOutages({ database, heartbeatStore, now, elapsed }: OutagesDeps) {
  let answeredAt = Number.NEGATIVE_INFINITY
  let own: Outage | null = null
  /** The latest time in which requests were refused for there being too many of them. */
  let refusing: Outage | null = null
  /** Seen, and perhaps not written down. */
  let owed = false

  async function settle(): Promise<void> {
    if (!owed) return
    await heartbeatStore.beat(database, now())
    owed = false
  }

  return {
    /**
     * The database has just answered. The first client may retry before the next heartbeat; without the outage its lost response
     * would look like a replay. Nothing waits for that write: where it fails, what is read is fresh all the same.
     */
    answered(): void {
      const at = elapsed()
      const silent = at - answeredAt
      if (silent > silence) {
        owed = true
        settle().catch(() => {})
      }
      // Other servers may have answered meanwhile: clients of this process alone got no response all the same.
      if (silent > silence && Number.isFinite(silent)) own = { startedAt: now() - silent, endedAt: now() }
      answeredAt = at
    },

    /** A request was refused for there being too many: the grace of its token must not end by that. */
    refused(): void {
      const at = now()
      const startedAt = refusing && at - refusing.endedAt < untilBack ? refusing.startedAt : at
      refusing = { startedAt: Math.max(startedAt, at - longestRefusing), endedAt: at }
    },

    /**
     * The latest of each kind, null where there was none.
     * @throws database_unavailable: a refresh must not be judged without them
     */
    async known(): Promise<(Outage | null)[]> {
      await settle()
      return [own, refusing, await heartbeatStore.outage(database)]
    },
  }
}

export type Outages = ReturnType<typeof createOutages>
