// Token exchange (RFC 8693): a resource server that received a user's token gets one for the next resource server. The
// new token has the same session and grants no more than the received one, so that whatever ends that one ends it.
import { type ApplicationTerms, grantTypesOf, mayUse } from '../policy/application-metadata.js'
import { codeOfReason } from '../policy/revocation.js'
import { sessionEnd } from '../policy/session.js'
import { resourceServersOf } from '../policy/session-scope.js'
import {
  actorNow,
  actorsOf,
  type ExchangeRequest,
  exchangeTarget,
  narrowerRights,
  tokenExchangeGrant,
} from '../policy/token-exchange.js'
import type { AccessClaims } from '../protocol/claims.js'
import { boundKeyOf } from '../protocol/dpop.js'
import { errors, Refusal, refuse } from '../protocol/errors.js'
import { readCompact } from '../protocol/jws.js'
import type { Projection } from '../protocol/log/projection.js'
import { refusalCode } from '../protocol/log/revocation.js'
import { type Problem, problem } from '../protocol/problems.js'
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
import type { Tail } from '../revocation/tail.js'
import { refuseToken } from './checks.js'
import type { Count } from './counters.js'
import type { Inspect, SignedAccess } from './inspect.js'
import type { Issue, IssuedAccess } from './issue.js'
import type { ShownProof } from './proofs.js'
import type { Found, Standings } from './standings.js'

export type ExchangeDeps = {
  issuer: string
  inspect: Pick<Inspect, 'issuedAccess'>
  issue: Pick<Issue, 'access' | 'isBehind'>
  standings: Standings
  tail: Tail
  projection: Projection
  applications: ApplicationsInForce
  count: Count
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
}

export type ExchangeTerms = ExchangeRequest & {
  /** The subject token that was sent. */
  subject: string
  /** Proof of the key that the new token is bound to. */
  proof: ShownProof | null
}

