// The Basic scheme (RFC 7617) as OAuth uses it: by RFC 6749 §2.3.1 both parts are form-encoded, since an id may be an
// address, with a colon in it.

export type BasicCredentials = { id: string; secret: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * @param header an Authorization header
 * @returns null where it is of another scheme, or of none; both parts empty where it is malformed
 */
export function readBasicCredentials(header: string): BasicCredentials | null {
  const [scheme = '', encoded = '', ...more] = header.split(' ').filter(Boolean)
  // RFC 9110 §11.1: names of schemes are case-insensitive.
  if (scheme.toLowerCase() !== 'basic') return null
  const unreadable = { id: '', secret: '' }
  if (more.length > 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return unreadable
  try {
    const text = utf8.decode(Buffer.from(encoded, 'base64'))
    const colon = text.indexOf(':')
    if (colon < 0) return unreadable
    return { id: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) }
  } catch {
    return unreadable
  }
}

/** @throws URIError for a bad %-escape */
function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}
