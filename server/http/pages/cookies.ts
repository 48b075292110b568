// The cookies of the pages. Where the address is https the two that count carry the prefix `__Host-`: no other host, and no
// path of ours, can set or shadow them (RFC 6265bis §4.1.3.2). Plain http, which is localhost alone, cannot have it.
import type { Context } from '../handler.js'

type CookieRow = {
  /** Scripts never see it. */
  httpOnly: boolean
  /** One of each issuer: with `__Host-` where there is https, and the port where it is not the scheme's own. */
  own: boolean
  /** Seconds it is kept; without it as long as the browser runs. */
  maxAge?: number
}

const year = 365 * 86_400

const cookies = {
  /** The opaque id of the page session. */
  darvoza: { httpOnly: true, own: true },
  /** The tokens that prove this browser as a known device, one for each of the last few users. */
  'darvoza-device': { httpOnly: true, own: true, maxAge: year },
  /** What the token of the sign-in form is made from, while nobody is signed in. */
  'darvoza-form': { httpOnly: true, own: true },
  /** What the tickets of authorization requests that this browser began are bound to. */
  'darvoza-ticket': { httpOnly: true, own: true },
  'darvoza-language': { httpOnly: true, own: false, maxAge: year },
  /** How files for spreadsheets are separated. */
  'darvoza-separator': { httpOnly: true, own: false, maxAge: year },
  'darvoza-theme': { httpOnly: true, own: false, maxAge: year },
  /** Set by public/js/zone.js. */
  'darvoza-zone': { httpOnly: false, own: false, maxAge: year },
} as const satisfies Record<string, CookieRow>

export type CookieName = keyof typeof cookies

/** @param issuer the public origin */
export function createCookies(issuer: string) {
  const https = issuer.startsWith('https:')
  // Cookies know no port (RFC 6265 §8.5): a second instance on the same host would sign this one's browsers out.
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
