// Addresses on this server, for links and redirects; never on another server.
import type { Context } from '../handler.js'

/** The longest address, in characters: those with a ticket (tokens/ticket.ts). */
const longest = 8_000

/** Query parameters; null, undefined, '' and false leave one out. */
export type Parameters = Record<string, string | number | boolean | null | undefined>

/**
 * The path and query of an address on this server, or null: `//other.example`, `/\other.example` and `javascript:` are
 * none. The URL parser, the same as in browsers, decides.
 */
export function localPath(text: unknown): string | null {
  if (typeof text !== 'string' || !text.startsWith('/') || text.length > longest || /[\p{Cc}\\]/u.test(text))
    return null
  const base = 'http://here.invalid'
  if (!URL.canParse(text, base)) return null
  const url = new URL(text, base)
  if (url.origin !== base || url.pathname.startsWith('//')) return null
  return url.pathname + url.search
}

/** A path with a query, such as `/admin/users?q=amy`. */
export function pathWith(path: string, parameters: Parameters): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '' && value !== false) query.set(name, String(value))
  }
  return query.size > 0 ? `${path}?${query}` : path
}

/** An address elsewhere that a page may link to. Others wrote it: `javascript:` would run in this page. */
export function webAddress(text: string | undefined): { href: string; host: string } | null {
  if (text === undefined || !URL.canParse(text)) return null
  const { href, host, protocol } = new URL(text)
  return protocol === 'https:' || protocol === 'http:' ? { href, host } : null
}

/** The path of the page: of this request or, for a form, of the page that contained it. */
export function whereIs(ctx: Context, issuer: string): string {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return localPath(ctx.url) ?? '/'
  const referer = ctx.get('Referer')
  if (!URL.canParse(referer)) return '/'
  const url = new URL(referer)
  const own = url.origin === issuer || url.host === ctx.get('Host')
  return (own && localPath(url.pathname + url.search)) || '/'
}
