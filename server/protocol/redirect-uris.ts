// Validation of the redirect URIs and other addresses that applications register. Addresses are checked as they are
// written, not as one parser reads them: what two parsers may read differently is refused.
import { type Problem, problem } from './problems.js'

const longest = 2_000
/**
 * RFC 3986 §2: all other characters must be percent-encoded, among them backslashes, spaces, control characters and
 * letters of other scripts.
 */
const plain = /^(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/
const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s
const authority = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])
/** Also localhost: installed programs register it, despite RFC 8252 §8.3. */
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::(\d{1,5}))?((?:[/?].*)?)$/s

type Parts = { scheme: string; rest: string; host: string | null; path: string }

/** The problem of an address as a redirect URI, or null. */
export function redirectUriProblem(uri: string): Problem | null {
  const parts = partsOf(uri)
  if ('code' in parts) return parts
  const { scheme } = parts
  if (scheme === 'https' || scheme === 'http') return webProblem(uri, parts)
  // RFC 8252 §7.1: a private-use scheme is a reversed domain name, so it has a dot. `javascript`, `data`, `file` and
  // other schemes that run or read something have none.
  if (!scheme.includes('.') || scheme.startsWith('.') || scheme.endsWith('.') || scheme.includes('..'))
    return problem('uri_scheme', { uri: shown(uri), scheme: shown(scheme) })
  return parts.rest === '' ? problem('uri_not_absolute', { uri: shown(uri) }) : null
}

/**
 * The problem of an address of a page, or of one that this server calls: it must be https, or http on the same
 * machine.
 */
export function webUriProblem(uri: string): Problem | null {
  const parts = partsOf(uri)
  if ('code' in parts) return parts
  if (parts.scheme !== 'https' && parts.scheme !== 'http')
    return problem('uri_scheme', { uri: shown(uri), scheme: shown(parts.scheme) })
  return webProblem(uri, parts)
}

/**
 * RFC 8707 §2: the identifier of a resource server, which is compared and never called: absolute, without a fragment.
 */
export function resourceProblem(uri: string): Problem | null {
  if (uri.length > 255) return problem('too_long', { count: 255 })
  if (!plain.test(uri)) return problem('uri_characters', { uri: shown(uri) })
  if (uri.includes('#')) return problem('uri_fragment', { uri: shown(uri) })
  const rest = scheme.exec(uri)?.[2]
  return rest ? null : problem('uri_not_absolute', { uri: shown(uri) })
}

/** A warning about an address that is accepted all the same, or null. */
export function redirectUriWarning(uri: string): Problem | null {
  const parts = partsOf(uri)
  // RFC 8252 §8.3: the name may resolve elsewhere, by a hosts file or DNS; the IP address cannot.
  return !('code' in parts) && parts.host === 'localhost' ? problem('uri_localhost', { uri: shown(uri) }) : null
}

/**
 * Equal byte by byte: no normalisation, no prefix, no pattern, since each of them has been an open redirect
 * somewhere. An installed application listens on any free port (RFC 8252 §7.3): only for it the port of a loopback
 * address may differ.
 * @param isNative its `application_type` is native
 */
export function isRegisteredRedirectUri(presented: string, registered: readonly string[], isNative: boolean): boolean {
  if (registered.includes(presented)) return true
  if (!isNative) return false
  const bare = withoutPort(presented)
  return bare !== null && registered.some(one => withoutPort(one) === bare)
}

function withoutPort(uri: string): string | null {
  const [, host, port, rest] = loopback.exec(uri) ?? []
  // Browsers differ in how they read an invalid port.
  if (host === undefined || Number(port ?? 0) > 65_535) return null
  return host + rest
}

/** The parts that are checked, or a problem that no address of any scheme may have. */
function partsOf(uri: string): Parts | Problem {
  if (uri.length > longest) return problem('too_long', { count: longest })
  if (!plain.test(uri)) return problem('uri_characters', { uri: shown(uri) })
  const [, written, rest] = scheme.exec(uri) ?? []
  if (written === undefined || rest === undefined) return problem('uri_not_absolute', { uri: shown(uri) })
  // RFC 6749 §3.1.2.
  if (uri.includes('#')) return problem('uri_fragment', { uri: shown(uri) })
  if (uri.includes('*')) return problem('uri_wildcard', { uri: shown(uri) })
  const beforeQuery = rest.split('?')[0]!
  const [, inAuthority, path] = /^\/\/([^/]*)(.*)$/s.exec(beforeQuery) ?? [null, null, beforeQuery]
  if (inAuthority?.includes('@')) return problem('uri_user_info', { uri: shown(uri) })
  if (hasParentSegment(path!)) return problem('uri_dot_segments', { uri: shown(uri) })
  // Percent-encoded control characters and backslashes are dangerous once an application decodes them.
  if (/%(?:[01][0-9A-F]|7F|5C)/i.test(uri)) return problem('uri_characters', { uri: shown(uri) })
  const host = inAuthority === null ? null : (authority.exec(inAuthority ?? '')?.[1]?.toLowerCase() ?? '')
  return { scheme: written.toLowerCase(), rest, host, path: path! }
}

/** Whether the path has a `..` segment, in any encoding. */
function hasParentSegment(path: string): boolean {
  return path
    .replace(/%2E/gi, '.')
    .split(/\/|%2F/i)
    .includes('..')
}

function webProblem(uri: string, { scheme, host }: Parts): Problem | null {
  if (host === null) return problem('uri_not_absolute', { uri: shown(uri) })
  // Hosts that a browser would normalise to another name: `0x7f.1`, `2130706433`, `127.1`.
  const parsed = URL.canParse(uri) ? new URL(uri) : null
  if (host === '' || parsed?.hostname !== host) return problem('uri_host', { uri: shown(uri) })
  if (scheme === 'http' && !loopbackHosts.has(host)) return problem('uri_not_https', { uri: shown(uri) })
  return null
}

/** The beginning of an address, on one line, without characters that a terminal or a page would interpret. */
function shown(uri: string): string {
  const cut = uri.length > 120 ? `${uri.slice(0, 120)}…` : uri
  return cut.replace(/[^\x21-\x7e…]/g, '?')
}
