// The JOSE algorithms we speak, one row each (RFC 7518 §3.1, RFC 8037 §3.1). Signing is synchronous on a cached KeyObject:
// the thread pool's queue is full of password hashes whenever many people sign in.
import { createHmac, generateKeyPairSync, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'

type AlgorithmRow = {
  hash: 'sha256' | null
  /** For node:crypto next to the key. JOSE wants r‖s of ECDSA, not DER (RFC 7518 §3.4). */
  options: { dsaEncoding?: 'ieee-p1363' }
  keyType: string
  generate(): { publicKey: KeyObject; privateKey: KeyObject }
}

export const signingAlgorithms = {
  ES256: {
    hash: 'sha256',
    options: { dsaEncoding: 'ieee-p1363' },
    keyType: 'ec',
    generate: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  },
} as const satisfies Record<string, AlgorithmRow>

export type SigningAlgorithm = keyof typeof signingAlgorithms

export function isSigningAlgorithm(name: unknown): name is SigningAlgorithm {
  return typeof name === 'string' && Object.hasOwn(signingAlgorithms, name)
}

/** @returns the raw JWS signature of `input` */
export function signInput(algorithm: SigningAlgorithm, privateKey: KeyObject, input: string): Buffer {
  const { hash, options } = signingAlgorithms[algorithm]
  return sign(hash, Buffer.from(input), { key: privateKey, ...options })
}

export function verifyInput(
  algorithm: SigningAlgorithm,
  publicKey: KeyObject,
  input: string,
  signature: Buffer,
): boolean {
  const { hash, options } = signingAlgorithms[algorithm]
  return verify(hash, Buffer.from(input), { key: publicKey, ...options }, signature)
}

/** HS256, for the tokens that only we read. */
export function macInput(secret: Buffer, input: string): Buffer {
  return createHmac('sha256', secret).update(input).digest()
}

export function macMatches(secret: Buffer, input: string, signature: Buffer): boolean {
  const expected = macInput(secret, input)
  return signature.length === expected.length && timingSafeEqual(signature, expected)
}
