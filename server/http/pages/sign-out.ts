// How a browser's sign-in ends by itself: with a button of ours, with another person's sign-in, or as an application asks.
import type { Sessions } from '../../identity/devices/sessions.js'
import type { BrowserSession, BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import { Refusal } from '../../protocol/errors.js'
import { type Context, originOf } from '../handler.js'
import type { Cookies } from './cookies.js'

export type SignOutDeps = { sessions: Sessions; browserSessions: BrowserSessions; cookies: Cookies }

export function createSignOut({ sessions, browserSessions, cookies }: SignOutDeps) {
  /** Ends a session of a user who is here, if it has not ended. */
  async function end(ctx: Context, { id, userId }: { id: string; userId: number }): Promise<void> {
    const actor = { name: `user:${userId}`, origin: originOf(ctx), credential: null } as const
    try {
      await sessions.end(id, userId, actor, 'sign_out')
    } catch (error) {
      // It ended between the look at it and now.
      if (!(error instanceof Refusal && error.code === 'not_found')) throw error
    }
  }

  /** The browser was used by somebody until now: they leave. What was over by itself ends nothing else. */
  async function leave(ctx: Context, former: BrowserSession | undefined): Promise<void> {
    if (!former) return
    if (former.end === null) await end(ctx, { id: former.session.id, userId: former.user.id })
    await browserSessions.forget(former)
  }

  return {
    end,
    leave,

    /** Whoever is signed in leaves; what is shown from here on is shown to nobody. */
    async signOut(ctx: Context): Promise<void> {
      const here = ctx.state.browser ?? ctx.state.formerBrowser
      if (here) {
        // Also one that was idle for too long: what was opened through it lives on until its person signs out.
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
