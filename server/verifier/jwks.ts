// A strict parser of a JWK Set (RFC 7517 §5): only public keys for signatures by supported algorithms.
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { isSigningAlgorithm, type SigningAlgorithm } from '../protocol/algorithms.js'
import { isJsonObject, parseStrictJson } from '../protocol/json.js'

export type PublicKey = {
  kid: string
  algorithm: SigningAlgorithm
  publicKey: KeyObject
  /** Algorithm, type and members, to compare keys. */
  text: string
}

/** Limit of keys: a server whose keys live for months has fewer. */
const most = 200

/** The required type of a key for each algorithm (RFC 7518 §6, RFC 8037 §2), and its members. */
const shapes = {
  ES256: { kty: 'EC', crv: 'P-256', members: ['x', 'y'] },
  RS256: { kty: 'RSA', crv: undefined, members: ['n', 'e'] },
  PS256: { kty: 'RSA', crv: undefined, members: ['n', 'e'] },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', members: ['x'] },
} as const satisfies Record<SigningAlgorithm, { kty: string; crv: string | undefined; members: readonly string[] }>

/** @returns null where the text is no set, or nothing in it can be used: the known keys stay then */
export function readKeySet(text: string): Map<string, PublicKey> | null {
  let set: unknown
  try {
    set = parseStrictJson(text)
  } catch {
    return null
  }
  if (!isJsonObject(set) || !Array.isArray(set.keys) || set.keys.length > most) return null
  const keys = new Map<string, PublicKey>()
  for (const one of set.keys) {
    const key = readKey(one)
    if (key === null) continue
    // Duplicate key ids: another verifier might choose the other key.
    if (keys.has(key.kid)) return null
    keys.set(key.kid, key)
  }
  return keys.size === 0 ? null : keys
}

/**
 * @returns null for a key that is not for signatures: a secret, one for encryption, one of another algorithm (RFC
 *   7517 §5)
 */
function readKey(jwk: unknown): PublicKey | null {
  if (!isJsonObject(jwk)) return null
  const { kid, alg, use, kty, crv, key_ops: uses } = jwk
  if (typeof kid !== 'string' || kid === '' || kid.length > 200 || !isSigningAlgorithm(alg)) return null
  // A published private key is compromised.
  if (use !== 'sig' || 'd' in jwk || 'k' in jwk) return null
  if (uses !== undefined && !(Array.isArray(uses) && uses.includes('verify'))) return null
  const shape = shapes[alg]
  if (kty !== shape.kty || crv !== shape.crv) return null
  const members = Object.fromEntries(shape.members.map(name => [name, jwk[name]]))
  try {
    const key = { kty, ...(crv !== undefined && { crv }), ...members } as JsonWebKey
    const publicKey = createPublicKey({ key, format: 'jwk' })
    if (kty === 'RSA' && !isModestRsa(publicKey)) return null
    return { kid, algorithm: alg, publicKey, text: JSON.stringify([alg, kty, members]) }
  } catch {
    return null
  }
}

/** RFC 7518 §3.3: less than 2,048 bits is not safe. With a long exponent each verification would cost seconds. */
function isModestRsa({ asymmetricKeyDetails: { modulusLength = 0, publicExponent = 0n } = {} }: KeyObject): boolean {
  return modulusLength >= 2_048 && modulusLength <= 8_192 && publicExponent <= 0xffff_ffffn
}
