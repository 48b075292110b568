// How a browser session ends: by the sign-out button, by another user's sign-in, or by an application's logout request.
import type { Sessions } from '../../identity/devices/sessions.js'
import type { BrowserSession, BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import { Refusal } from '../../protocol/errors.js'
import { type Context, originOf } from '../handler.js'
import type { Cookies } from './cookies.js'

export type SignOutDeps = { sessions: Sessions; browserSessions: BrowserSessions; cookies: Cookies }

export function createSignOut({ sessions, browserSessions, cookies }: SignOutDeps) {
  /** Ends a session of a user, if it has not ended yet. */
  async function end(ctx: Context, { id, userId }: { id: string; userId: number }): Promise<void> {
    const actor = { name: `user:${userId}`, origin: originOf(ctx), credential: null } as const
    try {
      await sessions.end(id, userId, actor, 'sign_out')
    } catch (error) {
      // The session ended after it was read.
      if (!(error instanceof Refusal && error.code === 'not_found')) throw error
    }
  }

  /** Ends the browser session of the previous user. One that has already expired ends none of its children. */
  async function leave(ctx: Context, former: BrowserSession | undefined): Promise<void> {
    if (!former) return
    if (former.end === null) await end(ctx, { id: former.session.id, userId: former.user.id })
    await browserSessions.forget(former)
  }

  return {
    end,
    leave,

    /** Signs the browser out; later pages of the request are shown without a sign-in. */
    async signOut(ctx: Context): Promise<void> {
      const here = ctx.state.browser ?? ctx.state.formerBrowser
      if (here) {
        // Also for a session that was idle for too long: its children live on until the user signs out.
        await end(ctx, { id: here.session.id, userId: here.user.id })
        await browserSessions.forget(here)
      }
      cookies.clear(ctx, 'darvoza')
      delete ctx.state.browser
      delete ctx.state.formerBrowser
    },
  }
}

export type SignOut = ReturnType<typeof createSignOut>
