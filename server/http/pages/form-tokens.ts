// CSRF tokens: each form has one, made from a secret of the browser: that of the browser session after a sign-in, one
// in a cookie before. (Sign-in forms need it too, against login CSRF: a user may not notice that they are signed in to
// another user's account.)
import type { BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import { refuse } from '../../protocol/errors.js'
import { isJsonObject } from '../../protocol/json.js'
import type { Context } from '../handler.js'
import type { Cookies } from './cookies.js'

export type FormTokensDeps = {
  cookies: Cookies
  browserSessions: BrowserSessions
  issuer: string
  random: (size: number) => Buffer
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** The origins of the issuer. A loopback issuer has several names: requests from one to another are not cross-site. */
function ownOrigins(issuer: string): readonly string[] {
  const { protocol, hostname, port } = new URL(issuer)
  if (!loopbackNames.includes(hostname)) return [issuer]
  return loopbackNames.map(name => `${protocol}//${name}${port && `:${port}`}`)
}

export function createFormTokens({ cookies, browserSessions, issuer, random }: FormTokensDeps) {
  const origins = ownOrigins(issuer)

  /** The secret in the cookie of a browser without a sign-in. */
  function ownSecret(ctx: Context): string | undefined {
    const secret = cookies.read(ctx, 'darvoza-form')
    return secret && /^[\w-]{43}$/.test(secret) ? secret : undefined
  }

  return {
    /** A token for a form on the page of this request; a browser without a secret gets one. */
    make(ctx: Context): string {
      const { browser } = ctx.state
      if (browser) return browserSessions.formTokenOf(browser)
      let secret = ctx.state.formSecret ?? ownSecret(ctx)
      if (secret === undefined) {
        secret = random(32).toString('base64url')
        cookies.set(ctx, 'darvoza-form', secret)
      }
      ctx.state.formSecret = secret
      return browserSessions.formToken(secret)
    },

    /** Refuses cross-site forms before the body is read, by the browser's headers. @throws form_refused */
    requireOwnSite(ctx: Context): void {
      const site = ctx.get('Sec-Fetch-Site')
      const origin = ctx.get('Origin')
      // Browsers before 2023 have no Sec-Fetch-Site, but send Origin.
      const own = site ? site === 'same-origin' || site === 'none' : origin === '' || origins.includes(origin)
      if (!own) throw refuse('form_refused')
    },

    /** Requires the form's token. @throws form_refused */
    require(ctx: Context, tokenless: boolean): void {
      const { browser, formerBrowser } = ctx.state
      if (tokenless && browser === undefined) return
      const { body } = ctx.request
      const token = isJsonObject(body) ? body._token : undefined
      if (!isOwn(token)) throw refuse('form_refused')

      function isOwn(token: unknown): boolean {
        // Not the cookie's secret: on plain http a server on another port of this host could have set that cookie.
        if (browser) return browserSessions.isFormTokenOf(browser, token)
        if (formerBrowser && browserSessions.isFormTokenOf(formerBrowser, token)) return true
        const secret = ownSecret(ctx)
        return secret !== undefined && browserSessions.isFormToken(token, secret)
      }
    },
  }
}

export type FormTokens = ReturnType<typeof createFormTokens>
