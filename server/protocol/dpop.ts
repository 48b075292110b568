// DPoP proofs (RFC 9449): proof of possession of the key that a token is bound to. Pure: `now` is an argument. Replay
// of a proof is prevented by the callers (`spent-proofs.ts`).
import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { isSigningAlgorithm, type SigningAlgorithm, signingAlgorithmNames, verifyInput } from './algorithms.js'
import { type Refusal, refuse } from './errors.js'
import { isJsonObject } from './json.js'
import { type CompactToken, readCompact } from './jws.js'

/** How old a proof may be, and how far ahead of our clock (RFC 9449 §11.1); seconds. */
export const proofWindow = 60

/** Algorithms that a resource server accepts, for its challenge (RFC 9449 §7.1). */
export const proofAlgorithms: readonly SigningAlgorithm[] = signingAlgorithmNames

export type ExpectedProof = {
  method: string
  /** The URL as the client sent it; query and fragment do not matter. */
  url: string
  /** Epoch ms. */
  now: number
  /** The access token of the request, if it has one: the proof must be for it (§4.3, 10 and 11). */
  token?: string
  /** Nonces of which the proof must have one (§9), where there are any. */
  nonces?: readonly string[]
}

/** A verified proof. `jkt`: thumbprint of its key (RFC 7638). `iat`: epoch s. */
export type Proof = { jkt: string; jti: string; iat: number }

/**
 * Verifies the value of a `DPoP` header by all of RFC 9449 §4.3, except whether the proof was used before.
 * @throws invalid_dpop_proof, use_dpop_nonce
 */
export function readProof(text: string, expected: ExpectedProof): Proof {
  const proof = readProofToken(text)
  const { header, claims, input, signature } = proof
  if (header.typ !== 'dpop+jwt') throw refused('typ')
  const { alg } = header
  if (!isSigningAlgorithm(alg)) throw refused('alg')
  const jwk = publicJwk(header.jwk, alg)
  if (!verifyInput(alg, keyOf(jwk, alg), input, signature)) throw refused('signature')
  requireClaims(claims, expected)
  return { jkt: thumbprint(jwk), jti: claims.jti as string, iat: claims.iat as number }
}

function readProofToken(text: string): CompactToken {
  try {
    return readCompact(text)
  } catch {
    throw refused('form')
  }
}

/**
 * A refusal whose reason only the log has: the response has one text for all of them, and the catalogue's page lists
 * what to check.
 */
function refused(what: string): Refusal {
  return refuse('invalid_dpop_proof', { cause: new Error(`DPoP proof: ${what}`) })
}

function requireClaims(claims: Record<string, unknown>, { method, url, now, token, nonces }: ExpectedProof): void {
  const { jti, htm, htu, iat, ath, nonce } = claims
  if (typeof jti !== 'string' || jti.length === 0 || jti.length > 512) throw refused('jti')
  // RFC 9110 §9.1: methods are case-sensitive.
  if (htm !== method) throw refused('htm')
  if (typeof htu !== 'string' || !isSameUri(htu, url)) throw refused('htu')
  if (typeof iat !== 'number' || !(Math.abs(now / 1000 - iat) <= proofWindow)) throw refused('iat')
  if (token !== undefined && ath !== hash(token)) throw refused('ath')
  if (nonces && !nonces.some(one => one === nonce)) throw refuse('use_dpop_nonce')
}

/**
 * The thumbprint of the key that a token is bound to, or null. A token with an unknown kind of binding must not pass
 * as unbound (RFC 7800 §3.1).
 * @throws token_claims
 */
export function boundKeyOf(claims: object): string | null {
  const cnf = 'cnf' in claims ? claims.cnf : undefined
  if (cnf === undefined) return null
  if (!isJsonObject(cnf) || typeof cnf.jkt !== 'string') throw refuse('token_claims')
  return cnf.jkt
}

type AsymmetricRow = {
  kty: string
  crv?: string
  /** The members of the key, in the order in which RFC 7638 §3.2 hashes them. */
  members: readonly string[]
}

const rsa = { kty: 'RSA', members: ['e', 'kty', 'n'] } as const satisfies AsymmetricRow

const keys = {
  ES256: { kty: 'EC', crv: 'P-256', members: ['crv', 'kty', 'x', 'y'] },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', members: ['crv', 'kty', 'x'] },
  RS256: rsa,
  PS256: rsa,
} as const satisfies Record<SigningAlgorithm, AsymmetricRow>

/** Members of private keys (RFC 7518 §6.2.2, §6.3.2, §6.4, RFC 8037 §2). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

type PublicJwk = Record<string, string>

/**
 * The members of the public key, and no others. RFC 9449 §4.3, 7: a proof that contains the private key proves
 * nothing.
 */
function publicJwk(value: unknown, alg: SigningAlgorithm): PublicJwk {
  const { kty, crv, members }: AsymmetricRow = keys[alg]
  if (!isJsonObject(value) || privateMembers.some(name => name in value)) throw refused('jwk')
  if (value.kty !== kty || (crv !== undefined && value.crv !== crv)) throw refused('jwk')
  const jwk: PublicJwk = {}
  for (const name of members) {
    const member = value[name]
    if (typeof member !== 'string') throw refused('jwk')
    // One key must have one spelling, or it would have several thumbprints.
    const isBytes = name !== 'kty' && name !== 'crv'
    if (isBytes && Buffer.from(member, 'base64url').toString('base64url') !== member) throw refused('jwk')
    jwk[name] = member
  }
  return jwk
}

function keyOf(jwk: PublicJwk, alg: SigningAlgorithm): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  } catch {
    throw refused('jwk')
  }
  if (keys[alg].kty === 'RSA') requireModestRsa(key)
  return key
}

/**
 * RFC 7518 §3.3 requires 2,048 bits. The client chooses the key: with a long exponent each verification would cost
 * seconds.
 */
function requireModestRsa({ asymmetricKeyDetails: { modulusLength = 0, publicExponent = 0n } = {} }: KeyObject): void {
  if (modulusLength < 2_048 || modulusLength > 8_192 || publicExponent > 0xffff_ffffn) throw refused('jwk')
}

/** Whether a text is a thumbprint as this server writes one: a SHA-256 in base64url, with no unused bits set. */
export function isThumbprint(text: string): boolean {
  return /^[\w-]{42}[048AEIMQUYcgkosw]$/.test(text)
}

/** RFC 7638 §3: the thumbprint of a key. */
function thumbprint(jwk: PublicJwk): string {
  return hash(JSON.stringify(jwk))
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** RFC 9449 §4.3, 9: equality after the normalisation of RFC 3986 §6.2.2 and §6.2.3, without query and fragment. */
function isSameUri(claimed: string, actual: string): boolean {
  const normal = normalUri(claimed)
  return normal !== null && normal === normalUri(actual)
}

function normalUri(text: string): string | null {
  if (!URL.canParse(text)) return null
  // The parser ignores the case of scheme and host, omits the default port, and resolves dot segments.
  const { protocol, host, username, password, pathname } = new URL(text)
  if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '') return null
  return `${protocol}//${host}${normalEscapes(pathname)}`
}

/** Normalises percent-encoding: %7e and ~ are the same; %2f and / are not. */
function normalEscapes(path: string): string {
  return path.replace(/%[0-9A-Fa-f]{2}/g, escaped => {
    const sign = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return /[A-Za-z0-9\-._~]/.test(sign) ? sign : escaped.toUpperCase()
  })
}
