// JWT client assertions (RFC 7523), and the keys that sign them.
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { issuer } from './server.js'

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export type ApplicationKey = {
  alg: string
  jwk: JWK
  privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
}

export async function aKey(alg: string, kid?: string): Promise<ApplicationKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), alg, ...(kid && { kid }) } }
}

/** @param now epoch ms */
export function anAssertion(
  { alg, jwk, privateKey }: ApplicationKey,
  id: string,
  now: number,
  changes: { claims?: JWTPayload; header?: object } = {},
): Promise<string> {
  const at = Math.floor(now / 1000)
  const claims = { iss: id, sub: id, aud: issuer, jti: randomUUID(), iat: at, exp: at + 60, ...changes.claims }
  return new SignJWT(JSON.parse(JSON.stringify(claims)) as JWTPayload)
    .setProtectedHeader({ alg, ...(jwk.kid && { kid: jwk.kid }), ...changes.header })
    .sign(privateKey)
}

/** The form parameters with a client assertion. */
export const shown = (assertion: string, type = assertionType) =>
  `client_assertion_type=${encodeURIComponent(type)}&client_assertion=${encodeURIComponent(assertion)}`
