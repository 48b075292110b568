// Senders known by a token in the Authorization header (RFC 6750 §2.1), or by an API key: see api-key.ts. Cookies are never
// read here: see browser.ts.
import { scopeWords } from '../../policy/application-metadata.js'
import { isRecentlyAuthenticated, recentFor } from '../../policy/recent-authentication.js'
import type { AccessClaims } from '../../protocol/claims.js'
import { type ErrorCode, errorRow, errors, Refusal, refuse } from '../../protocol/errors.js'
import type { Inspect } from '../../tokens/inspect.js'
import { type Context, isReading, type Step } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import { refusedByContent } from '../refused-tokens.js'
import { type ApiKeySender, refusedApiKeys } from './api-key.js'
import { type Asked, credentialFor } from './credential.js'

export type BearerDeps = {
  inspect: Inspect
  apiKeySender: ApiKeySender
  /** Whose tokens may act on people and their sessions without a scope. */
  ownApplication: string
  /** What a user may do now, for tokens that could not hold it all. */
  permissionsOf: (userId: number) => Promise<readonly string[]>
  now: () => number
}

/** How a token is refused in the Authorization header, and what keeps it from being judged. */
export const refusedTokens = [
  'not_authenticated',
  'bad_authorization_header',
  ...refusedByContent,
  'token_not_yet_valid',
  'token_revoked',
  'token_stale',
  'session_ended',
  'user_inactive',
  'user_unknown',
  'application_disabled',
  'clock_jumped',
  'clock_went_back',
  'database_unavailable',
  'log_went_back',
] as const satisfies readonly ErrorCode[]

/** The same where it must be of a person, and may act for them; or an API key. */
export const refusedPersons = (access: Asked): readonly ErrorCode[] => [
  ...refusedTokens,
  'insufficient_scope',
  ...(access.beforeNewPassword ? [] : (['password_change_required'] as const)),
  ...(access.recentlyAuthenticated ? (['insufficient_user_authentication'] as const) : []),
  ...refusedApiKeys(access),
]

