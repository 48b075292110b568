// Redeems an authorization code for a session, once (RFC 6749 §4.1.3). Checks that a request of another client can fail
// come first and write nothing; then all that the code depends on is read again under row locks, in the order user,
// browser session, code (oauth.md §4): a concurrent end of one of these commits before and is seen, or after and finds
// the session.
import { createHash } from 'node:crypto'
import type { Origin } from '../../policy/actor.js'
import {
  authenticationMethodOf,
  bindsItsSessions,
  grantTypesOf,
  hasRefreshTokens,
  mayBeOffline,
  scopeWords,
} from '../../policy/application-metadata.js'
import { type AskedTarget, narrowed, resourceServersOf } from '../../policy/session-scope.js'
import { refuse } from '../../protocol/errors.js'
import { verifierMatches } from '../../protocol/pkce.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { ApplicationRecord } from '../../storage/applications.js'
import type { CodeRecord, CodeStore } from '../../storage/codes.js'
import type { Database } from '../../storage/database.js'
import type { SessionGrant } from '../../storage/session-rows.js'
import type { SessionStore } from '../../storage/sessions.js'
import type { Changes } from '../../tokens/changes.js'
import { refuseToken } from '../../tokens/checks.js'
import type { ShownProof } from '../../tokens/proofs.js'
import type { MakeSessionTokens, SessionTokens } from '../../tokens/session-tokens.js'
import { type Evidence, EvidenceOutdated, type OpenSession } from '../sign-in/open-session.js'
import { hashOfCode, isCode } from './code-text.js'
import type { HeldConsent } from './held-consent.js'

/** Parameters of a request that redeems a code. */
export type RedemptionTerms = {
  redirectUri: string | undefined
  /** RFC 7636 §4.5 */
  verifier: string | undefined
  asked?: AskedTarget
  /** Proof of the key that the tokens are bound to (RFC 9449). */
  proof?: ShownProof | null
  /** The session is separate and ends again at once: never an existing one of the application. */
  standalone?: true
}

/** Rolls the transaction back: a concurrent request has redeemed the code, or it has expired. */
class NotClaimed extends EvidenceOutdated {}

export type CodesDeps = {
  issuer: string
  database: Database
  codeStore: CodeStore
  holdsConsent: HeldConsent
  sessionStore: SessionStore
  openSession: OpenSession
  sessionTokens: MakeSessionTokens
  changes: Changes
  applications: ApplicationsInForce
  policy: PolicyInForce
  random: (size: number) => Buffer
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
}

