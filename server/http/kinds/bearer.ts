// Senders that authenticate by a token in the Authorization header (shown-token.ts), or by an API key (api-key.ts).
// Cookies are never read here: see browser.ts.
import { scopeWords } from '../../policy/application-metadata.js'
import type { OwnPermission } from '../../policy/permissions.js'
import { isRecentlyAuthenticated, recentFor } from '../../policy/recent-authentication.js'
import { type ErrorCode, errors, type Refusal, refuse } from '../../protocol/errors.js'
import type { Inspect } from '../../tokens/inspect.js'
import { type Context, isReading, type Next, type Step } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import { refusedByContent } from '../refused-tokens.js'
import type { ShownProofs } from '../shown-proofs.js'
import { shortChallenge } from '../wire/refusal-headers.js'
import { type ApiKeySender, refusedApiKeys } from './api-key.js'
import { type Asked, credentialFor } from './credential.js'
import { createShownTokens, inHeader } from './shown-token.js'

export type BearerDeps = {
  inspect: Inspect
  shownProofs: ShownProofs
  apiKeySender: ApiKeySender
  /** The id of the built-in application, whose tokens may act for their users without a scope. */
  ownApplication: string
  /** A user's present permissions, for tokens that had no room for them. */
  permissionsOf: (userId: number) => Promise<readonly string[]>
  now: () => number
}

/** Error codes of refused tokens in the Authorization header, and of failures that prevent their verification. */
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
  'token_bound',
  'token_unbound',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'clock_jumped',
  'clock_went_back',
  'database_unavailable',
  'log_went_back',
] as const satisfies readonly ErrorCode[]

/** Error codes of routes that need a user's token, which may act for its user, or an API key. */
export const refusedPersons = (access: Asked): readonly ErrorCode[] => [
  ...refusedTokens,
  'insufficient_scope',
  ...(access.beforeNewPassword ? [] : (['password_change_required'] as const)),
  ...(access.recentlyAuthenticated ? (['insufficient_user_authentication'] as const) : []),
  ...refusedApiKeys(access),
]

