// Forged tokens, signed with the server's own keys: for tests of the checks after the signature.
import { macInput, signInput } from '../../server/protocol/algorithms.js'
import { claimsOf } from './client.js'
import type { TestServer } from './server.js'

type Header = Record<string, unknown>
/** Claims as an object, or as the JSON text to be signed. */
type Claims = Record<string, unknown> | string

export type Forge = ReturnType<typeof aForge>

export function aForge({ composed }: Pick<TestServer, 'composed'>) {
  const { signingKeys, secrets } = composed.parts.tokens

  /** Header and claims as JSON text, signed by `sign`. */
  function compact(header: Header | string, claims: Claims, sign: (input: string) => Buffer): string {
    const input = `${encode(header)}.${encode(claims)}`
    return `${input}.${sign(input).toString('base64url')}`
  }

  const signed = (input: string) => signInput('ES256', signingKeys.active().privateKey, input)
  const maced = (purpose: 'refresh' | 'device') => (input: string) => macInput(secrets.present(purpose).secret, input)

  return {
    compact,

    /** An access token under the present signing key. */
    access(claims: Claims, header: Header = {}): string {
      return compact({ alg: 'ES256', typ: 'at+jwt', kid: signingKeys.active().kid, ...header }, claims, signed)
    },

    /** A refresh token under the present refresh secret. */
    refresh(claims: Claims, header: Header = {}): string {
      const kid = String(secrets.present('refresh').version)
      return compact({ alg: 'HS256', typ: 'rt+jwt', kid, ...header }, claims, maced('refresh'))
    },

    /** A device token under the present device secret. */
    device(claims: Claims, header: Header = {}): string {
      const kid = String(secrets.present('device').version)
      return compact({ alg: 'HS256', typ: 'dt+jwt', kid, ...header }, claims, maced('device'))
    },
  }
}

/** The claims of a token with changes; `undefined` removes a claim. */
export function changed(token: string, changes: Record<string, unknown>): Record<string, unknown> {
  return { ...claimsOf(token), ...changes }
}

/** The header of a token, without verification. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into headers of every shape
export function headerOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())
}

function encode(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}
