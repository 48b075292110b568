// Refresh: spends a refresh token and issues the next pair. One request claims the rotation (rotation-claim.ts);
// policy/rotation.ts judges those that did not.
import type { Origin } from '../policy/actor.js'
import type { Policy } from '../policy/policies.js'
import { judgeGeneration, type Outage } from '../policy/rotation.js'
import { sessionEnd } from '../policy/session.js'
import type { AskedTarget } from '../policy/session-scope.js'
import type { Confirmation, RefreshClaims } from '../protocol/claims.js'
import { refuse } from '../protocol/errors.js'
import type { Outages } from '../revocation/outages.js'
import type { ErasInForce } from '../revocation/policy-in-force.js'
import type { Standing } from '../storage/sessions.js'
import { refuseToken } from './checks.js'
import type { Inspect } from './inspect.js'
import type { ShownProof } from './proofs.js'
import type { RefreshRights } from './refresh-rights.js'
import { createRotationClaim, isMissingOrOlder, type RotationClaimDeps } from './rotation-claim.js'
import type { SessionLimit } from './session-limit.js'
import type { MakeSessionTokens, SessionTokens } from './session-tokens.js'
import type { Found } from './standings.js'
import { createTokenReuse, type TokenReuseDeps } from './token-reuse.js'

export type RotateDeps = RotationClaimDeps &
  TokenReuseDeps & {
    outages: Outages
    inspect: Inspect
    sessionTokens: MakeSessionTokens
    sessionLimit: SessionLimit
    refreshRights: RefreshRights
    /** The current time at the latest that clock uncertainty allows, epoch ms. */
    latest: () => number
    /** Called for each refresh that is answered. */
    refreshed: (session: { deviceId: string }) => void
  }

/** Session and generation of a presented refresh token. */
export type PresentedClaims = Pick<RefreshClaims, 'sid' | 'gen' | 'sub' | 'client_id' | 'cnf'>

/** A presented refresh token, with all that decides about it. Times are epoch ms. */
type Presented = {
  claims: PresentedClaims
  live: Standing
  eras: ErasInForce
  /** The policy that the session is judged by. */
  policy: Policy
  arrivedAt: number
  issuedAt: number
  presenter: Origin
  asked: AskedTarget
  proof: ShownProof | null
}