export function createBearer(deps: BearerDeps) {
  const { inspect, shownProofs, apiKeySender, ownApplication, permissionsOf, now } = deps
  const shownTokens = createShownTokens({ shownProofs })

  /** RFC 6750 §3.1: a token sent in more than one way is an error of the request, not of the token. */
  function twice(ctx: Context): Refusal {
    const headers = { 'WWW-Authenticate': shortChallenge(ctx, ['error', 'invalid_request']) }
    return refuse('invalid_request', { detail: 'The token was sent more than once.', headers })
  }

  /** Accepts a user's access token with a scope, whatever its audience. */
  function anyWithScope(scope: string): { inHeader: Step; inForm: Step } {
    const { isShown, textIn } = shownTokens
    const formOf = (ctx: Context) => (ctx.request.body ?? {}) as Form

    async function admit(ctx: Context, text: string, next: Next): Promise<void> {
      await inHeader(async () => {
        const { kind, claims } = await inspect.issued(text)
        if (kind !== 'access') throw refuse('token_type')
        await shownTokens.requireKey(ctx, text, claims)
        ctx.state.claims = claims
        if (claims.sid === undefined || !scopeWords(claims.scope ?? '').includes(scope))
          throw insufficientScope(ctx, scope)
        await next()
      })
    }

    return {
      // With POST the token may be in the form, whose body is read later.
      inHeader: (ctx, next) => (isReading(ctx) || isShown(ctx) ? admit(ctx, textIn(ctx), next) : next()),
      async inForm(ctx, next) {
        const tokens = formOf(ctx).access_token ?? []
        if (tokens.length > 1 || (tokens.length === 1 && isShown(ctx))) throw twice(ctx)
        if (isShown(ctx)) return next()
        if (!tokens[0]) throw refuse('not_authenticated')
        await admit(ctx, tokens[0], next)
      },
    }
  }

  /** Accepts a valid access token of any client (sets `state.claims`), or a valid API key (sets `state.apiKey`). */
  const token: Step = async (ctx, next) => {
    if (apiKeySender.isShown(ctx)) return apiKeySender.admit(ctx, next)
    const text = shownTokens.textIn(ctx)
    await inHeader(async () => {
      const claims = await inspect.access(text)
      await shownTokens.requireKey(ctx, text, claims)
      // Set before the other steps, so that the log line of a refusal has the claims.
      ctx.state.claims = claims
      // Later steps may refuse the token again; `inHeader` presents that refusal in the same way.
      await next()
    })
  }

  /**
   * Requires a token that may act for its user: of the built-in application, or with the scope. If the route demands a
   * recent sign-in, the user must have signed in recently. An API key is checked here for all that the route demands.
   */
  function person(scope: string, access: Asked): Step {
    return async (ctx, next) => {
      if (ctx.state.apiKey) {
        await apiKeySender.require(ctx, access)
        return next()
      }
      const claims = ctx.state.claims!
      // A token of another application must not act for its user without the scope.
      if (claims.client_id !== ownApplication && !claims.scope?.split(' ').includes(scope))
        throw insufficientScope(ctx, scope)
      // An application's own token (client credentials) has no user to act for.
      if (claims.sid === undefined) throw insufficientScope(ctx, scope)
      if (claims.must_change_password && !access.beforeNewPassword) throw refuse('password_change_required')
      // With another application's token a user, even an administrator, has only the permissions that the token holds.
      const ceiling = claims.client_id === ownApplication ? undefined : (claims.permissions ?? [])
      ctx.state.credential = credentialFor(access, claims.sid, ceiling)
      // A missing permission is refused before a sign-in that is too old.
      if (access.recentlyAuthenticated && !access.permission) requireRecentAuthentication(ctx, now())
      await next()
    }
  }

  /** Requires a user with the permission, who has signed in recently if the route demands it. */
  function permission(access: Asked & Required<Pick<Asked, 'permission'>>): Step {
    return async (ctx, next) => {
      if (ctx.state.apiKey) return next()
      const claims = ctx.state.claims!
      // Another application's token grants only the permissions in it: its user may have more than the application.
      const omitted = claims.client_id === ownApplication ? () => permissionsOf(Number(claims.sub)) : () => []
      const permissions = claims.permissions ?? (await omitted())
      if (!permissions.includes(access.permission)) throw refuse('permission_denied')
      if (access.recentlyAuthenticated) requireRecentAuthentication(ctx, now())
      await next()
    }
  }

  /** Whether an authenticated sender has a permission beside the one that its route demands. */
  async function has({ state: { apiKey, claims } }: Context, wanted: OwnPermission): Promise<boolean> {
    if (apiKey) return apiKey.whyNot({ permission: wanted, recent: false }) === null
    if (claims?.permissions) return claims.permissions.includes(wanted)
    return claims?.client_id === ownApplication && (await permissionsOf(Number(claims.sub))).includes(wanted)
  }

  /** Accepts a token that an application got for itself, with this server as audience; never a user's. */
  function program(scope: string): Step {
    return async (ctx, next) => {
      const text = shownTokens.textIn(ctx)
      await inHeader(async () => {
        const { claims, kid } = await inspect.signedAccess(text)
        await shownTokens.requireKey(ctx, text, claims)
        ctx.state.claims = claims
        ctx.state.kid = kid
        if (claims.sid !== undefined || !scopeWords(claims.scope ?? '').includes(scope))
          throw insufficientScope(ctx, scope)
        await next()
      })
    }
  }

  return { token, anyWithScope, person, permission, has, program }
}

export type Bearer = ReturnType<typeof createBearer>

/**
 * Requires a recent sign-in. RFC 9470 §3: the error says that a new sign-in is missing, not a permission.
 * @param now epoch ms
 * @throws insufficient_user_authentication
 */
function requireRecentAuthentication(ctx: Context, now: number): void {
  const { auth_time = 0 } = ctx.state.claims!
  if (isRecentlyAuthenticated(auth_time * 1_000, now)) return
  const code = 'insufficient_user_authentication'
  const parameters = [
    ['error', code],
    ['error_description', errors[code].text],
    ['max_age', String(recentFor)],
  ] as const
  throw refuse(code, { headers: { 'WWW-Authenticate': shortChallenge(ctx, ...parameters) } })
}

/**
 * Requires a recent sign-in or, of an API key, that it was made for such routes (elevated).
 * @param now epoch ms
 * @throws insufficient_user_authentication, api_key_not_elevated
 */
export function requireRecent(ctx: Context, now: number): void {
  const { apiKey } = ctx.state
  if (!apiKey) requireRecentAuthentication(ctx, now)
  else if (!apiKey.elevated) throw refuse('api_key_not_elevated')
}

/** The refusal of a token without the scope (RFC 6750 §3.1). */
function insufficientScope(ctx: Context, scope: string): Refusal {
  const challenge = shortChallenge(ctx, ['error', 'insufficient_scope'], ['scope', scope])
  return refuse('insufficient_scope', { headers: { 'WWW-Authenticate': challenge } })
}
