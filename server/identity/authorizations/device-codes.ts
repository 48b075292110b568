// A program asks with its device code whether somebody has let it in (RFC 8628 §3.4): it is told to wait, and how long, or the
// code becomes a session, once. What the person's decision stands on is asked again under locks, in the order user, device
// code, session of the browser (oauth.md §4). That session is on a device of its own: the program runs elsewhere, and goes on
// when the person signs out of the browser that let it in.
import type { Origin } from '../../policy/actor.js'
import { bindsItsSessions, grantTypesOf, hasRefreshTokens } from '../../policy/application-metadata.js'
import { deviceGrantType, longestPollInterval, slowDownBy } from '../../policy/device-request.js'
import { type AskedTarget, narrowed, resourceServersOf } from '../../policy/session-scope.js'
import { type Refusal, refuse } from '../../protocol/errors.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { ApplicationRecord } from '../../storage/applications.js'
import type { Database } from '../../storage/database.js'
import type { ApprovedDeviceCode, DeviceCodeRecord, DeviceCodeStore } from '../../storage/device-codes.js'
import type { SessionGrant } from '../../storage/session-rows.js'
import type { SessionStore } from '../../storage/sessions.js'
import { refuseToken } from '../../tokens/checks.js'
import type { ShownProof } from '../../tokens/proofs.js'
import type { MakeSessionTokens, SessionTokens } from '../../tokens/session-tokens.js'
import { type Evidence, EvidenceOutdated, type OpenSession } from '../sign-in/open-session.js'
import { hashOfDeviceCode, isDeviceCode } from './device-code-text.js'
import type { HeldConsent } from './held-consent.js'

/** What comes with a device code. */
export type DevicePoll = {
  asked?: AskedTarget
  /** Tokens are given to the key that the last question shows (RFC 9449 §5): no key is known before. */
  proof?: ShownProof | null
}

export type DeviceCodesDeps = {
  issuer: string
  database: Database
  deviceCodeStore: DeviceCodeStore
  holdsConsent: HeldConsent
  sessionStore: SessionStore
  openSession: OpenSession
  sessionTokens: MakeSessionTokens
  applications: ApplicationsInForce
  now: () => number
  /** As `now`, by the latest that it may be. */
  latest: () => number
}

export function createDeviceCodes(deps: DeviceCodesDeps) {
  const { issuer, database, deviceCodeStore, holdsConsent, sessionStore, openSession, sessionTokens } = deps
  const { applications, now, latest } = deps

  /** As it is held, at the moment of the call; the transaction makes sure that it is not behind. */
  function requireHeld(id: string): ApplicationRecord {
    const held = applications.find(id)
    if (!held) throw refuse('database_unavailable', { retryAfter: 1 })
    return held
  }

  /**
   * @param applicationId of the application that has authenticated
   * @throws authorization_pending, slow_down, access_denied, expired_token, invalid_grant, unauthorized_client,
   *   invalid_scope, invalid_target, invalid_dpop_proof, database_unavailable
   */
  async function redeem(
    deviceCode: string,
    applicationId: string,
    { asked = {}, proof = null }: DevicePoll,
    origin: Origin,
  ): Promise<SessionTokens> {
    const { metadata } = (await applications.meet(applicationId)) ?? requireHeld(applicationId)
    if (!grantTypesOf(metadata).includes(deviceGrantType)) throw refuse('unauthorized_client')
    const row = isDeviceCode(deviceCode) ? await deviceCodeStore.find(database, hashOfDeviceCode(deviceCode)) : null
    if (!row || row.applicationId !== applicationId || row.redeemedAt !== null) throw refuse('invalid_grant')
    if (row.decision === 'denied') throw refuse('access_denied')
    if (row.expiresAt <= now()) throw refuse('expired_token')
    if (row.expiresAt <= latest()) throw refuseToken('clock_jumped')
    narrowed(row, asked, resourceServersOf(applications.resourceServers(), issuer))
    if (!isApproved(row)) throw await undecided(row)
    // Last before the claim: whoever is told to wait may come with it again.
    if (proof) await proof.spend()
    try {
      const opened = await openSession(evidenceOf(row, asked), applicationId, {
        device: { deviceProof: null, otherwise: requireHeld(applicationId).name },
        origin,
        grant: () => grantOf(row, requireHeld(applicationId), proof),
      })
      const { refreshable: withRefresh } = opened.standing.session
      return sessionTokens(opened, { asked, withRefresh, jkt: proof?.jkt })
    } catch (error) {
      // Another request was first, or what the person's decision stood on is over.
      throw error instanceof EvidenceOutdated ? refuse('invalid_grant') : error
    }
  }

  /** RFC 8628 §3.5: a client that polls at exactly the interval does as it was told. */
  async function undecided({ hash }: DeviceCodeRecord): Promise<Refusal> {
    const at = now()
    if (await deviceCodeStore.poll(database, hash, at)) return refuse('authorization_pending')
    const slower = { now: at, more: slowDownBy, upTo: longestPollInterval }
    // Somebody has decided since: the next question is answered.
    if (!(await deviceCodeStore.slowDown(database, hash, slower))) return refuse('authorization_pending')
    return refuse('slow_down')
  }

  function evidenceOf(row: ApprovedDeviceCode, asked: AskedTarget): Evidence {
    return {
      userId: row.userId,
      seq: row.seq,
      authenticatedAt: row.authenticatedAt,
      async stillHolds(tx) {
        if (!(await deviceCodeStore.lock(tx, row.hash))) return false
        await sessionStore.lock(tx, row.browserSid)
        const browser = await sessionStore.find(tx, row.browserSid)
        // A browser session that expired, and was not ended, has ended nothing that it gave.
        return browser !== null && (browser.endedAt === null || browser.endedReason === 'expired')
      },
      async spend(tx, { id: sessionId }) {
        const { metadata } = requireHeld(row.applicationId)
        const isGood =
          (await holdsConsent(tx, row, metadata, asked)) &&
          (await deviceCodeStore.redeem(tx, row.hash, now(), sessionId))
        if (!isGood) throw new EvidenceOutdated()
      },
    }
  }

  /** Of no browser session: it stands by itself, and counts so. */
  function grantOf(
    { scope, resources }: DeviceCodeRecord,
    application: ApplicationRecord,
    proof: ShownProof | null,
  ): SessionGrant {
    const dpopJkt = proof && bindsItsSessions(application) ? proof.jkt : null
    const refreshable = hasRefreshTokens(application.metadata)
    return { grantType: 'device_code', scope, resources, browserSid: null, offline: false, dpopJkt, refreshable }
  }

  return { redeem }
}

export type DeviceCodes = ReturnType<typeof createDeviceCodes>

const isApproved = (row: DeviceCodeRecord): row is ApprovedDeviceCode => row.decision === 'approved'
