// simplejwt's four endpoints. They serve the built-in application's sessions alone.

import type { Sessions } from '../../identity/devices/sessions.js'
import type { SignIn } from '../../identity/sign-in/sign-in.js'
import { refuse } from '../../protocol/errors.js'
import { rateLimitHeaders } from '../../protocol/rate-limit.js'
import type { Inspect } from '../../tokens/inspect.js'
import type { Rotate } from '../../tokens/rotate.js'
import { type Context, originOf } from '../handler.js'
import { answer } from './answers.js'
import { readBody } from './fields.js'
import { tokenRoutes as routes } from './routes.js'

export type TokenDeps = {
  signIn: SignIn
  rotate: Rotate
  inspect: Inspect
  sessions: Sessions
  ownApplication: string
}

export function createTokenHandlers({ signIn, rotate, inspect, sessions, ownApplication }: TokenDeps) {
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
      const { access, refresh: next } = await rotate.rotate(refresh, ownApplication, originOf(ctx))
      answer(ctx, routes.refresh, { access: access.token, ...(next !== null && { refresh: next }) })
    },

    /** Changes nothing: a spent refresh token is refused here, and ends its session only where it is used. */
    async verify(ctx: Context): Promise<void> {
      const { token } = readBody(ctx, routes.verify)
      const inspected = await inspect.any(token)
      if (inspected.claims.client_id !== ownApplication) throw refuse('token_claims')
      if (inspected.kind === 'refresh') await rotate.check(inspected.claims)
      // It serves for a new password alone, and has its user's roles all the same: no resource server should take it.
      if (inspected.kind === 'access' && inspected.claims.must_change_password) throw refuse('password_change_required')
      answer(ctx, routes.verify, {})
    },

    /** Whoever holds a refresh token of the session, also a spent one, may end it: sign-out must not fail for being late. */
    async blacklist(ctx: Context): Promise<void> {
      const { refresh } = readBody(ctx, routes.blacklist)
      const claims = await inspect.refresh(refresh)
      if (claims.client_id !== ownApplication) throw refuse('token_claims')
      try {
        const actor = { name: `user:${claims.sub}`, origin: originOf(ctx), credential: null } as const
        await sessions.end(claims.sid, Number(claims.sub), actor, 'sign_out')
      } catch (error) {
        throw isNotFound(error) ? refuse('session_ended') : error
      }
      answer(ctx, routes.blacklist, {})
    },
  }
}

function isNotFound(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'not_found'
}