export function createRotate(deps: RotateDeps) {
  const { outages, inspect, sessionTokens, standings, sessionLimit, refreshRights, tail, now, latest, refreshed } = deps
  const claim = createRotationClaim(deps)
  const endReused = createTokenReuse(deps)

  /**
   * Spends a refresh token of this application.
   * @param asked of what was granted, what the access token is to be for
   * @param proof of the key that the access token is bound to; a bound refresh token needs one of its own key
   * @returns without a refresh token where the policy does not rotate, and the presented one stays
   * @throws what inspect.refresh throws; token_claims (another application's, or ahead), session_ended, token_expired,
   *   user_inactive, user_unknown, application_disabled, token_reused, token_bound, invalid_dpop_proof,
   *   database_unavailable; what refreshRights throws
   */
  async function rotate(
    token: string,
    applicationId: string,
    presenter: Origin,
    asked: AskedTarget = {},
    proof: ShownProof | null = null,
  ): Promise<SessionTokens> {
    // Grace is judged at arrival: our own latency must not look like reuse.
    const arrivedAt = now()
    return spend(await inspect.refresh(token), applicationId, presenter, { arrivedAt, asked, proof })
  }

  /**
   * Spends a token that stands for a generation of a session, whatever its form; the caller has verified it.
   * @param arrivedAt when it arrived, epoch ms
   */
  async function spend(
    claims: PresentedClaims,
    applicationId: string,
    presenter: Origin,
    { arrivedAt, asked = {}, proof = null }: { arrivedAt: number; asked?: AskedTarget; proof?: ShownProof | null },
  ): Promise<SessionTokens> {
    // Checks that any client's request can fail come before the claim, and write nothing.
    if (claims.client_id !== applicationId) throw refuse('token_claims')
    if (claims.cnf) requireKey(claims.cnf, proof)
    const looksFirst = await refreshRights.before(applicationId, asked)
    // Before anything rotates: a client that is told to retry must not have a spent token by then.
    if (looksFirst || latest() > now()) await refreshRights.require((await requireUndoubted(claims)).standing, asked)
    const issuedAt = now()
    if (proof) await proof.spend()
    const { found, won, claimedAt } = await claim({ id: claims.sid, generation: claims.gen, applicationId })
    const { standing: live, eras } = refuseOver(found, claims, won ? claimedAt : now())
    await refreshRights.requireOrEnd(live, asked, presenter)
    const policy = eras.of(live.session)
    const presented: Presented = { claims, live, eras, policy, arrivedAt, issuedAt, presenter, asked, proof }
    if (won) return answer(presented, true)
    switch (judge(presented)) {
      case 'ahead':
        throw refuse('token_claims')
      case 'current':
        // With rotation the claim should have won: it raced with an end of the session, or with its expiry. A retry decides.
        if (presented.policy.rotate_refresh_tokens) throw refuse('database_unavailable', { retryAfter: 1 })
        return answer(presented, false)
      case 'forgiven':
        // Also without rotation: a client with a spent token needs the current one.
        return answer(presented, true)
      case 'reused':
        return forgiveOutageOrEnd(presented)
    }
  }

  function judge({ live, claims, policy, arrivedAt }: Presented, outage: Outage | null = null) {
    return judgeGeneration(claims.gen, live.session, arrivedAt, policy.reuse_grace * 1000, outage)
  }

  function refuseOver(found: Found | null | 'behind', claims: PresentedClaims, at: number): Found {
    if (found === 'behind') throw refuse('database_unavailable', { retryAfter: 1 })
    if (!found) throw refuse('session_ended')
    const { session, user, application, ended } = found.standing
    if (String(session.userId) !== claims.sub) throw refuse('token_claims')
    if (session.applicationId !== claims.client_id || !session.refreshable) throw refuse('token_claims')
    if (user.deletedAt !== null) throw refuse('user_unknown')
    if (!user.active) throw refuse('user_inactive')
    if (!application.active) throw refuse('application_disabled')
    const end = sessionEnd(session, ended, at, found.eras.of(session))
    if (end === 'ended' || end === 'superseded') throw refuse('session_ended')
    if (end) throw refuse('token_expired')
    return found
  }

  /**
   * @throws clock_jumped when the session is over only by a time that is in doubt; otherwise what `refuseOver` throws
   */
  async function requireUndoubted(claims: PresentedClaims): Promise<Found> {
    const { found, behind } = await standings.underOnePolicy([claims.sid])
    const one = behind.has(claims.sid) ? 'behind' : (found.get(claims.sid) ?? null)
    if (one !== 'behind' && isMissingOrOlder(one?.standing, claims.gen)) await tail.requireForward()
    const { standing, eras } = refuseOver(one, claims, now())
    if (sessionEnd(standing.session, standing.ended, latest(), eras.of(standing.session)))
      throw refuseToken('clock_jumped')
    return { standing, eras }
  }

  async function answer({ live, eras, issuedAt, presenter, asked, proof }: Presented, withRefresh: boolean) {
    await sessionLimit.endOverLimit(live, eras, presenter)
    refreshed(live.session)
    return sessionTokens({ standing: live, eras, issuedAt }, { asked, withRefresh, jkt: proof?.jkt })
  }

  async function forgiveOutageOrEnd(presented: Presented): Promise<SessionTokens> {
    const { live, claims, presenter } = presented
    for (const outage of await outages.known())
      if (judge(presented, outage) === 'forgiven') return answer(presented, true)
    await endReused(live.session, claims.gen, presenter)
    throw refuse('token_reused')
  }

  /**
   * Whether a refresh with these claims would succeed now. Changes nothing.
   * @returns the session, and whose it is
   * @throws like `rotate`
   */
  async function check(claims: PresentedClaims): Promise<Standing> {
    const { standing: live, eras } = await requireUndoubted(claims)
    const grace = eras.of(live.session).reuse_grace * 1000
    const at = now()
    const verdicts = (await outages.known()).map(outage => judgeGeneration(claims.gen, live.session, at, grace, outage))
    if (verdicts.includes('ahead')) throw refuse('token_claims')
    if (verdicts.every(verdict => verdict === 'reused')) throw refuse('token_revoked')
    await refreshRights.require(live, {})
    await sessionLimit.check(live, eras)
    return live
  }

  return { rotate, spend, check }
}

export type Rotate = ReturnType<typeof createRotate>

/**
 * RFC 9449 §5: a public application's refresh token is bound to a key. A request without the key must not rotate it,
 * or the owner's next refresh would count as reuse.
 */
function requireKey({ jkt }: Confirmation, proof: ShownProof | null): void {
  if (!proof) throw refuse('invalid_dpop_proof')
  if (proof.jkt !== jkt) throw refuse('token_bound')
}
