// Refresh: spends a refresh token and answers the next pair. One conditional statement decides who rotates, one SELECT
// tells everything else; what did not win is judged by policy/rotation.ts.

import type { Origin } from '../policy/actor.js'
import { judgeGeneration, type Outage } from '../policy/rotation.js'
import { sessionEnd } from '../policy/session.js'
import type { RefreshClaims } from '../protocol/claims.js'
import { refuse } from '../protocol/errors.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { Tail } from '../revocation/tail.js'
import type { Database } from '../storage/database.js'
import type { Heartbeats } from '../storage/heartbeats.js'
import type { Incidents } from '../storage/incidents.js'
import type { RotationClaim, RotationTerms } from '../storage/rotations.js'
import type { Sessions, Standing } from '../storage/sessions.js'
import { createBatch } from './batch.js'
import type { Inspect } from './inspect.js'
import type { Issue } from './issue.js'
import type { Revoke } from './revoke.js'
import type { Secrets } from './secrets.js'
import type { Count } from './tally.js'

/** `refresh` is null where the policy does not rotate and the presented token stays. */
export type Rotated = { access: string; refresh: string | null }

export type RotateDeps = {
  database: Database
  sessions: Sessions
  heartbeats: Heartbeats
  incidents: Incidents
  inspect: Inspect
  issue: Issue
  revoke: Revoke
  secrets: Secrets
  tail: Tail
  policy: PolicyInForce
  now: () => number
  random: (size: number) => Buffer
  uuid: () => string
  count: Count
  /** Told of each refresh that is answered. */
  refreshed: (session: { deviceId: string }) => void
  log: { error(details: object, message: string): void }
  /** Tests hold a refresh here, between its two statements. */
  pauses?: { rotationClaimed?: () => Promise<void> }
}

type Claimed = { standing: Standing | null; won: boolean; claimedAt: number }

/** How many sessions one statement rotates at most. */
const batchLimit = 128

