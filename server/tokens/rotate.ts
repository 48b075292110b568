// Refresh: spends a refresh token and issues the next pair. One conditional statement decides which request rotates,
// one SELECT reads everything else; policy/rotation.ts judges a request that did not win.

import type { Origin } from '../policy/actor.js'
import type { Policy } from '../policy/policies.js'
import { judgeGeneration, type Outage } from '../policy/rotation.js'
import { sessionEnd } from '../policy/session.js'
import type { AskedTarget } from '../policy/session-scope.js'
import type { Confirmation, RefreshClaims } from '../protocol/claims.js'
import { refuse } from '../protocol/errors.js'
import type { Outages } from '../revocation/outages.js'
import type { ErasInForce } from '../revocation/policy-in-force.js'
import type { Tail } from '../revocation/tail.js'
import type { Database } from '../storage/database.js'
import type { IncidentStore } from '../storage/incidents.js'
import type { RotationClaim } from '../storage/rotations.js'
import type { SessionStore, Standing } from '../storage/sessions.js'
import { createBatch } from './batch.js'
import type { Changes } from './changes.js'
import { refuseToken } from './checks.js'
import type { Count } from './counters.js'
import type { Inspect } from './inspect.js'
import type { Issue } from './issue.js'
import type { ShownProof } from './proofs.js'
import type { RefreshRights } from './refresh-rights.js'
import { createRotationStatements } from './rotation-terms.js'
import type { Secrets } from './secrets.js'
import type { SessionLimit } from './session-limit.js'
import type { MakeSessionTokens, SessionTokens } from './session-tokens.js'
import type { Found, Standings } from './standings.js'

export type RotateDeps = {
  database: Database
  sessionStore: SessionStore
  outages: Outages
  incidentStore: IncidentStore
  inspect: Inspect
  issue: Pick<Issue, 'isBehind'>
  sessionTokens: MakeSessionTokens
  changes: Changes
  secrets: Secrets
  standings: Standings
  sessionLimit: SessionLimit
  refreshRights: RefreshRights
  tail: Tail
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
  random: (size: number) => Buffer
  uuid: () => string
  count: Count
  /** Called for each refresh that is answered. */
  refreshed: (session: { deviceId: string }) => void
  log: { error(details: object, message: string): void }
  /** For tests: holds a refresh here, between its two statements. */
  pauses?: { rotationClaimed?: () => Promise<void> }
}

/** `found`: null where there is no such session; 'behind': this process could not follow what it depends on. */
type Claimed = { found: Found | null | 'behind'; won: boolean; claimedAt: number }

/** Session and generation of a presented refresh token. */
export type PresentedClaims = Pick<RefreshClaims, 'sid' | 'gen' | 'sub' | 'client_id' | 'cnf'>

/** A presented refresh token, with all that decides about it. Times are epoch ms. */
type Presented = {
  claims: PresentedClaims
  live: Standing
  eras: ErasInForce
  /** The policy that the session is judged by. */
  policy: Policy
  cameAt: number
  issuedAt: number
  presenter: Origin
  asked: AskedTarget
  proof: ShownProof | null
}

/** How many sessions one statement rotates at most. */
const batchLimit = 128