export function createCodes(deps: CodesDeps) {
  const { issuer, database, codeStore, holdsConsent, sessionStore, openSession, sessionTokens } = deps
  const { changes, applications, policy, random, now, latest } = deps

  const servers = () => resourceServersOf(applications.resourceServers(), issuer)

  /** The application as this process caches it at this moment; the transaction checks that the cache is up to date. */
  function requireHeld(id: string): ApplicationRecord {
    const held = applications.find(id)
    if (!held) throw refuse('database_unavailable', { retryAfter: 1 })
    return held
  }

  /**
   * Turns a code into the tokens of a session.
   * @param applicationId of the authenticated application
   * @throws invalid_grant, code_reused, unauthorized_client, invalid_scope, invalid_target, invalid_dpop_proof,
   *   database_unavailable; rows have changed only with code_reused
   */
  async function redeem(
    code: string,
    applicationId: string,
    terms: RedemptionTerms,
    origin: Origin,
  ): Promise<SessionTokens> {
    const { metadata } = (await applications.meet(applicationId)) ?? requireHeld(applicationId)
    if (!grantTypesOf(metadata).includes('authorization_code')) throw refuse('unauthorized_client')
    const hash = hashOfCode(code)
    const row = isCode(code) ? await codeStore.find(database, hash) : null
    if (!row || !isPresentedBy(row, applicationId, terms)) throw refuse('invalid_grant')
    if (row.redeemedAt !== null) throw await spent(row, origin)
    if (row.expiresAt <= now()) throw refuse('invalid_grant')
    if (row.expiresAt <= latest()) throw refuseToken('clock_jumped')
    narrowed(row, terms.asked ?? {}, servers())
    const { proof = null } = terms
    if (proof) await proof.spend()
    try {
      const opened = await openSession(evidenceOf(row, terms, origin), applicationId, {
        device: { deviceId: row.deviceId },
        origin,
        standalone: terms.standalone === true,
        grant: () => grantOf(row, requireHeld(applicationId), proof),
      })
      const { refreshable: withRefresh } = opened.standing.session
      return sessionTokens(opened, { asked: terms.asked ?? {}, withRefresh, nonce: row.nonce, jkt: proof?.jkt })
    } catch (error) {
      if (!(error instanceof EvidenceOutdated)) throw error
      const present = error instanceof NotClaimed ? await codeStore.find(database, hash) : null
      throw present && present.redeemedAt !== null ? await spent(present, origin) : refuse('invalid_grant')
    }
  }

  /** Checks that the request comes from the client that the code was issued to. */
  function isPresentedBy(
    row: CodeRecord,
    applicationId: string,
    { redirectUri, verifier, proof }: RedemptionTerms,
  ): boolean {
    if (row.applicationId !== applicationId) return false
    // RFC 6749 §4.1.3: the redirect URI must be identical, byte by byte, if the request named one.
    if (row.redirectUri !== null ? redirectUri !== row.redirectUri : !isRegistered(redirectUri, applicationId))
      return false
    // RFC 9700 §2.1.1: a verifier for a code that was asked for without a challenge is a downgrade, and refused.
    if (row.challenge === null ? verifier !== undefined : !verifierMatches(verifier ?? '', row.challenge)) return false
    // RFC 9449 §10: the key that was named in the authorization request.
    return row.dpopJkt === null || row.dpopJkt === proof?.jkt
  }

  /** Whether a redirect URI is registered; left out where the application has registered exactly one. */
  const isRegistered = (redirectUri: string | undefined, applicationId: string) =>
    redirectUri === undefined || requireHeld(applicationId).metadata.redirect_uris?.includes(redirectUri) === true

  function evidenceOf(row: CodeRecord, { asked = {} }: RedemptionTerms, origin: Origin): Evidence {
    return {
      userId: row.userId,
      seq: row.seq,
      authenticatedAt: row.authenticatedAt,
      async stillHolds(tx) {
        await sessionStore.lock(tx, row.browserSid)
        const browser = await sessionStore.find(tx, row.browserSid)
        // A browser session that expired, and was not ended, has not ended the grants that were made through it.
        return browser !== null && (browser.endedAt === null || browser.endedReason === 'expired')
      },
      async spend(tx, { id: sessionId }) {
        const { metadata } = requireHeld(row.applicationId)
        if (!(await holdsConsent(tx, row, metadata, asked))) throw new EvidenceOutdated()
        const redemption = random(12).toString('hex')
        const by = { redemption, redeemer: redeemerOf(origin), sessionId }
        if (!(await codeStore.redeem(tx, row.hash, now(), by))) throw new NotClaimed()
      },
    }
  }

  function grantOf(
    { scope, resources, browserSid }: CodeRecord,
    application: ApplicationRecord,
    proof: ShownProof | null,
  ): SessionGrant {
    const { metadata } = application
    const dpopJkt = proof && bindsItsSessions(application) ? proof.jkt : null
    const refreshable = hasRefreshTokens(metadata)
    const offline = refreshable && mayBeOffline(metadata) && scopeWords(scope).includes('offline_access')
    return { grantType: 'authorization_code', scope, resources, browserSid, offline, dpopJkt, refreshable }
  }

  /**
   * RFC 6749 §4.1.2: a replayed code may have been stolen, so its session ends; that is committed before the refusal.
   * But a reloaded page sends its code twice: with the verifier, from the same address and user agent and within the
   * grace period, the second request is refused and the session stays.
   */
  async function spent(row: CodeRecord, origin: Origin) {
    const method = authenticationMethodOf(requireHeld(row.applicationId))
    const isRepeat = row.redeemer === redeemerOf(origin) && now() - row.redeemedAt! <= policy().reuse_grace * 1000
    if (method === 'none' && row.challenge !== null && isRepeat && policy().reuse_grace > 0)
      return refuse('invalid_grant')
    const { sessionId, userId: user, applicationId: application } = row
    // Further replays write nothing: each transaction would lock the heads of both logs.
    const session = sessionId === null ? null : await sessionStore.find(database, sessionId)
    if (session === null || session.endedAt !== null) return refuse('code_reused')
    await changes.run({ name: 'system', origin, credential: null }, async (_, { record, note }) => {
      if (!(await record('code_reused', { subject: session.id }))) return
      note({ action: 'code_reused', subject: session.id, before: { user, application } })
    })
    return refuse('code_reused')
  }

  return { redeem }
}

export type Codes = ReturnType<typeof createCodes>

function redeemerOf({ address, userAgent }: Origin): string {
  return createHash('sha256')
    .update(JSON.stringify([address, userAgent]))
    .digest('base64url')
}