export function createRotate(deps: RotateDeps) {
  const { database, sessions, heartbeats, incidents, inspect, issue, revoke, secrets, tail, policy, now, random } = deps

  const claim = createBatch<RotationClaim, Claimed>(batchLimit, async claims => {
    // Who waited behind a batch that the database left hanging does not wait for a second deadline.
    if (!tail.isFresh()) await tail.freshen()
    const terms = termsNow()
    if (policy().rotate_refresh_tokens) await sessions.rotate(database, claims, terms)
    else await sessions.touch(database, claims, terms)
    await deps.pauses?.rotationClaimed?.()
    const standings = await sessions.standings(database, [...new Set(claims.map(one => one.id))])
    const taken = new Set<string>()
    return claims.map(({ id, generation }) => {
      const standing = standings.get(id) ?? null
      // Of two in one batch that name the same generation the first has won, as it would have by itself.
      const won =
        standing?.session.rotation === terms.mark && standing.session.generation === generation + 1 && !taken.has(id)
      if (won) taken.add(id)
      return { standing, won, claimedAt: terms.now }
    })
  })

  function termsNow(): RotationTerms {
    const { refresh_token_lifetime, session_absolute_lifetime, reuse_grace } = policy()
    return {
      now: now(),
      idle: refresh_token_lifetime * 1000,
      absolute: session_absolute_lifetime * 1000,
      grace: reuse_grace * 1000,
      mark: random(12).toString('hex'),
      keyVersion: secrets.present('refresh').version,
    }
  }

  /**
   * Spends a refresh token of this application.
   * @throws what inspect.refresh throws; token_claims (another application's, or ahead), session_ended, token_expired,
   *   user_inactive, user_unknown, application_disabled, token_reused, database_unavailable
   */
  async function rotate(token: string, applicationId: string, presenter: Origin): Promise<Rotated> {
    // The grace is judged at the instant the token came: how long we take is nobody's theft.
    const cameAt = now()
    if (!tail.isFresh()) await tail.freshen()
    const claims = inspect.refresh(token)
    // What a stranger can fail comes before the claim, and touches nothing.
    if (claims.client_id !== applicationId) throw refuse('token_claims')
    const issuedAt = now()
    const { standing, won, claimedAt } = await claim({ id: claims.sid, generation: claims.gen, applicationId })
    const { rotate_refresh_tokens } = policy()
    const live = refuseOver(standing, claims, won ? claimedAt : now())
    if (won) return answer(live, issuedAt, true)
    switch (judge(live, claims.gen, cameAt)) {
      case 'ahead':
        throw refuse('token_claims')
      case 'present':
        // With rotation the claim should have won: it met an end by a hair, or the policy changed under it. Again will do.
        if (rotate_refresh_tokens) throw refuse('database_unavailable', { retryAfter: 1 })
        return answer(live, issuedAt, false)
      case 'forgiven':
        // Also without rotation: whoever holds a spent token needs the present one.
        return answer(live, issuedAt, true)
      case 'reused':
        return forgiveOutageOrEnd(live, claims, { cameAt, issuedAt }, presenter)
    }
  }

  function judge({ session }: Standing, generation: number, at: number, outage: Outage | null = null) {
    return judgeGeneration(generation, session, at, policy().reuse_grace * 1000, outage)
  }

  function refuseOver(standing: Standing | null, claims: RefreshClaims, at: number): Standing {
    if (!standing) throw refuse('session_ended')
    const { session, user, application, ended } = standing
    if (String(session.userId) !== claims.sub) throw refuse('token_claims')
    if (session.applicationId !== claims.client_id) throw refuse('token_claims')
    if (user.deletedAt !== null) throw refuse('user_unknown')
    if (!user.active) throw refuse('user_inactive')
    if (!application.active) throw refuse('application_disabled')
    const end = sessionEnd(session, ended, at, policy())
    if (end === 'ended' || end === 'overtaken') throw refuse('session_ended')
    if (end) throw refuse('token_expired')
    return standing
  }

  function answer(standing: Standing, issuedAt: number, withRefresh: boolean): Rotated {
    deps.refreshed(standing.session)
    return {
      access: issue.access(standing, issuedAt),
      refresh: withRefresh ? issue.refresh(standing.session, standing.user.username) : null,
    }
  }

  /** RFC 9700 §4.14.2: a spent token that comes back means that two hold the session; neither keeps it. */
  async function forgiveOutageOrEnd(
    standing: Standing,
    claims: RefreshClaims,
    { cameAt, issuedAt }: { cameAt: number; issuedAt: number },
    presenter: Origin,
  ): Promise<Rotated> {
    if (judge(standing, claims.gen, cameAt, await heartbeats.outage(database)) === 'forgiven')
      return answer(standing, issuedAt, true)
    const { session } = standing
    const ended = await revoke.transaction({ name: 'system', origin: presenter }, async (_, { record, note }) => {
      if (!(await record('refresh_token_reused', { subject: session.id }))) return false
      const before = { user: session.userId, generation: session.generation, presented: claims.gen }
      note({ action: 'refresh_token_reused', subject: session.id, before })
      return true
    })
    // After the commit: nothing that fails here may undo the end.
    if (ended) deps.count('reuse_incidents')
    if (ended) await writeIncident(standing, claims, presenter)
    throw refuse('token_reused')
  }

  async function writeIncident({ session }: Standing, claims: RefreshClaims, presenter: Origin): Promise<void> {
    try {
      await incidents.insert(database, {
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
   * Would a refresh with these claims succeed now? Changes nothing.
   * @throws like `rotate`
   */
  async function check(claims: RefreshClaims): Promise<void> {
    const standing = (await sessions.standings(database, [claims.sid])).get(claims.sid) ?? null
    const live = refuseOver(standing, claims, now())
    const verdict = judge(live, claims.gen, now(), await heartbeats.outage(database))
    if (verdict === 'ahead') throw refuse('token_claims')
    if (verdict === 'reused') throw refuse('token_revoked')
  }

  return { rotate, check }
}

export type Rotate = ReturnType<typeof createRotate>
