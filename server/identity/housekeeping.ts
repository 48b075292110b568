// Periodic work: writes the heartbeat, marks expired sessions and deletes old rows; in small batches, so that no request waits
// for it.
import { setImmediate } from 'node:timers/promises'
import type { Projection } from '../protocol/log/projection.js'
import type { HighWater } from '../revocation/high-water.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { ApiKeyStore } from '../storage/api-keys.js'
import type { CodeStore } from '../storage/codes.js'
import type { Database } from '../storage/database.js'
import type { DeviceCodeStore } from '../storage/device-codes.js'
import type { DeviceStore, SeenCursor } from '../storage/devices.js'
import type { HeartbeatStore } from '../storage/heartbeats.js'
import type { RevocationStore } from '../storage/revocations.js'
import type { Expired, OpenCursor } from '../storage/session-purge.js'
import type { SessionStore } from '../storage/sessions.js'
import type { VerifierStore } from '../storage/verifiers.js'
import type { AuditTrail } from '../tokens/audit-trail.js'
import type { DeliveryWriting } from '../tokens/delivery-writing.js'
import type { Sweeping } from '../tokens/sweeping.js'
import type { Sending } from './deliveries/sending.js'

export type HousekeepingDeps = {
  database: Database
  heartbeatStore: HeartbeatStore
  revocationStore: RevocationStore
  sessionStore: SessionStore
  deviceStore: DeviceStore
  codeStore: CodeStore
  deviceCodeStore: DeviceCodeStore
  apiKeyStore: ApiKeyStore
  verifierStore: VerifierStore
  auditTrail: AuditTrail
  deliveryWriting: DeliveryWriting
  sweeping: Sweeping
  sending: Sending
  projection: Projection
  policy: PolicyInForce
  highWater: Pick<HighWater, 'wentBack'>
  now: () => number
}

const batch = 500

/** How long a used or expired code can still be told from one that never existed; ms. */
const codesKept = 86_400_000

/** How long a verifier that is no longer connected stays listed; ms. */
const verifiersKept = 30 * 86_400_000

export function createHousekeeping(deps: HousekeepingDeps) {
  const {
    database,
    heartbeatStore,
    revocationStore,
    sessionStore,
    deviceStore,
    codeStore,
    deviceCodeStore,
    apiKeyStore,
    verifierStore,
    auditTrail,
    deliveryWriting,
    sweeping,
    sending,
    projection,
    policy,
    highWater,
    now,
  } = deps

  /**
   * Marks expired sessions, and sends their logout tokens: nothing else tells applications with back-channel logout
   * that a session expired.
   */
  async function markExpired(expired: readonly Expired[]): Promise<void> {
    if (expired.length === 0) return
    await database.transaction(async tx => {
      const ids = await sweeping.leaveOut(tx, expired)
      if (ids.length === 0) return
      const at = now()
      if ((await sessionStore.markExpired(tx, at, ids)) === 0) return
      // Sessions that another process has just marked are included: each end is delivered once.
      await deliveryWriting.ofSessions(tx, ids)
    })
  }

  return {
    /** Writes the heartbeat: this process serves. A gap between two heartbeats is an outage (policy/rotation.ts). */
    async beat(): Promise<void> {
      // Nothing is served while the database has gone back: to clients that is an outage too, so there is no heartbeat.
      if (!highWater.wentBack) await heartbeatStore.beat(database, now())
    },

    async forgetRevocations(): Promise<void> {
      await projection.forget(now())
      await inBatches(() => revocationStore.forgetExpired(database, now(), batch))
    },

    async purgeSessions(): Promise<void> {
      let after: OpenCursor | null = null
      do {
        const looked: { expired: Expired[]; next: OpenCursor | null } = await sessionStore.findExpired(
          database,
          now(),
          {
            after,
            limit: batch,
          },
        )
        after = looked.next
        await markExpired(looked.expired)
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
      await inBatches(() => deviceCodeStore.forget(database, now() - codesKept, batch))
    },

    async forgetVerifiers(): Promise<void> {
      await inBatches(() => verifierStore.forget(database, now() - verifiersKept, batch))
    },

    /** Deletes old deliveries, once ended sessions of the same age are deleted. */
    async purgeDeliveries(): Promise<void> {
      await sending.purge(now() - policy().ended_session_retention * 1000)
    },

    /** Deletes ended and expired API keys, once ended sessions of the same age are deleted. */
    async forgetApiKeys(): Promise<void> {
      const before = now() - policy().ended_session_retention * 1000
      await inBatches(() => apiKeyStore.forgetOver(database, before, batch))
    },

    /** Deletes old audit entries; the hash chain continues from the cut. */
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
