// Requests that authenticate by the session cookie of a browser. The session is read at each request and judged by the
// policy in force, so that its end anywhere takes effect at once; the user's permissions are read with it, never from a
// token.
import type { BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import type { OwnPermission } from '../../policy/permissions.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import { type Context, isReading, type Step } from '../handler.js'
import type { Cookies } from '../pages/cookies.js'
import type { FormTokens } from '../pages/form-tokens.js'
import type { Pages } from '../pages/page.js'
import type { PasswordProof } from '../pages/password-proof.js'
import { pathWith, whereIs } from '../pages/paths.js'
import { credentialFor } from './credential.js'

export type BrowserDeps = {
  cookies: Cookies
  formTokens: FormTokens
  browserSessions: BrowserSessions
  passwordProof: PasswordProof
  pages: Pages
  issuer: string
}

/** What a page requires of the signed-in user. */
type Asked = { permission?: OwnPermission; recentlyAuthenticated?: true; beforeNewPassword?: true }

export function createBrowser(deps: BrowserDeps) {
  const { cookies, formTokens, browserSessions, passwordProof, pages, issuer } = deps

  const redirectWithNext = (ctx: Context, path: string) => pages.go(ctx, pathWith(path, { next: whereIs(ctx, issuer) }))

  /** Refuses a request that changes something and comes from another site (CSRF). */
  const ownSite: Step = async (ctx, next) => {
    if (!isReading(ctx)) formTokens.requireOwnSite(ctx)
    await next()
  }

  /** Finds the browser session of the cookie, live or ended. One that ends meanwhile leads to the sign-in page. */
  const recognise: Step = async (ctx, next) => {
    // This step runs twice a request: the result of the first run is removed.
    delete ctx.state.browser
    delete ctx.state.formerBrowser
    const id = cookies.read(ctx, 'darvoza')
    const found = id === undefined ? null : await browserSessions.find(id)
    if (found?.end === null) ctx.state.browser = found
    else if (found) ctx.state.formerBrowser = found
    try {
      await next()
    } catch (error) {
      // The session ended before the change: answered as if it had ended before the request.
      if (!(error instanceof Refusal && error.details.ofSender && error.status === 401)) throw error
      redirectWithNext(ctx, '/login')
    }
  }

  /** Requires a signed-in user with the permission; redirects to the sign-in page, or to the one for a new password. */
  function admit(access: Asked): Step {
    return async (ctx, next) => {
      const { browser } = ctx.state
      if (!browser) return redirectWithNext(ctx, '/login')
      ctx.state.credential = credentialFor(access, browser.session.id)
      await browserSessions.visit(browser)
      if (browser.user.mustChangePassword && !access.beforeNewPassword)
        return redirectWithNext(ctx, '/account/password')
      if (access.permission && !browser.user.allPermissions.includes(access.permission))
        throw refuse('permission_denied')
      // A form's body may hold the password: the step `passwordProof` reads it.
      if (access.recentlyAuthenticated && isReading(ctx) && !passwordProof.isRecent(ctx))
        return passwordProof.ask(ctx, {})
      await next()
    }
  }

  /** Requires that the form was made for this browser. */
  function formToken(tokenless: boolean): Step {
    return async (ctx, next) => {
      formTokens.require(ctx, tokenless)
      await next()
    }
  }

  /** Requires that the password was typed recently or is in the form; otherwise a page asks for it. */
  const proveByPassword: Step = async (ctx, next) => {
    if (passwordProof.isRecent(ctx) || (await passwordProof.isGiven(ctx))) await next()
  }

  return { ownSite, recognise, admit, formToken, passwordProof: proveByPassword }
}

export type Browser = ReturnType<typeof createBrowser>
