// A holder of a key pair that makes DPoP proofs (RFC 9449), with header and claims that can be replaced by wrong ones.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { type SigningAlgorithm, signInput } from '../../server/protocol/algorithms.js'

const pairs = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }),
} as const satisfies Record<SigningAlgorithm, () => { privateKey: KeyObject }>

export type ProofParts = { header?: Record<string, unknown>; claims?: Record<string, unknown> }
export type Holder = ReturnType<typeof aHolder>

/** @param now epoch ms */
export function aHolder(now: () => number = Date.now, algorithm: SigningAlgorithm = 'ES256', own?: KeyObject) {
  const privateKey: KeyObject = own ?? pairs[algorithm]().privateKey
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as Record<string, string>
  const members = ['crv', 'e', 'kty', 'n', 'x', 'y'].filter(name => name in jwk)
  const jkt = hash(JSON.stringify(Object.fromEntries(members.map(name => [name, jwk[name]]))))
  return {
    jwk,
    jkt,
    privateKey,
    /** A DPoP proof for one request; the value `undefined` removes a member of header or claims. */
    proof(method: string, url: string, token: string | undefined, { header, claims }: ProofParts = {}): string {
      const head = { typ: 'dpop+jwt', alg: algorithm, jwk, ...header }
      const ath = token === undefined ? {} : { ath: hash(token) }
      const body = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(now() / 1000), ...ath, ...claims }
      const input = `${part(head)}.${part(body)}`
      return `${input}.${signInput(algorithm, privateKey, input).toString('base64url')}`
    },
  }
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