export function createBearer({ inspect, apiKeySender, ownApplication, permissionsOf, now }: BearerDeps) {
  function tokenIn(ctx: Context): string {
    // Another scheme is no credential at all, as simplejwt reads it; the name is read in any case (RFC 9110 §11.1).
    const parts = ctx.get('Authorization').split(' ').filter(Boolean)
    if (parts[0]?.toLowerCase() !== 'bearer') throw refuse('not_authenticated')
    if (parts.length !== 2) throw refuse('bad_authorization_header')
    return parts[1]!
  }

  /** RFC 6750 §3.1: more than one way at once is a mistake of the request, not of a token. */
  function twice(): Refusal {
    const headers = { 'WWW-Authenticate': 'Bearer realm="api", error="invalid_request"' }
    return refuse('invalid_request', { detail: 'The token is there more than once.', headers })
  }

  /** A token of a person that has the scope, whomever it is for. */
  function anyWithScope(scope: string): { inHeader: Step; inForm: Step } {
    const isShown = (ctx: Context) => /^ *bearer\b/i.test(ctx.get('Authorization'))
    const formOf = (ctx: Context) => (ctx.request.body ?? {}) as Form

    async function admit(ctx: Context, text: string, next: () => Promise<void>): Promise<void> {
      await inHeader(async () => {
        const { kind, claims } = await inspect.issued(text)
        if (kind !== 'access') throw refuse('token_type')
        ctx.state.claims = claims
        if (claims.sid === undefined || !scopeWords(claims.scope ?? '').includes(scope))
          throw refuse('insufficient_scope', { headers: { 'WWW-Authenticate': insufficientScope(scope) } })
        await next()
      })
    }

    return {
      // With POST it may stand in the form, which is read later.
      inHeader: (ctx, next) => (isReading(ctx) || isShown(ctx) ? admit(ctx, tokenIn(ctx), next) : next()),
      async inForm(ctx, next) {
        const tokens = formOf(ctx).access_token ?? []
        if (tokens.length > 1 || (tokens.length === 1 && isShown(ctx))) throw twice()
        if (isShown(ctx)) return next()
        if (!tokens[0]) throw refuse('not_authenticated')
        await admit(ctx, tokens[0], next)
      },
    }
  }

  /** A good token has come, whosever it is; `state.claims` has what it says. Or a good API key: `state.apiKey`. */
  const token: Step = async (ctx, next) => {
    if (apiKeySender.isShown(ctx)) return apiKeySender.admit(ctx, next)
    const text = tokenIn(ctx)
    await inHeader(async () => {
      // Known from here on, also to the log line of a refusal.
      ctx.state.claims = await inspect.access(text)
      // Judged again further down, the token is refused as it would have been here.
      await next()
    })
  }

  /**
   * It may act for its person: it is of the built-in application, or has the scope. And the person has signed in a short while
   * ago where that is asked for. Of a key everything is asked here.
   */
  function person(scope: string, access: Asked): Step {
    return async (ctx, next) => {
      if (ctx.state.apiKey) {
        await apiKeySender.require(ctx, access)
        return next()
      }
      const claims = ctx.state.claims!
      // A token of another application must not act as its user, unless it was given the scope to.
      if (claims.client_id !== ownApplication && !claims.scope?.split(' ').includes(scope)) {
        throw refuse('insufficient_scope', { headers: { 'WWW-Authenticate': insufficientScope(scope) } })
      }
      // An application's own token has no person to act for.
      if (claims.sid === undefined)
        throw refuse('insufficient_scope', { headers: { 'WWW-Authenticate': insufficientScope(scope) } })
      if (claims.must_change_password && !access.beforeNewPassword) throw refuse('password_change_required')
      // Another application's token gives its user, also an administrator, no permission that it does not hold.
      const ceiling = claims.client_id === ownApplication ? undefined : (claims.permissions ?? [])
      ctx.state.credential = credentialFor(access, claims.sid, ceiling)
      // Whoever has no right at all is told that first.
      if (access.recentlyAuthenticated && !access.permission) requireRecentAuthentication(claims, now())
      await next()
    }
  }

  /** The person has the permission, and has signed in a short while ago where that is asked for. */
  function permission(access: Asked & Required<Pick<Asked, 'permission'>>): Step {
    return async (ctx, next) => {
      if (ctx.state.apiKey) return next()
      const claims = ctx.state.claims!
      // What another application's token leaves out it does not have: its user may do more than the application.
      const omitted = claims.client_id === ownApplication ? () => permissionsOf(Number(claims.sub)) : () => []
      const permissions = claims.permissions ?? (await omitted())
      if (!permissions.includes(access.permission)) throw refuse('permission_denied')
      if (access.recentlyAuthenticated) requireRecentAuthentication(claims, now())
      await next()
    }
  }

  return { token, anyWithScope, person, permission }
}

export type Bearer = ReturnType<typeof createBearer>

/** What refuses a token here tells that it came in the Authorization header (RFC 6750 §3). */
async function inHeader(work: () => Promise<void>): Promise<void> {
  try {
    await work()
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
function requireRecentAuthentication({ auth_time = 0 }: AccessClaims, now: number): void {
  if (!isRecentlyAuthenticated(auth_time * 1_000, now))
    throw refuse('insufficient_user_authentication', { headers: { 'WWW-Authenticate': tooLongAgo } })
}

const tooLongAgo = `Bearer realm="api", error="insufficient_user_authentication", error_description="${errors.insufficient_user_authentication.text}", max_age="${recentFor}"`

/** The same of whoever sends a request: an API key must have been made for it. @throws api_key_not_elevated */
export function requireRecent({ state: { apiKey, claims } }: Context, now: number): void {
  if (!apiKey) requireRecentAuthentication(claims!, now)
  else if (!apiKey.elevated) throw refuse('api_key_not_elevated')
}

/** RFC 6750 §3.1 */
function insufficientScope(scope: string): string {
  return `Bearer realm="api", error="insufficient_scope", scope="${scope}"`
}