export function createRotate(deps: RotateDeps) {
  const { database, sessionStore, outages, incidentStore, inspect, issue, sessionTokens, changes, secrets } = deps
  const { standings, sessionLimit, refreshRights, tail, now, latest, random } = deps
  const rotationStatements = createRotationStatements()

  const claim = createBatch<RotationClaim, Claimed>(batchLimit, async claims => {
    // A request that waited behind a batch that ran into the database's timeout does not wait for a second one.
    if (!tail.isFresh()) await tail.readIfOld()
    const at = { now: now(), rotation: random(12).toString('hex'), keyVersion: secrets.present('refresh').version }
    const ids = [...new Set(claims.map(one => one.id))]
    const { found, behind } = await standings.underOnePolicy(ids, async (eras, left) => {
      for (const statement of rotationStatements(
        eras,
        claims.filter(one => left.has(one.id)),
        at,
      )) {
        const { rotates, terms } = statement
        if (rotates) await sessionStore.rotate(database, statement.claims, terms)
        else await sessionStore.touch(database, statement.claims, terms)
      }
      await deps.pauses?.rotationClaimed?.()
    })
    const isGone = ({ id, generation }: RotationClaim) =>
      !behind.has(id) && isForgotten(found.get(id)?.standing, generation)
    if (claims.some(isGone)) await tail.requireForward()
    // A key may have been revoked at another server: no token is issued under it.
    if ([...found.values()].some(({ standing }) => issue.isBehind(standing))) await tail.readNow()
    const taken = new Set<string>()
    return claims.map(({ id, generation }): Claimed => {
      if (behind.has(id)) return { found: 'behind', won: false, claimedAt: at.now }
      const session = found.get(id)?.standing.session
      // Of two requests in one batch that name the same generation the first has won, as it would have by itself.
      const won = session?.rotation === at.rotation && session.generation === generation + 1 && !taken.has(id)
      if (won) taken.add(id)
      return { found: found.get(id) ?? null, won, claimedAt: at.now }
    })
  })

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
    const cameAt = now()
    return spend(await inspect.refresh(token), applicationId, presenter, { cameAt, asked, proof })
  }

  /**
   * Spends a token that stands for a generation of a session, whatever its form; the caller has verified it.
   * @param cameAt when it arrived, epoch ms
   */
  async function spend(
    claims: PresentedClaims,
    applicationId: string,
    presenter: Origin,
    { cameAt, asked = {}, proof = null }: { cameAt: number; asked?: AskedTarget; proof?: ShownProof | null },
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
    const consented = await refreshRights.requireOrEnd(live, asked, presenter)
    const policy = eras.of(live.session)
    const presented: Presented = { claims, live, eras, policy, cameAt, issuedAt, presenter, asked: consented, proof }
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

  function judge({ live, claims, policy, cameAt }: Presented, outage: Outage | null = null) {
    return judgeGeneration(claims.gen, live.session, cameAt, policy.reuse_grace * 1000, outage)
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
    if (one !== 'behind' && isForgotten(one?.standing, claims.gen)) await tail.requireForward()
    const { standing, eras } = refuseOver(one, claims, now())
    if (sessionEnd(standing.session, standing.ended, latest(), eras.of(standing.session)))
      throw refuseToken('clock_jumped')
    return { standing, eras }
  }

  async function answer({ live, eras, issuedAt, presenter, asked, proof }: Presented, withRefresh: boolean) {
    await sessionLimit.endOverLimit(live, eras, presenter)
    deps.refreshed(live.session)
    return sessionTokens({ standing: live, eras, issuedAt }, { asked, withRefresh, jkt: proof?.jkt })
  }

  /** RFC 9700 §4.14.2: the replay of a spent token means that two parties hold the session, which ends for both. */
  async function forgiveOutageOrEnd(presented: Presented): Promise<SessionTokens> {
    const { live, claims, presenter } = presented
    for (const outage of await outages.known())
      if (judge(presented, outage) === 'forgiven') return answer(presented, true)
    const { session } = live
    const ended = await changes.run(
      { name: 'system', origin: presenter, credential: null },
      async (_, { record, note }) => {
        if (!(await record('refresh_token_reused', { subject: session.id }))) return false
        const before = { user: session.userId, generation: session.generation, presented: claims.gen }
        note({ action: 'refresh_token_reused', subject: session.id, before })
        return true
      },
    )
    // After the commit: nothing that fails here may undo the end.
    if (ended) deps.count('reuse_incidents')
    if (ended) await writeIncident(live, claims, presenter)
    throw refuse('token_reused')
  }

  async function writeIncident({ session }: Standing, claims: PresentedClaims, presenter: Origin): Promise<void> {
    try {
      await incidentStore.insert(database, {
        id: deps.uuid(),
        sessionId: session.id,
        userId: session.userId,
        presentedGeneration: claims.gen,
        presentGeneration: session.generation,
        ...presenter,
        createdAt: now(),
      })
    } catch (error) {
      deps.log.error({ err: error, sid: session.id }, 'an incident could not be written')
    }
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

/** Whether a missing session, or one of a lower generation, may be due to a database that went back. */
function isForgotten(standing: Standing | null | undefined, generation: number): boolean {
  return !standing || standing.session.generation < generation
}