export function createExchange(deps: ExchangeDeps) {
  const { issuer, inspect, issue, standings, tail, projection, applications, count, now, latest } = deps

  /** @throws unauthorized_client, invalid_client */
  async function requireCaller(id: string): Promise<ApplicationTerms & { resource: string }> {
    const caller = await applications.meet(id)
    if (!caller?.active) throw refuse('invalid_client')
    const { resource, metadata } = caller
    if (resource === null || !grantTypesOf(metadata).includes(tokenExchangeGrant)) throw refuse('unauthorized_client')
    return { ...caller, resource }
  }

  /** @throws subject_token_invalid, database_unavailable and other temporary failures */
  async function requireSubject(
    text: string,
    caller: { resource: string },
    jkt: string | undefined,
  ): Promise<SignedAccess> {
    try {
      // Before anything else is disclosed of the token: a caller learns nothing of tokens for others, as with
      // introspection (RFC 7662 §4).
      if (readCompact(text).claims.aud !== caller.resource) throw refused(problem('exchange_misdirected'))
      const signed = await inspect.issuedAccess(text)
      requireExchangeable(signed.claims, jkt)
      return signed
    } catch (error) {
      throw asRefused(error)
    }
  }

  /**
   * The session's standing, read at one instant. This process has applied the log up to it, so the applications that it
   * knows are no older.
   */
  async function requireSession({ claims, kid }: SignedAccess): Promise<Found> {
    const sid = claims.sid!
    const { found, behind } = await standings.underOnePolicy([sid])
    if (behind.has(sid)) throw refuse('database_unavailable', { retryAfter: 1 })
    const one = found.get(sid)
    // Where the session is missing because the database went back, this throws.
    if (!one) await tail.requireForward()
    const { standing } = one ?? throwing(refuse('session_ended'))
    const code = whyNot(one!, claims)
    if (code) throw refuseToken(code)
    if ((tail.lastHead?.seq ?? 0) < standing.seq || issue.isBehind(standing)) await tail.headNow()
    // The new token takes the log into account up to the standing, so the log must be searched up to there for an entry
    // that refuses the subject token: else the new one would outlive its revocation under another jti.
    const entry = projection.find(claims, kid)
    if (entry) throw refuse(refusalCode(entry, codeOfReason))
    return one!
  }

  function whyNot({ standing, eras }: Found, { sub }: AccessClaims) {
    const { session, user, application, ended } = standing
    if (String(session.userId) !== sub) return 'token_claims'
    if (user.deletedAt !== null) return 'user_unknown'
    if (!user.active) return 'user_inactive'
    if (!application.active) return 'application_disabled'
    if (user.mustChangePassword) return 'password_change_required'
    const end = (at: number) => sessionEnd(session, ended, at, eras.of(session))
    if (end(now()) !== null) return 'session_ended'
    return end(latest()) === null ? null : 'clock_jumped'
  }

  /** @throws database_unavailable: one of the applications was deleted */
  async function all(ids: readonly string[]): Promise<ApplicationTerms[]> {
    const found = await Promise.all(ids.map(id => applications.meet(id)))
    return found.map(one => one ?? throwing(refuse('database_unavailable', { retryAfter: 1 })))
  }

  /**
   * @param callerId of an application that has proven to be the one it says
   * @throws subject_token_invalid, invalid_target, invalid_scope, unauthorized_client, invalid_client, invalid_dpop_proof, clock_jumped,
   *   database_unavailable
   */
  return async function exchange(
    callerId: string,
    { subject: text, proof, ...asked }: ExchangeTerms,
  ): Promise<IssuedAccess> {
    const signed = await requireSubject(text, await requireCaller(callerId), proof?.jkt)
    const { claims: sent } = signed
    const issuedAt = now()
    const { standing, eras } = await requireSession(signed).catch(error => throwing(asRefused(error)))
    // The caller as it is now: of the standing's instant or later.
    const caller = await requireCaller(callerId)
    if (!mayUse(caller.metadata, standing.user.roles)) throw refused(problem('exchange_not_by_user'))

    const servers = applications
      .resourceServers()
      .flatMap(one =>
        one.resource === null ? [] : resourceServersOf([one], issuer).map(row => ({ ...row, id: one.id })),
      )
    const target = exchangeTarget(asked, sent.scope ?? '', caller.metadata.token_exchange ?? [], servers)
    if ('refused' in target) throw refuse(target.refused, target.why ? { problem: problem(target.why) } : {})
    const act = actorNow(caller.id, sent) ?? throwing(refused(problem('exchange_too_far')))

    const through = [...(await all(actorsOf(sent))), caller]
    const own = eras.of({ policyVersion: standing.session.policyVersion, applicationId: caller.id })
    await proof?.spend()
    const issued = issue.access(
      { ...standing, application: caller, policy: eras.of(standing.session) },
      {
        issuedAt,
        ...target,
        jkt: proof?.jkt,
        delegation: {
          act,
          // The new token outlives neither the subject token nor the lifetime of the caller's own tokens.
          notAfter: Math.min(sent.exp, Math.floor(issuedAt / 1000) + own.access_token_lifetime),
          ...narrowerRights(sent, through, standing.user),
        },
      },
    )
    count('exchanged_tokens')
    return issued
  }
}

export type Exchange = ReturnType<typeof createExchange>

/** @throws subject_token_invalid */
function requireExchangeable(claims: AccessClaims, jkt: string | undefined): void {
  if (claims.sid === undefined) throw refused(problem('exchange_of_program'))
  // An administrator knows the password.
  if (claims.must_change_password) throw refuse('password_change_required')
  // RFC 9449 §7: a bound token is worth nothing without its key.
  const bound = boundKeyOf(claims)
  if (bound !== null && bound !== jkt) throw refused(problem('exchange_of_bound'))
}

/** RFC 8693 §2.2.2: a refused subject token is an invalid request. Temporary failures stay what they are. */
function asRefused(error: unknown): unknown {
  if (!(error instanceof Refusal) || errors[error.code].status >= 429 || error.code === 'subject_token_invalid')
    return error
  const { code } = error
  return refuse('subject_token_invalid', { problem: problem('exchange_of_refused', { code }), cause: error })
}

const refused = (why: Problem) => refuse('subject_token_invalid', { problem: why })

function throwing(error: unknown): never {
  throw error
}
