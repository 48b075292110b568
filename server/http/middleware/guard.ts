import type { Middleware } from 'koa'
import type { AccessClaims } from '../../protocol/claims.js'
import { errorRow, errors, Refusal, refuse } from '../../protocol/errors.js'
import type { Inspect } from '../../tokens/inspect.js'
import { type BearerAccess, credentialFor } from '../access.js'
import type { State } from '../handler.js'

export type GuardDeps = {
  inspect: Inspect
  /** Whose tokens may act on people and their sessions without a scope. */
  ownApplication: string
  /** What a user may do now, for tokens that could not hold it all. */
  permissionsOf: (userId: number) => Promise<readonly string[]>
  now: () => number
}

/** How long ago a sign-in may be for what is hard to take back, in seconds. */
export const longestProof = 300

/** Lets through whom the route's row in the table names. Cookies are never read here: see pages/gate.ts for those. */
export function createGuard({ inspect, ownApplication, permissionsOf, now }: GuardDeps) {
  return function guard(access: BearerAccess): Middleware {
    if (access.kind === 'open') return (_, next) => next()
    return async (ctx, next) => {
      const state = ctx.state as State
      const claims = await bearer(ctx.get('Authorization'))
      // Known from here on, also to the log line of a refusal.
      state.claims = claims
      // A token of another application must not act as its user, unless it was given the scope to.
      const scope = access.kind === 'person' ? 'darvoza:account' : 'darvoza:admin'
      if (claims.client_id !== ownApplication && !claims.scope?.split(' ').includes(scope)) {
        throw refuse('insufficient_scope', { headers: { 'WWW-Authenticate': insufficientScope(scope) } })
      }
      if (claims.sid === undefined) throw refuse('insufficient_scope')
      if (claims.must_change_password && !('beforeNewPassword' in access)) throw refuse('password_change_required')
      if (access.kind === 'permission') await requirePermission(claims, access)
      state.credential = credentialFor(access, claims.sid)
      // Judged again further down, the token is refused as it would have been here.
      await inHeader(next)
    }
  }

  async function requirePermission(
    claims: AccessClaims,
    access: Extract<BearerAccess, { kind: 'permission' }>,
  ): Promise<void> {
    // What another application's token leaves out it does not have: its user may do more than the application.
    const omitted = claims.client_id === ownApplication ? () => permissionsOf(Number(claims.sub)) : () => []
    const permissions = claims.permissions ?? (await omitted())
    if (!permissions.includes(access.permission)) throw refuse('permission_denied')
    if (access.fresh) requireNewSignIn(claims, now())
  }

  async function bearer(header: string): Promise<AccessClaims> {
    // Another scheme is no credential at all, as simplejwt reads it; the name is read in any case (RFC 9110 §11.1).
    const parts = header.split(' ').filter(Boolean)
    if (parts[0]?.toLowerCase() !== 'bearer') throw refuse('not_authenticated')
    if (parts.length !== 2) throw refuse('bad_authorization_header')
    return inHeader(() => inspect.access(parts[1]!))
  }
}

/** What refuses a token here tells that it came in the Authorization header (RFC 6750 §3). */
async function inHeader<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal && error.status === 401 && errorRow(error.code).wire !== undefined)
      throw new Refusal(error.code, { ...error.details, inHeader: true })
    throw error
  }
}

/**
 * RFC 9470 §3: a new sign-in is what is missing, not another right.
 * @param now epoch ms
 * @throws insufficient_user_authentication
 */
export function requireNewSignIn({ auth_time = 0 }: AccessClaims, now: number): void {
  if (auth_time < now / 1000 - longestProof)
    throw refuse('insufficient_user_authentication', { headers: { 'WWW-Authenticate': oldProof } })
}

const oldProof = `Bearer realm="api", error="insufficient_user_authentication", error_description="${errors.insufficient_user_authentication.text}", max_age="${longestProof}"`

/** RFC 6750 §3.1 */
function insufficientScope(scope: string): string {
  return `Bearer realm="api", error="insufficient_scope", scope="${scope}"`
}
