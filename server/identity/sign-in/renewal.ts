// Renewal: the same user signs in again in a browser with a live session. That session goes on, as if it had been
// opened now, so that its children stay, and an application that required a fresh sign-in sees one (oauth.md §3).
import type { Origin } from '../../policy/actor.js'
import { absoluteEnd, type EndedSeqs, sessionEnd } from '../../policy/session.js'
import type { ErasInForce } from '../../revocation/policy-in-force.js'
import type { Queries } from '../../storage/database.js'
import type { SessionRecord, SessionStore } from '../../storage/sessions.js'
import type { KnownDevices } from './known-devices.js'

export type RenewalDeps = { sessionStore: SessionStore; knownDevices: KnownDevices; now: () => number }

export type Renewed = {
  sessionId: string
  /** The new sign-in (open-session.ts). */
  evidence: { userId: number; seq: number; authenticatedAt: number }
  origin: Origin
  /** Numbers of the last ends of its user's and its application's sessions. */
  ended: EndedSeqs
  eras: ErasInForce
}

export function createRenewal({ sessionStore, knownDevices, now }: RenewalDeps) {
  /** Renews a session, under the user's lock. @returns null where it has ended or is another user's */
  async function renew(
    tx: Queries,
    { sessionId, evidence, origin, ended, eras }: Renewed,
  ): Promise<SessionRecord | null> {
    const { userId, seq, authenticatedAt } = evidence
    const isTheirs = (one: SessionRecord | null) =>
      one?.userId === userId && !one.refreshable && !sessionEnd(one, ended, now(), eras.of(one))
    const before = await sessionStore.find(tx, sessionId)
    if (!before || !isTheirs(before)) return null
    // The device is locked before the session, as everywhere. The cookie proves the device as its device token would.
    const { id } = await knownDevices.recognise(
      tx,
      userId,
      { deviceProof: { userId, deviceId: before.deviceId } },
      origin,
    )
    await sessionStore.lock(tx, sessionId)
    const session = await sessionStore.find(tx, sessionId)
    // The session ended concurrently, with its device or alone.
    if (!session || !isTheirs(session) || session.deviceId !== id) return null
    const at = now()
    const policyVersion = eras.version
    const rules = eras.of({ policyVersion, applicationId: session.applicationId })
    const expiresAt = Math.min(at + rules.refresh_token_lifetime * 1000, absoluteEnd({ createdAt: at }, rules))
    const changes = {
      seq,
      authenticatedAt,
      policyVersion,
      createdAt: at,
      rotatedAt: at,
      lastSeenAt: at,
      expiresAt,
      address: origin.address,
    }
    await sessionStore.renew(tx, sessionId, changes)
    return { ...session, ...changes }
  }

  return { renew }
}

export type Renewal = ReturnType<typeof createRenewal>
