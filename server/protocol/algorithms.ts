// The JOSE algorithms that this server supports, one row each (RFC 7518 §3.1, RFC 8037 §3.1). Signing is synchronous on
// a cached KeyObject: passing an ES256 signature (60 µs) to the thread pool costs a quarter more CPU, and with a worker
// for each core no other core is idle meanwhile. Making a key is asynchronous: the primes of RSA take a good part of a
// second, and no request waits for them.
import { constants, createHmac, generateKeyPair, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'

type KeyPair = { publicKey: KeyObject; privateKey: KeyObject }

type AlgorithmRow = {
  hash: 'sha256' | null
  /** Options for node:crypto beside the key. */
  options: { dsaEncoding?: 'ieee-p1363'; padding?: number; saltLength?: number }
  generate(): Promise<KeyPair>
}

export const signingAlgorithms = {
  ES256: {
    hash: 'sha256',
    // JOSE has ECDSA signatures as r‖s, not as DER (RFC 7518 §3.4).
    options: { dsaEncoding: 'ieee-p1363' },
    generate: () => pair(done => generateKeyPair('ec', { namedCurve: 'P-256' }, done)),
  },
  RS256: {
    hash: 'sha256',
    options: { padding: constants.RSA_PKCS1_PADDING },
    generate: rsa,
  },
  PS256: {
    hash: 'sha256',
    // RFC 7518 §3.5: the salt is as long as the hash; accepting any length would allow many spellings of one token.
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
    generate: rsa,
  },
  EdDSA: {
    hash: null,
    options: {},
    generate: () => pair(done => generateKeyPair('ed25519', {}, done)),
  },
} as const satisfies Record<string, AlgorithmRow>

export type SigningAlgorithm = keyof typeof signingAlgorithms

export const signingAlgorithmNames = Object.keys(signingAlgorithms) as SigningAlgorithm[]

export function isSigningAlgorithm(name: unknown): name is SigningAlgorithm {
  return typeof name === 'string' && Object.hasOwn(signingAlgorithms, name)
}

/** Makes a key pair without blocking the event loop. */
export function generatePair(algorithm: SigningAlgorithm): Promise<KeyPair> {
  return signingAlgorithms[algorithm].generate()
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

/** HS256, for tokens that only this server reads. */
export function macInput(secret: Buffer | KeyObject, input: string): Buffer {
  return createHmac('sha256', secret).update(input).digest()
}

export function macMatches(secret: Buffer | KeyObject, input: string, signature: Buffer): boolean {
  const expected = macInput(secret, input)
  return signature.length === expected.length && timingSafeEqual(signature, expected)
}

/**
 * 2,048 bits are the minimum of RFC 7518 §3.3, and enough for keys that sign for months and tokens that live for
 * hours; 3,072 would triple the time of each signature, which is spent on the event loop.
 */
function rsa(): Promise<KeyPair> {
  return pair(done => generateKeyPair('rsa', { modulusLength: 2_048 }, done))
}

function pair(
  generate: (done: (error: Error | null, publicKey: KeyObject, privateKey: KeyObject) => void) => void,
): Promise<KeyPair> {
  return new Promise((resolve, reject) => {
    generate((error, publicKey, privateKey) => (error ? reject(error) : resolve({ publicKey, privateKey })))
  })
}
