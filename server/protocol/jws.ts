// The compact form of a signed JWT, parsed strictly: anything that parsers might spell or understand in two ways is
// refused.
import type { KeyObject } from 'node:crypto'
import { refuse } from './errors.js'
import { isJsonObject, parseStrictJson } from './json.js'
import { createRecent } from './recent.js'

/** Longer than any token of ours (8 KiB is also what most servers take as a header). */
export const maxTokenLength = 8_192

export type CompactToken = {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  /** The text that the signature covers. */
  input: string
  signature: Buffer
  /** The key by which the signature was verified; all other checks run each time. */
  signedBy?: KeyObject
}

/**
 * Parses a compact JWS. Nothing is verified yet: neither the signature nor any claim may be trusted.
 * @throws token_malformed, token_algorithm (unsecured)
 */
export function readCompact(token: string): CompactToken {
  if (token.length > maxTokenLength) throw refuse('token_malformed')
  const parts = token.split('.')
  if (parts.length !== 3) throw refuse('token_malformed')
  const [head, body, tail] = parts as [string, string, string]
  const header = readHeader(head)
  // RFC 8725 §3.2: unsecured tokens are refused.
  if (typeof header.alg !== 'string' || header.alg.toLowerCase() === 'none') throw refuse('token_algorithm')
  // RFC 7515 §4.1.11: an extension that must be understood and is not makes the token invalid; this server supports
  // none. RFC 7519 §5.2: cty marks a nested token.
  if ('crit' in header || 'cty' in header || 'b64' in header || 'zip' in header) throw refuse('token_malformed')
  return { header, claims: readPart(body), input: `${head}.${body}`, signature: readBase64url(tail) }
}

/** Writes a compact JWS; the header is encoded by the caller, once per key. */
export function writeCompact(encodedHeader: string, claims: object, sign: (input: string) => Buffer): string {
  const input = `${encodedHeader}.${encodePart(claims)}`
  return `${input}.${sign(input).toString('base64url')}`
}

export function encodePart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Cache of parsed headers: signed tokens have few different ones, one for each key and kind. */
const headers = createRecent<Record<string, unknown>>(200)
const longestKept = 256

function readHeader(part: string): Record<string, unknown> {
  const known = headers.find(part)
  if (known) return known
  const header = Object.freeze(readPart(part))
  // A DPoP proof has its key in the header (RFC 9449 §4.2): each header differs.
  const isPlain = Object.values(header).every(value => typeof value === 'string')
  // Copied: a slice of the token would keep the whole token in memory.
  if (isPlain && part.length <= longestKept) headers.keep(Buffer.from(part).toString(), header)
  return header
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function readPart(part: string): Record<string, unknown> {
  const bytes = readBase64url(part)
  let value: unknown
  try {
    value = parseStrictJson(utf8.decode(bytes))
  } catch {
    throw refuse('token_malformed')
  }
  if (!isJsonObject(value)) throw refuse('token_malformed')
  return value
}

/** RFC 7515 §2: base64url without padding. Unused bits must be zero, so that one text has one spelling. */
function readBase64url(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw refuse('token_malformed')
  return bytes
}
