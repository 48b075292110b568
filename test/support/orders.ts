// The orders API that example resource servers protect: its registration, valid and invalid tokens for it, and the
// expected answers. `GET /health/` is public; `GET /orders/` needs the scope orders:read, `POST` the permission
// orders:write.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { aSessionOf } from './applications.js'
import { claimsOf } from './client.js'
import { aForge, changed } from './forge.js'
import { anIssuer, asAdministrator, basicProof, registered } from './issuer.js'
import { ended, waitFor } from './mariadb.js'
import type { TestServer } from './server.js'
import { tied } from './tied.js'

export const examples = fileURLToPath(new URL('../../../test/examples/', import.meta.url))
export const audience = 'https://orders.example/'

export type Orders = Awaited<ReturnType<typeof orders>>

/** The token server, and tokens of users signed in to the application `shop`. */
export async function orders() {
  const server = await anIssuer()
  const secret = await registered(server, 'orders', 'resource_server', {
    resource: audience,
    resource_scopes: ['read', 'list'].map(name => ({ name: `orders:${name}`, description: name })),
    // Needed by the verifier kit to follow the revocation log.
    grant_types: ['client_credentials'],
    scope: 'revocations:read',
  })
  await registered(server, 'bills', 'resource_server', {
    resource: 'https://bills.example/',
    resource_scopes: [{ name: 'bills:read', description: 'read' }],
  })
  const shop = await registered(server, 'shop', 'web', {
    redirect_uris: ['http://localhost:1/'],
    scope: 'openid orders:read orders:list bills:read',
    permissions: ['orders:write'],
  })

  /** A token pair of the shop for a new user, as by an authorization code. */
  async function signedIn(scope: string, permissions: string[]) {
    const user = await server.aUser({ permissions })
    const { refresh, session } = await aSessionOf(server, user, 'shop', { scope })
    const answer = await fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh }),
      headers: basicProof('shop', shop).headers!,
    })
    const pair = (await answer.json()) as { access_token: string; refresh_token: string; id_token?: string }
    expect(answer.status, JSON.stringify(pair)).to.equal(200)
    return { ...pair, user, sid: session.id }
  }

  const [writer, reader, lister, ofBills] = await Promise.all([
    signedIn('openid orders:read', ['orders:write']),
    signedIn('orders:read', []),
    signedIn('orders:list', []),
    signedIn('bills:read', ['orders:write']),
  ])
  expect(claimsOf(writer.access_token)).to.deep.include({ aud: audience, permissions: ['orders:write'] })
  const at = Math.floor(server.clock.now() / 1000)
  const { access } = aForge(server)
  const [head, , signature] = writer.access_token.split('.')
  const otherBody = Buffer.from(JSON.stringify(claimsOf(reader.access_token))).toString('base64url')
  const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')

  return {
    server,
    secret,
    writer,
    reader,
    lister,
    /** Invalid tokens by reason. */
    refused: {
      nonsense: 'nonsense',
      expired: access(changed(writer.access_token, { iat: at - 120, exp: at - 60 })),
      'of another audience': ofBills.access_token,
      'of another issuer': access(changed(writer.access_token, { iss: 'https://other.example' })),
      'with the body of another': `${head}.${otherBody}.${signature}`,
      'under an unknown key': access(claimsOf(writer.access_token), { kid: 'A'.repeat(43) }),
      unsigned: `${unsigned}.${writer.access_token.split('.')[1]}.`,
      'a refresh token': writer.refresh_token,
      'an ID token': writer.id_token!,
    },
    /** Ends a session by the admin API. Resolves at the answer. */
    async signOut({ sid }: { sid: string }): Promise<void> {
      const { status } = await (await asAdministrator(server)).delete(`/api/admin/sessions/${sid}`)
      expect(status).to.equal(204)
    },
    /** The number of introspection requests answered with 200. */
    asked: () => server.logged.filter(line => line.includes('"/oauth/introspect","status":200')).length,
  }
}

export const call = (url: string, token?: string, method = 'GET', headers: Record<string, string> = {}) =>
  fetch(`${url}/orders/`, { method, headers: { ...(token && { Authorization: `Bearer ${token}` }), ...headers } })

/**
 * Expects 401 for invalid tokens, 403 without scope or permission, and 200 or 201 for valid ones.
 * @param otherwise statuses other than 401, by reason
 */
export async function expectGuarded(
  url: string,
  { refused, writer, reader, lister }: Orders,
  otherwise: { [why in keyof Orders['refused']]?: number } = {},
): Promise<void> {
  const none = await call(url)
  expect([none.status, none.headers.get('www-authenticate')?.split(' ')[0]]).to.deep.equal([401, 'Bearer'])
  const statuses: Record<string, number> = {}
  for (const [why, token] of Object.entries(refused)) statuses[why] = (await call(url, token)).status
  const unauthorized = Object.fromEntries(Object.keys(refused).map(why => [why, 401]))
  expect(statuses).to.deep.equal({ ...unauthorized, ...otherwise })
  expect((await call(url, lister.access_token)).status, 'without the scope').to.equal(403)
  expect((await call(url, reader.access_token, 'POST')).status, 'without the permission').to.equal(403)
  expect((await call(url, writer.access_token, 'DELETE')).status, 'a method that nothing is said of').to.equal(403)
  expect((await fetch(`${url}/health/`)).status).to.equal(200)
  expect((await call(url, reader.access_token)).status).to.equal(200)
  expect((await call(url, writer.access_token, 'POST')).status).to.equal(201)
}

/**
 * Sends requests with a token until it is refused.
 * @returns ms from `since` to the start of the last accepted request
 */
export async function stillLetIn(url: string, token: string, since: number, patience: number): Promise<number> {
  let last = since
  for (;;) {
    const begun = performance.now()
    const { status } = await call(url, token)
    if (status === 401) return last - since
    expect(status).to.equal(200)
    last = begun
    if (begun - since > patience) throw new Error(`let in for ${patience} ms after the sign-out`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

export type Running = { url: string; complaints(): string; stop(): Promise<void> }

/** Starts the program of an example in its folder. Resolves once `/health/` answers. */
export async function running(
  folder: string,
  [program = '', ...args]: readonly string[],
  port: number,
  env: Record<string, string> = {},
): Promise<Running> {
  const child = spawn(...tied(program, args), {
    cwd: examples + folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4_000)
  })
  const url = `http://127.0.0.1:${port}`
  await waitFor(async () => {
    if (child.exitCode !== null) return
    await fetch(`${url}/health/`)
  })
  if (child.exitCode !== null) throw new Error(`${folder} did not start: ${complaints}`)
  return { url, complaints: () => complaints, stop: () => ended(child, 'SIGTERM') }
}

export type { TestServer }
