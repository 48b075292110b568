// What keeps the tables small and the clocks honest, in small batches so that nobody waits for it.
import { setImmediate } from 'node:timers/promises'
import type { Projection } from '../protocol/log/projection.js'
import type { HighWater } from '../revocation/high-water.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { ApiKeyStore } from '../storage/api-keys.js'
import type { CodeStore } from '../storage/codes.js'
import type { Database } from '../storage/database.js'
import type { DeviceStore, SeenCursor } from '../storage/devices.js'
import type { HeartbeatStore } from '../storage/heartbeats.js'
import type { RevocationStore } from '../storage/revocations.js'
import type { OpenCursor } from '../storage/session-tidying.js'
import type { SessionStore } from '../storage/sessions.js'
import type { AuditTrail } from '../tokens/audit-trail.js'

export type HousekeepingDeps = {
  database: Database
  heartbeatStore: HeartbeatStore
  revocationStore: RevocationStore
  sessionStore: SessionStore
  deviceStore: DeviceStore
  codeStore: CodeStore
  apiKeyStore: ApiKeyStore
  auditTrail: AuditTrail
  projection: Projection
  policy: PolicyInForce
  highWater: Pick<HighWater, 'wentBack'>
  now: () => number
}

const batch = 500

/** How long a code that is over can still be told from one that never was; ms. */
const codesKept = 86_400_000

export function createHousekeeping(deps: HousekeepingDeps) {
  const {
    database,
    heartbeatStore,
    revocationStore,
    sessionStore,
    deviceStore,
    codeStore,
    apiKeyStore,
    auditTrail,
    projection,
    policy,
    highWater,
    now,
  } = deps
  return {
    /** Tells the database that somebody serves; a gap between two beats is an outage (policy/rotation.ts). */
    async beat(): Promise<void> {
      // Nobody is served then: whoever comes back to a database that was only late had no answer meanwhile.
      if (!highWater.wentBack) await heartbeatStore.beat(database, now())
    },

    async forgetRevocations(): Promise<void> {
      await projection.forget(now())
      await inBatches(() => revocationStore.forgetExpired(database, now(), batch))
    },

    async tidySessions(): Promise<void> {
      let after: OpenCursor | null = null
      do {
        const looked: { next: OpenCursor | null } = await sessionStore.markExpired(database, now(), {
          after,
          limit: batch,
        })
        after = looked.next
        await setImmediate()
      } while (after !== null)
      const before = now() - policy().ended_session_retention * 1000
      await inBatches(() => sessionStore.forgetEnded(database, before, batch))
      let seen: SeenCursor | null = null
      do {
        const scanned: { next: SeenCursor | null } = await deviceStore.forgetUnused(database, before, {
          after: seen,
          limit: batch,
        })
        seen = scanned.next
        await setImmediate()
      } while (seen !== null)
    },

    async forgetCodes(): Promise<void> {
      await inBatches(() => codeStore.forget(database, now() - codesKept, batch))
    },

    /** They stay listed for as long as sessions that are over. */
    async forgetApiKeys(): Promise<void> {
      const before = now() - policy().ended_session_retention * 1000
      await inBatches(() => apiKeyStore.forgetOver(database, before, batch))
    },

    /** The chain goes on from where it was cut. */
    async dropAudit(): Promise<void> {
      const before = now() - policy().audit_retention * 1000
      while (await auditTrail.dropBefore(before)) await setImmediate()
    },
  }
}

export type Housekeeping = ReturnType<typeof createHousekeeping>

async function inBatches(forget: () => Promise<number>): Promise<void> {
  // SQLite answers without leaving this turn of the event loop: requests come in between.
  while ((await forget()) === batch) await setImmediate()
}
