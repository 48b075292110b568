// Resource servers with one known token validation flaw each, which the doctor command must find.
import { createHmac, createPublicKey, type JsonWebKey, verify as verifySignature } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, jwtVerify } from 'jose'

type Header = { alg?: unknown; typ?: unknown; kid?: unknown; jwk?: JsonWebKey; jku?: string; crit?: unknown }
// biome-ignore lint/suspicious/noExplicitAny: whatever somebody has written
type Claims = any
type Token = {
  parts: number
  header: Header
  claims: Claims
  input: string
  signature: Buffer
  text: string
}

export type Expected = { issuer: string; audience: string; jwks: JsonWebKey[]; scope?: string }

type Check = (token: Token, expected: Expected) => boolean

const seconds = () => Date.now() / 1000
const keyOf = ({ header }: Token, { jwks }: Expected) => jwks.find(one => one.kid === header.kid)
const hmac = (secret: string | Buffer, { input }: Token) => createHmac('sha256', secret).update(input).digest()

function isSignedBy(jwk: JsonWebKey | undefined, { input, signature }: Token): boolean {
  if (!jwk) return false
  return verifySignature(
    'sha256',
    Buffer.from(input),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    signature,
  )
}

/** The checks of a correct resource server. A flaw replaces one or more of them. */
const checks = {
  parts: ({ parts }) => parts <= 3,
  form: ({ header }) => !('crit' in header),
  signature: (token, expected) => token.header.alg === 'ES256' && isSignedBy(keyOf(token, expected), token),
  issuer: ({ claims }, { issuer }) => claims.iss === issuer,
  audience: ({ claims }, { audience }) => [claims.aud].flat().includes(audience),
  end: ({ claims }) => typeof claims.exp === 'number' && claims.exp > seconds(),
  beginning: ({ claims }) => claims.nbf === undefined || claims.nbf <= seconds(),
  type: ({ header, claims }) => header.typ === 'at+jwt' && claims.token_type === 'access',
  scope: ({ claims }, { scope }) => scope === undefined || String(claims.scope).split(' ').includes(scope),
} as const satisfies Record<string, Check>

const yes = () => true
const orSigned = (otherwise: Check) => ({
  signature: (token: Token, expected: Expected) => checks.signature(token, expected) || otherwise(token, expected),
})

/** Checks that each flaw replaces. */
export const flaws = {
  'decodes and verifies nothing': { signature: yes },
  'looks at the end alone': { signature: yes, issuer: yes, audience: yes, type: yes },
  'takes unsecured tokens': orSigned(
    ({ header, signature }) => /^\s*none$/i.test(String(header.alg)) && signature.length === 0,
  ),
  'takes whatever alg says, with the public key as secret': orSigned(
    (token, expected) =>
      token.header.alg === 'HS256' &&
      token.signature.equals(
        hmac(
          createPublicKey({ key: keyOf(token, expected) ?? expected.jwks[0]!, format: 'jwk' }).export({
            format: 'pem',
            type: 'spki',
          }),
          token,
        ),
      ),
  ),
  'does not look at alg': { signature: (token, expected) => isSignedBy(keyOf(token, expected), token) },
  'takes zeros for a signature (CVE-2022-21449)': orSigned(
    ({ signature }) => signature.length === 64 && signature.every(byte => byte === 0),
  ),
  'takes the key out of the token': orSigned(token => isSignedBy(token.header.jwk, token)),
  'reads the key from a file named kid': orSigned(token => {
    try {
      return (
        token.header.alg === 'HS256' && token.signature.equals(hmac(readFileSync(`/tmp/${token.header.kid}`), token))
      )
    } catch {
      return false
    }
  }),
  'reads the parts that it needs': { parts: yes },
  'understands no crit': { form: yes },
  'checks no issuer': { issuer: yes },
  'checks no audience': { audience: yes },
  'takes an audience that begins with its own': {
    audience: ({ claims }, { audience }) => String(claims.aud).startsWith(audience),
  },
  'checks no end': { end: yes },
  'takes tokens without an end': { end: token => token.claims.exp === undefined || checks.end(token) },
  'checks no beginning': { beginning: yes },
  'checks no type': { type: yes },
  'checks no scope': { scope: yes },
} as const satisfies Record<string, Partial<Record<keyof typeof checks, Check>>>

export type Flaw = keyof typeof flaws

/** Whether the resource server accepts a token. */
export type Judge = (token: string) => Promise<boolean>

export function flawed(flaw: Flaw | null, expected: Expected): Judge {
  const asked: Record<string, Check> = { ...checks, ...(flaw && flaws[flaw]) }
  return async text => {
    const token = read(text)
    return Object.values(asked).every(check => check(token, expected))
  }
}

/** A correct check by jose with all its options, as many programs have it. */
export function byJose({ issuer, audience }: Expected, address: string, algorithms = ['ES256']): Judge {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', address))
  return async token => {
    await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'client_id', 'jti'],
    })
    return true
  }
}

function read(text: string): Token {
  const [head, body, tail = ''] = text.split('.')
  const part = (text = '') => JSON.parse(Buffer.from(text, 'base64url').toString())
  return {
    parts: text.split('.').length,
    header: part(head),
    claims: part(body),
    input: `${head}.${body}`,
    signature: Buffer.from(tail, 'base64url'),
    text,
  }
}

export type ResourceServer = { url: string; close(): void }

/** @param tokenOf reads the token of a request */
export async function aResourceServer(
  judge: Judge,
  tokenOf: (request: IncomingMessage) => string | null = bearerOf,
): Promise<ResourceServer> {
  const server = createServer((request, response) => {
    const token = tokenOf(request)
    const judged = token === null ? Promise.resolve(false) : judge(token).catch(() => false)
    void judged.then(isGood => {
      if (!isGood) response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' })
      response.end(isGood ? '{"orders":[]}' : '{}')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The token of a single Authorization header. */
export function bearerOf({ headersDistinct }: IncomingMessage): string | null {
  const { authorization = [] } = headersDistinct
  return authorization.length === 1 ? (/^bearer ([^ ,]+)$/i.exec(authorization[0]!)?.[1] ?? null) : null
}

export function fromQueryToo(request: IncomingMessage): string | null {
  return bearerOf(request) ?? new URL(request.url!, 'http://localhost').searchParams.get('access_token')
}
