// Whether an address is one that an application has registered (RFC 9700 §2.1: exact string matching).

/**
 * Equal byte by byte: no normal form, no prefix, no pattern, since each of them has been an open redirect somewhere. An
 * installed application listens on whatever port it is given (RFC 8252 §7.3): there the port of a loopback address is free,
 * and nothing else of it.
 * @param isNative its `application_type` is native
 */
export function isRegisteredRedirectUri(presented: string, registered: readonly string[], isNative: boolean): boolean {
  if (registered.includes(presented)) return true
  if (!isNative) return false
  const bare = withoutPort(presented)
  return bare !== null && registered.some(one => withoutPort(one) === bare)
}

/** localhost too: installed tools register it, whatever RFC 8252 §8.3 says. */
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::(\d{1,5}))?((?:[/?].*)?)$/s

function withoutPort(uri: string): string | null {
  const [, host, port, rest] = loopback.exec(uri) ?? []
  // Whatever a browser would make of a port that is none.
  if (host === undefined || Number(port ?? 0) > 65_535) return null
  return host + rest
}
