// Redeems a device code (RFC 8628 §3.4): a polling program is told to wait, and how long, or the code becomes a
// session, once. What the user's decision rests on is checked again under locks, in the order user, device code,
// browser session (oauth.md §4). The session is on a device of its own: the program runs elsewhere, and goes on when
// the user signs out of the browser that let it in.
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

/** Parameters of a request that polls with a device code. */
export type DevicePoll = {
  asked?: AskedTarget
  /** Tokens are bound to the key of the last poll's proof (RFC 9449 §5): no key is known before. */
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
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
}

export function createDeviceCodes(deps: DeviceCodesDeps) {
  const { issuer, database, deviceCodeStore, holdsConsent, sessionStore, openSession, sessionTokens } = deps
  const { applications, now, latest } = deps

  /** The application as this process caches it at this moment; the transaction checks that the cache is up to date. */
  function requireHeld(id: string): ApplicationRecord {
    const held = applications.find(id)
    if (!held) throw refuse('database_unavailable', { retryAfter: 1 })
    return held
  }

  /**
   * Turns a device code into the tokens of a session.
   * @param applicationId of the authenticated application
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
    // The proof is spent last, right before the claim: a client that is told to wait may send it again.
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
      // A concurrent request was first, or what the user's decision rested on has ended.
      throw error instanceof EvidenceOutdated ? refuse('invalid_grant') : error
    }
  }

  /** RFC 8628 §3.5: a client that polls at exactly the interval gets no slow_down. */
  async function undecided({ hash }: DeviceCodeRecord): Promise<Refusal> {
    const at = now()
    if (await deviceCodeStore.poll(database, hash, at)) return refuse('authorization_pending')
    const slower = { now: at, more: slowDownBy, upTo: longestPollInterval }
    // The user has decided since: the next poll gets the tokens.
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
        // A browser session that expired, and was not ended, has not ended the grants that were made through it.
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

  /** The session's grant: it depends on no browser session, and counts towards session limits by itself. */
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
