// The handlers of simplejwt's four endpoints, for sessions of the built-in application only.

import type { Sessions } from '../../identity/devices/sessions.js'
import type { LegacyTokens } from '../../identity/legacy/legacy-tokens.js'
import type { SignIn } from '../../identity/sign-in/sign-in.js'
import type { Origin } from '../../policy/actor.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import { rateLimitHeaders } from '../../protocol/rate-limit.js'
import type { Inspect } from '../../tokens/inspect.js'
import type { Rotate } from '../../tokens/rotate.js'
import type { SessionTokens } from '../../tokens/session-tokens.js'
import { type Context, originOf } from '../handler.js'
import { answer } from './answers.js'
import { readBody } from './fields.js'
import { tokenRoutes as routes } from './routes.js'

export type TokenDeps = {
  signIn: SignIn
  rotate: Rotate
  inspect: Inspect
  sessions: Sessions
  /** null if tokens of the former service are not accepted. */
  legacyTokens: LegacyTokens | null
  ownApplication: string
}

export function createTokenHandlers(deps: TokenDeps) {
  const { signIn, rotate, inspect, sessions, legacyTokens, ownApplication } = deps

  /** Runs `own` for a token of this server; only a token of another form is tried as one of the former service. */
  function orLegacy<T>(own: () => Promise<T>, legacy: (tokens: LegacyTokens) => Promise<T>): Promise<T> {
    if (legacyTokens === null) return own()
    return own().catch(error => {
      if (!(error instanceof Refusal) || error.code !== 'token_type') throw error
      return legacy(legacyTokens)
    })
  }

  return {
    async obtain(ctx: Context): Promise<void> {
      const { username, password, device_token, device } = readBody(ctx, routes.obtain)
      const credentials = {
        username,
        password,
        deviceToken: device_token || undefined,
        clientDevice: device || undefined,
      }
      const signedIn = await signIn.signIn(credentials, ownApplication, originOf(ctx))
      const { user } = signedIn
      const { access, refresh } = signedIn.issuePair()
      ctx.set(rateLimitHeaders(signedIn.quotas))
      answer(ctx, routes.obtain, {
        refresh,
        access,
        user_id: user.id,
        username: user.username,
        first_name: user.firstName,
        last_name: user.lastName,
        device_token: signedIn.issueDeviceToken(),
        ...(user.mustChangePassword && { must_change_password: true }),
      })
    },

    async refresh(ctx: Context): Promise<void> {
      const { refresh } = readBody(ctx, routes.refresh)
      const { access, refresh: next } = await orLegacy<Pick<SessionTokens, 'access' | 'refresh'>>(
        () => rotate.rotate(refresh, ownApplication, originOf(ctx)),
        legacy => legacy.exchange(refresh, originOf(ctx)),
      )
      answer(ctx, routes.refresh, { access: access.token, ...(next !== null && { refresh: next }) })
    },

    /** Verifies a token and changes nothing: a spent refresh token is refused, and its session goes on. */
    async verify(ctx: Context): Promise<void> {
      const { token } = readBody(ctx, routes.verify)
      await orLegacy(
        () => verify(token),
        legacy => legacy.check(token),
      )
      answer(ctx, routes.verify, {})
    },

    /** Ends the session of a refresh token, even a spent one: a sign-out must not fail for being late. */
    async blacklist(ctx: Context): Promise<void> {
      const { refresh } = readBody(ctx, routes.blacklist)
      await orLegacy(
        () => signOut(refresh, originOf(ctx)),
        legacy => legacy.blacklist(refresh, originOf(ctx)),
      )
      answer(ctx, routes.blacklist, {})
    },
  }

  async function verify(token: string): Promise<void> {
    const inspected = await inspect.any(token)
    if (inspected.claims.client_id !== ownApplication) throw refuse('token_claims')
    if (inspected.kind === 'refresh') await rotate.check(inspected.claims)
    // The token may only set a new password, but holds its user's roles: no resource server should accept it.
    if (inspected.kind === 'access' && inspected.claims.must_change_password) throw refuse('password_change_required')
  }

  async function signOut(refresh: string, origin: Origin): Promise<void> {
    const claims = await inspect.refresh(refresh)
    if (claims.client_id !== ownApplication) throw refuse('token_claims')
    try {
      const actor = { name: `user:${claims.sub}`, origin, credential: null } as const
      await sessions.end(claims.sid, Number(claims.sub), actor, 'sign_out')
    } catch (error) {
      throw isNotFound(error) ? refuse('session_ended') : error
    }
  }
}

function isNotFound(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'not_found'
}
