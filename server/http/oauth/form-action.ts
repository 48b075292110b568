// Browsers apply `form-action` to the redirects that follow a form too (CSP3 §6.4.2.1): pages on the way to an
// application allow its redirect URI, and nothing else.
import { allowSources, removeDirective } from '../content-policy.js'
import type { Context } from '../handler.js'

/** Allows the page's forms to redirect to the application. @param redirectUri a registered one */
export function allowFormAction(ctx: Context, redirectUri: string): void {
  const source = sourceOf(redirectUri)
  if (source === null) return
  allowSources(ctx, 'form-action', source)
  // A native application's loopback address has no https (RFC 8252 §7.3): the browser must not upgrade it.
  if (source.startsWith('http:')) removeDirective(ctx, 'upgrade-insecure-requests')
}

/** The CSP source of a redirect URI: its origin, or its scheme if it has none; null if it cannot be in a header. */
function sourceOf(redirectUri: string): string | null {
  const [, scheme] = /^([a-z][a-z\d+.-]*):/i.exec(redirectUri) ?? []
  if (scheme === undefined || !URL.canParse(redirectUri)) return null
  const { protocol, hostname, host } = new URL(redirectUri)
  if (protocol !== 'https:' && protocol !== 'http:') return `${scheme.toLowerCase()}:`
  // CSP source expressions cannot be IPv6 addresses.
  if (hostname.startsWith('[')) return protocol
  return /^[\w.-]+(:\d+)?$/.test(host) ? `${protocol}//${host}` : null
}
