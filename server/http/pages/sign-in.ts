// The pages for sign-in, sign-out, and typing the password again.

import type { BrowserSession, BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import { longestPassword } from '../../policy/password.js'
import { longestUsername } from '../../policy/username.js'
import { Refusal } from '../../protocol/errors.js'
import { type Context, originOf } from '../handler.js'
import { hasTicket } from '../oauth/authorization-flow.js'
import { readFields } from '../wire/fields.js'
import type { ApplicationSignIn, SignInFor } from './application-sign-in.js'
import type { Cookies } from './cookies.js'
import { createDeviceCookie } from './device-cookie.js'
import { type Problems, problemsOf, refusalText, typedIn } from './fields.js'
import type { Pages } from './page.js'
import type { PasswordProof } from './password-proof.js'
import { localPath } from './paths.js'
import { administrationHome } from './sections.js'
import type { SignOut } from './sign-out.js'

export type SignInPagesDeps = {
  pages: Pages
  passwordProof: PasswordProof
  cookies: Cookies
  browserSessions: BrowserSessions
  signOut: SignOut
  applicationSignIn: ApplicationSignIn
}

export function createSignInPages(deps: SignInPagesDeps) {
  const { pages, passwordProof, cookies, browserSessions, signOut, applicationSignIn } = deps
  const deviceCookie = createDeviceCookie(cookies)

  async function showForm(
    ctx: Context,
    asked: SignInFor | null,
    shown: { problem?: string; problems?: Problems; username?: string; next: string },
    status = 200,
  ) {
    const t = pages.translate(ctx)
    // No menus, even for a user who is signed in and has to sign in again.
    const usual = { inside: false, problem: '', problems: {}, username: asked?.username ?? '' }
    const title = asked ? t('login.titleFor', { application: asked.application }) : t('login.title')
    const why = asked?.why || endReasonText(ctx)
    const data = { title, why, application: asked?.application ?? '', ticket: asked?.ticket ?? '', ...usual, ...shown }
    if (!asked && shown.next) await applicationSignIn.allowOnward(ctx, shown.next)
    await pages.show(ctx, 'login', data, status)
  }

  /** Why the user has to sign in: the session has ended, or they have just signed out; '' for none. */
  function endReasonText(ctx: Context): string {
    const t = pages.translate(ctx)
    const { formerBrowser } = ctx.state
    if (isAgain(ctx)) return t('login.again.anew', { name: ctx.state.browser!.user.username })
    if ('signed_out' in ctx.query) return t('login.signedOut')
    return formerBrowser?.end ? t(`login.over.${reasonOf(formerBrowser)}`) : ''
  }

  return {
    async signInPage(ctx: Context): Promise<void> {
      if (hasTicket(ctx)) {
        const asked = await applicationSignIn.open(ctx)
        if (asked.isOver) return pages.go(ctx, asked.onward)
        return showForm(ctx, asked, { next: '' })
      }
      const next = localPath(ctx.query.next) ?? ''
      const { browser } = ctx.state
      if (!browser) await showForm(ctx, null, { next })
      else if (isAgain(ctx)) await showForm(ctx, null, { next, username: browser.user.username })
      else pages.go(ctx, next || homeOf(browser.user))
    },

    async signIn(ctx: Context): Promise<void> {
      const typed = typedIn(ctx, ['username', 'next'])
      // An authorization request that cannot be answered any more refuses the sign-in.
      const asked = hasTicket(ctx) ? await applicationSignIn.open(ctx) : null
      const next = asked?.onward ?? localPath(typed.next) ?? ''
      try {
        const { username, password } = readFields(ctx, {
          username: { trim: true, maxLength: longestUsername },
          password: { maxLength: longestPassword },
        })
        const deviceToken = deviceCookie.tokenFor(ctx, username)
        const former = ctx.state.browser ?? ctx.state.formerBrowser
        const opened = await browserSessions.signIn({ username, password, deviceToken }, originOf(ctx), former)
        if (opened.sessionId !== former?.session.id) await signOut.leave(ctx, former)
        cookies.set(ctx, 'darvoza', opened.id, opened.maxAge)
        cookies.clear(ctx, 'darvoza-form')
        deviceCookie.remember(ctx, username, opened.deviceToken)
        pages.go(ctx, next || homeOf(opened.user))
      } catch (error) {
        if (!(error instanceof Refusal) || error.code === 'server_error') throw error
        const { retryAfter } = error.details
        if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter))
        const frame = pages.frameOf(ctx)
        const notice =
          error.code === 'invalid_fields'
            ? { problems: problemsOf(error, frame) }
            : { problem: refusalText(error, frame) }
        await showForm(ctx, asked, { ...notice, username: typed.username, next: asked ? '' : next }, error.status)
      }
    },

    /** Answers the application that the user cancelled the sign-in. */
    leaveSignIn: (ctx: Context): Promise<void> => applicationSignIn.leave(ctx),

    async signOut(ctx: Context): Promise<void> {
      await signOut.signOut(ctx)
      pages.go(ctx, '/login?signed_out')
    },

    /** Redirects to the page that asked for the password. */
    async prove(ctx: Context): Promise<void> {
      if (await passwordProof.isGiven(ctx)) pages.go(ctx, typedIn(ctx, ['next']).next)
    },
  }
}

/** Whether a signed-in user has to sign in again, for an action that demands a newer sign-in. */
const isAgain = (ctx: Context) => ctx.state.browser !== undefined && 'again' in ctx.query

/** The first page of a user after the sign-in. */
export function homeOf(user: { allPermissions: readonly string[] }): string {
  return administrationHome(user.allPermissions) ?? '/account'
}

/** The text key of why a session ended; `ended` for reasons without a text of their own. */
function reasonOf({ end, session }: BrowserSession): string {
  if (end !== 'ended') return end!
  const own = ['expired', 'sign_out', 'password_changed', 'password_reset', 'user_disabled', 'session_limit']
  return session.endedReason && own.includes(session.endedReason) ? session.endedReason : 'ended'
}
