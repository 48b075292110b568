// A signer of hostile tokens with new keys, without a server.
import type { JsonWebKey } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { SigningAlgorithm } from '../../server/protocol/algorithms.js'
import { generatePair } from '../../server/protocol/algorithms.js'
import { createSigner, type Signer, type SigningPair } from '../../server/tokens/hostile/signer.js'
import { audience, issuer, personClaims } from '../vectors/fixed.js'

export async function aPair(algorithm: SigningAlgorithm): Promise<SigningPair & { jwk: JsonWebKey }> {
  const { publicKey, privateKey } = await generatePair(algorithm)
  const jwk = publicKey.export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint(jwk as JWK)
  return { kid, algorithm, privateKey, jwk: { ...jwk, kid, alg: algorithm, use: 'sig' } }
}

export async function aSigner(
  algorithm: SigningAlgorithm,
  now: () => number,
): Promise<{ signer: Signer; jwks: JsonWebKey[] }> {
  const [key, foreignKey] = await Promise.all([aPair(algorithm), aPair(algorithm)])
  const refreshSecret = { version: 1, secret: Buffer.alloc(32, 7) }
  const claims = () => personClaims({ iat: now(), exp: now() + 3_600 })
  const signer = createSigner({
    issuer,
    audience,
    key,
    foreignKey,
    refreshSecret,
    trap: 'http://127.0.0.1:1',
    now,
    claims,
  })
  return { signer, jwks: [key.jwk] }
}
