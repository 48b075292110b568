// New key pairs, named by their thumbprint; the private key is sealed at once.
import { calculateJwkThumbprint, type JWK } from 'jose'
import { generatePair, type SigningAlgorithm } from '../protocol/algorithms.js'
import type { Sealing } from './sealing.js'

export type KeyPair = { kid: string; algorithm: SigningAlgorithm; publicJwk: string; sealedPrivateKey: string }

/** The purpose that a private key is sealed for. */
export const privateKeyOf = (kid: string) => `signing-key:${kid}`

/** Slow for RSA: never call it inside a transaction. */
export async function newKeyPair(
  algorithm: SigningAlgorithm,
  sealing: Sealing,
  generate = generatePair,
): Promise<KeyPair> {
  for (;;) {
    const { publicKey, privateKey } = await generate(algorithm)
    const jwk = publicKey.export({ format: 'jwk' }) as JWK
    const kid = await calculateJwkThumbprint(jwk)
    // A key id that begins with `-` would be read as an option on the command line.
    if (kid.startsWith('-')) continue
    const sealedPrivateKey = sealing.seal(privateKey.export({ type: 'pkcs8', format: 'der' }), privateKeyOf(kid))
    return { kid, algorithm, publicJwk: JSON.stringify(jwk), sealedPrivateKey }
  }
}
