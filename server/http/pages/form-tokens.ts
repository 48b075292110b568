// CSRF tokens: each of our forms carries one, made from a secret of this browser: that of the page session after a sign-in,
// before that one in a cookie. (Login forms need it as well, against login CSRF: a person may not notice that they are signed in
// to another person's account.)
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

/** A loopback issuer is reached by each of these names: requests from one to another are not cross-site. */
function ownOrigins(issuer: string): readonly string[] {
  const { protocol, hostname, port } = new URL(issuer)
  if (!loopbackNames.includes(hostname)) return [issuer]
  return loopbackNames.map(name => `${protocol}//${name}${port && `:${port}`}`)
}

export function createFormTokens({ cookies, browserSessions, issuer, random }: FormTokensDeps) {
  const origins = ownOrigins(issuer)

  /** Of a browser that nobody is signed in with. */
  function ownSecret(ctx: Context): string | undefined {
    const secret = cookies.read(ctx, 'darvoza-form')
    return secret && /^[\w-]{43}$/.test(secret) ? secret : undefined
  }

  return {
    /** A token for a form on the page that is being made; a browser without a secret gets one. */
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

    /** Before the body is read: browsers say where a form comes from. @throws form_refused */
    requireOwnSite(ctx: Context): void {
      const site = ctx.get('Sec-Fetch-Site')
      const origin = ctx.get('Origin')
      // Browsers from before 2023 send the origin alone.
      const own = site ? site === 'same-origin' || site === 'none' : origin === '' || origins.includes(origin)
      if (!own) throw refuse('form_refused')
    },

    /** @throws form_refused */
    require(ctx: Context, tokenless: boolean): void {
      const { browser, formerBrowser } = ctx.state
      if (tokenless && browser === undefined) return
      const { body } = ctx.request
      const token = isJsonObject(body) ? body._token : undefined
      if (!isOwn(token)) throw refuse('form_refused')

      function isOwn(token: unknown): boolean {
        // Not with the secret of before the sign-in: on plain http another port of this host can plant its cookie.
        if (browser) return browserSessions.isFormTokenOf(browser, token)
        if (formerBrowser && browserSessions.isFormTokenOf(formerBrowser, token)) return true
        const secret = ownSecret(ctx)
        return secret !== undefined && browserSessions.isFormToken(token, secret)
      }
    },
  }
}

export type FormTokens = ReturnType<typeof createFormTokens>
