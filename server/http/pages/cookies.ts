// The cookies of the pages. With https the two that matter have the prefix `__Host-`: no other host, and no path, can
// set or shadow them (RFC 6265bis §4.1.3.2). Plain http, which is for localhost only, does not allow the prefix.
import type { Context } from '../handler.js'

type CookieRow = {
  /** Whether the cookie is hidden from scripts. */
  httpOnly: boolean
  /** Whether the name depends on the issuer: prefix `__Host-` with https, and the port if not the default. */
  own: boolean
  /** Lifetime in seconds; without it a session cookie of the browser. */
  maxAge?: number
}

const year = 365 * 86_400

const cookies = {
  /** The opaque id of the browser session. */
  darvoza: { httpOnly: true, own: true },
  /** Device tokens, which prove that this browser has signed in before, one for each of the last few users. */
  'darvoza-device': { httpOnly: true, own: true, maxAge: year },
  /** The secret of form tokens (CSRF) while nobody is signed in. */
  'darvoza-form': { httpOnly: true, own: true },
  /** The secret that tickets of authorization requests begun in this browser are bound to. */
  'darvoza-ticket': { httpOnly: true, own: true },
  'darvoza-language': { httpOnly: true, own: false, maxAge: year },
  /** The separator of CSV files. */
  'darvoza-separator': { httpOnly: true, own: false, maxAge: year },
  'darvoza-theme': { httpOnly: true, own: false, maxAge: year },
  /** The time zone, set by public/js/zone.js. */
  'darvoza-zone': { httpOnly: false, own: false, maxAge: year },
} as const satisfies Record<string, CookieRow>

export type CookieName = keyof typeof cookies

/** @param issuer the public origin */
export function createCookies(issuer: string) {
  const https = issuer.startsWith('https:')
  // Cookies are shared by all ports of a host (RFC 6265 §8.5): another instance on the same host would overwrite them.
  const { port } = new URL(issuer)
  const ownName = (name: CookieName) => `${https ? '__Host-' : ''}${name}${port && `-${port}`}`
  const nameOf = (name: CookieName) => (cookies[name].own ? ownName(name) : name)

  function write(ctx: Context, name: CookieName, value: string, maxAge: number | undefined): void {
    const parts = [`${nameOf(name)}=${value}`, 'Path=/', 'SameSite=Lax']
    if (https) parts.push('Secure')
    if (cookies[name].httpOnly) parts.push('HttpOnly')
    if (maxAge !== undefined) parts.push(`Max-Age=${maxAge}`)
    ctx.append('Set-Cookie', parts.join('; '))
  }

  return {
    read: (ctx: Context, name: CookieName): string | undefined => ctx.cookies.get(nameOf(name), { signed: false }),

    /** @param value of letters, digits and `._~:-` alone */
    set(ctx: Context, name: CookieName, value: string, maxAge?: number): void {
      const { maxAge: usual } = cookies[name] as CookieRow
      write(ctx, name, value, maxAge ?? usual)
    },

    clear: (ctx: Context, name: CookieName): void => write(ctx, name, '', 0),
  }
}

export type Cookies = ReturnType<typeof createCookies>
