// Fuzzing: hostile values for every parameter of every OAuth endpoint. No answer redirects to an unregistered address
// or echoes text of the sender, no outgoing request is made, and no unexpected row is written.
import { type AddressInfo, createServer, type Server } from 'node:net'
import { expect } from 'chai'
import { pushedParameters } from '../../server/http/oauth/authorization-parameters.js'
import { deviceAuthorizationParameters } from '../../server/http/oauth/device-authorization.js'
import { logoutParameters } from '../../server/http/oauth/end-session.js'
import { createGrants } from '../../server/http/oauth/grants/grants.js'
import { introspectionParameters } from '../../server/http/oauth/introspection.js'
import { revocationParameters } from '../../server/http/oauth/revocation.js'
import { pathOfUserCode } from '../../server/http/pages/connect.js'
import { authenticationMethods } from '../../server/policy/application-metadata.js'
import { deviceGrantType } from '../../server/policy/device-request.js'
import { aConfidentialApplication, anApplication, aSessionOf, basic, inForm } from '../support/applications.js'
import { type ApplicationKey, aKey, anAssertion, assertionType } from '../support/assertions.js'
import { authorizeQuery, aWebsite } from '../support/authorizations.js'
import { aBrowser, aCode, redirectUri } from '../support/codes.js'
import { aDeviceCode } from '../support/device-codes.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aDoor, type Door } from '../support/fuzz.js'
import {
  authenticationParameters,
  authorizationParameters,
  type Hostile,
  hostilePairs,
  pointingToken,
} from '../support/hostile-parameters.js'
import { aServer, manyGuesses, type TestServer, testSettings } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf, type Visitor } from '../support/visitor.js'

const afterwards = 'https://shop.example/bye'
/** The only addresses that a redirect may lead to. */
const registered = ['https://shop.example/callback', redirectUri, afterwards, 'http://localhost:4000/errors/']

const grants = createGrants({} as never)

/** Tables that count wrong guesses, which these requests are. */
const ofGuesses = ['guess', 'number', 'figure']

/** The rows of all tables, a line for each. @param but the tables that are left out */
async function rowsOf(server: TestServer, but: readonly string[] = []): Promise<string[]> {
  const tables = Object.entries(JSON.parse(await snapshotOf(server)) as Record<string, string[]>)
  const left = [...ofGuesses, ...but]
  return tables.flatMap(([name, rows]) => (left.includes(name) ? [] : rows.map(row => `${name} ${row}`)))
}

function fuzzed(engine: Engine): void {
  let [server, trap] = [null, null] as unknown as [TestServer, Server]
  let [asked, trapUrl, secret, postSecret] = [0, '', '', '']
  let key: ApplicationKey
  let amy: { id: number; username: string; password: string }

  beforeEach(async function () {
    this.timeout(60_000)
    asked = 0
    trap = createServer(socket => {
      asked++
      socket.destroy()
    })
    await new Promise<void>(resolve => trap.listen(0, '127.0.0.1', resolve))
    trapUrl = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/jwks`
    // Outgoing requests to the trap are allowed, so that a missing one was not merely blocked.
    const settings = {
      ...testSettings(await engine.migrated()),
      outgoingAllow: { hosts: ['evil.example'], networks: ['127.0.0.0/8'] },
    }
    server = await aServer({ settings, policy: manyGuesses })
    amy = await server.aUser({ username: 'amy' })
    key = await aKey('ES256')
    const metadata = {
      redirect_uris: ['https://shop.example/callback', redirectUri],
      post_logout_redirect_uris: [afterwards],
      grant_types: grants.map(({ grantType }) => grantType) as ['authorization_code'],
      scope: 'openid profile email offline_access',
    }
    await aWebsite(server, 'shop', { metadata })
    secret = await aConfidentialApplication(server, 'books', { metadata })
    const posting = { ...metadata, token_endpoint_auth_method: 'client_secret_post' } as const
    postSecret = await aConfidentialApplication(server, 'posting', { metadata: posting })
    const proving = { ...metadata, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.jwk] } } as const
    await anApplication(server, 'proving', { metadata: proving as never })
    await anApplication(server, 'tabs', {
      kind: 'browser',
      metadata: { ...metadata, token_endpoint_auth_method: 'none' },
    })
  })
  afterEach(() => void trap.close())

  /** Uses each secret once, since its first use of a day is written. */
  async function useSecrets(): Promise<void> {
    const ask = (headers: object, body: object) =>
      fetch(`${server.url}/oauth/revoke`, {
        method: 'POST',
        headers: { ...headers },
        body: new URLSearchParams({ ...body }),
      })
    await ask(basic('books', secret), { token: 'a' })
    await ask({}, { token: 'a', client_id: 'posting', client_secret: postSecret })
  }

  /** Values that do not concern the database are tried on SQLite alone. */
  const isForEngine = ({ isBytes }: Hostile) => engine.name === 'SQLite' || isBytes === true

  /** Sends all hostile values to one endpoint, checks effects. @param writes true, or the table that it writes to */
  async function tryAll(names: readonly string[], door: Door, writes: boolean | string = false): Promise<void> {
    await useSecrets()
    const but = typeof writes === 'string' ? [writes] : []
    const before = writes === true ? null : await rowsOf(server, but)
    const { send, sendBodies } = aDoor(server, door, registered)
    for (const name of new Set([...names, '__proto__', 'constructor', 'request_uri', 'a name that nobody knows']))
      await send(name, hostilePairs(name, door.good[name] ?? 'a', trapUrl).filter(isForEngine))
    await sendBodies()
    if (before) expect((await rowsOf(server, but)).filter(row => !before.includes(row))).to.deep.equal([])
    expect(asked, 'connections to the outside').to.equal(0)
  }

  const usual = () => Object.fromEntries(new URLSearchParams(authorizeQuery('shop')))

  async function signedIn(): Promise<{ visitor: Visitor; headers: Record<string, string>; path: string }> {
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const path = localOf(await visitor.send('GET', `/oauth/authorize?${authorizeQuery('shop')}`))
    const headers = { Cookie: [...visitor.cookies].map(pair => pair.join('=')).join('; ') }
    return { visitor, headers: { ...headers, 'Sec-Fetch-Site': 'same-origin' }, path }
  }
  const ticketIn = (path: string) => new URLSearchParams(path.split('?')[1]).get('ticket')!

  it('with names taken from the parameter tables of the endpoints', async () => {
    const known = 'client_id redirect_uri response_type response_mode state nonce scope resource prompt max_age'
    expect(authorizationParameters()).to.include.members(known.split(' '))
    expect(authorizationParameters()).to.include.members(['code_challenge', 'login_hint', 'ui_locales', 'request'])
    // The documented parameters are all that can be pushed.
    const never = ['client_id', 'request', 'request_uri', 'registration', 'ticket']
    expect([...Object.keys(pushedParameters), ...never]).to.have.members(authorizationParameters())
    const proofs = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']
    expect(await authenticationParameters()).to.have.members(proofs)
  })

  it('at the authorization endpoint, GET and POST, without a session', async () => {
    const good = usual()
    await tryAll(authorizationParameters(), { method: 'GET', path: '/oauth/authorize', good, wire: 'page' })
    await tryAll(authorizationParameters(), { method: 'POST', path: '/oauth/authorize', good, wire: 'page' })
  }).timeout(180_000)

  it('at the authorization endpoint with a signed-in browser', async () => {
    const { headers } = await signedIn()
    const good = usual()
    await tryAll(authorizationParameters(), { method: 'GET', path: '/oauth/authorize', good, headers, wire: 'page' })
  }).timeout(120_000)

  it('at the consent, sign-in and logout pages, with their tickets', async () => {
    const { visitor, headers, path } = await signedIn()
    const _token = visitor.tokenOn(await visitor.open(path), '/consent')
    const ticket = ticketIn(path)
    for (const [method, page, good] of [
      ['GET', '/oauth/authorize', { ticket }],
      ['GET', '/consent', { ticket }],
      ['POST', '/consent', { _token, ticket, shown: 'a', decision: 'allow' }],
      ['GET', '/login', { ticket, next: '/account' }],
      ['POST', '/login/leave', { _token, ticket }],
      ['POST', '/logout/confirm', { _token: 'a', id_token_hint: 'a', client_id: 'shop', state: 'a' }],
    ] as const)
      await tryAll(Object.keys(good), { method, path: page, good: { ...good }, headers, wire: 'page' })
  }).timeout(180_000)

  it('at the sign-in page with the ticket of an authorization request', async () => {
    const visitor = aVisitor(server)
    const path = localOf(await visitor.send('GET', `/oauth/authorize?${authorizeQuery('shop')}`))
    const _token = visitor.tokenOn(await visitor.open(path), '/login')
    const good = { _token, ticket: ticketIn(path), username: 'nobody', password: 'a', next: '/account' }
    const Cookie = [...visitor.cookies].map(pair => pair.join('=')).join('; ')
    const headers = { Cookie, 'Sec-Fetch-Site': 'same-origin' }
    await tryAll(Object.keys(good), { method: 'POST', path: '/login', good, headers, wire: 'page' })
  }).timeout(120_000)

  for (const { grantType, parameters } of grants) {
    /** The credential that the grant needs, so that its other checks are reached. */
    async function needs(): Promise<Record<string, string>> {
      if (grantType === 'refresh_token') return { refresh_token: (await aSessionOf(server, amy, 'books')).refresh }
      if (grantType === deviceGrantType) return { device_code: (await aDeviceCode(server, 'television')).deviceCode }
      if (grantType !== 'authorization_code') return {}
      const { session } = await aBrowser(server, amy.username)
      const { code, terms } = await aCode(server, session, 'books')
      return { code, redirect_uri: redirectUri, code_verifier: `${terms.verifier}a` }
    }

    it(`at the token endpoint with the grant ${grantType}`, async () => {
      const good: Record<string, string> = { ...(await needs()), grant_type: grantType, scope: 'openid' }
      const headers = basic('books', secret)
      await tryAll(
        ['grant_type', ...Object.keys(parameters)],
        { method: 'POST', path: '/oauth/token', good, headers, wire: 'oauth' },
        grantType === 'refresh_token' || grantType === deviceGrantType,
      )
    }).timeout(120_000)
  }

  it('at the device authorization endpoint and the page for user codes', async () => {
    const headers = basic('books', secret)
    const door = {
      method: 'POST',
      path: '/oauth/device_authorization',
      good: { scope: 'openid' },
      wire: 'oauth',
    } as const
    await tryAll(Object.keys(deviceAuthorizationParameters), { ...door, headers }, true)
    const person = await signedIn()
    const { userCode } = await aDeviceCode(server, 'television')
    const page = await person.visitor.open(pathOfUserCode(userCode))
    const good = { _token: person.visitor.tokenOn(page, '/device'), user_code: userCode, shown: 'a', decision: 'allow' }
    const ofPage = { path: '/device', headers: person.headers, wire: 'page' } as const
    await tryAll(['user_code', 'done'], { ...ofPage, method: 'GET', good: { user_code: userCode } })
    await tryAll(Object.keys(good), { ...ofPage, method: 'POST', good })
  }).timeout(180_000)

  for (const method of authenticationMethods) {
    it(`in client authentication by ${method}`, async () => {
      const assertion = await anAssertion(key, 'proving', server.clock.now())
      const shown: Record<typeof method, [good: Record<string, string>, headers: Record<string, string>]> = {
        client_secret_basic: [{}, basic('books', `${secret}a`)],
        client_secret_post: [{ client_id: 'posting', client_secret: `${postSecret}a` }, {}],
        private_key_jwt: [{ client_assertion: `${assertion}a`, client_assertion_type: assertionType }, {}],
        none: [{ client_id: 'tabs' }, {}],
      }
      const [good, headers] = shown[method]
      const door = {
        method: 'POST',
        path: '/oauth/revoke',
        good: { ...good, token: 'a' },
        headers,
        wire: 'oauth',
      } as const
      await tryAll(await authenticationParameters(), door)
      const { sendHeaders } = aDoor(server, door, registered)
      await sendHeaders('Authorization', ['Basic ', 'basic', 'BASIC', 'Bearer ', 'DPoP '], trapUrl)
    }).timeout(120_000)
  }

  it('at the pushed authorization request endpoint, and with its request_uri', async () => {
    const door = { method: 'POST', path: '/oauth/par', headers: basic('books', secret), wire: 'oauth' } as const
    const good = Object.fromEntries(
      new URLSearchParams(authorizeQuery('books', { redirect_uri: 'https://shop.example/callback' })),
    )
    await tryAll(authorizationParameters(), { ...door, good }, 'pushed_request')
    const headers = { ...door.headers, ...inForm }
    const pushed = await fetch(`${server.url}/oauth/par`, { method: 'POST', headers, body: new URLSearchParams(good) })
    const { request_uri } = (await pushed.json()) as { request_uri: string }
    for (const method of ['GET', 'POST'] as const) {
      const reference = { client_id: 'books', request_uri }
      // The use of a request_uri is written to its row.
      const page = { method, path: '/oauth/authorize', good: reference, wire: 'page' } as const
      await tryAll(Object.keys(reference), page, 'pushed_request')
    }
  }).timeout(180_000)

  it('at the introspection, revocation and userinfo endpoints', async () => {
    const headers = basic('books', secret)
    const token = pointingToken(trapUrl, 'books')
    const good = { token, token_type_hint: 'access_token' }
    const wire = 'oauth' as const
    await tryAll(Object.keys(introspectionParameters), {
      method: 'POST',
      path: '/oauth/introspect',
      good,
      headers,
      wire,
    })
    await tryAll(Object.keys(revocationParameters), { method: 'POST', path: '/oauth/revoke', good, headers, wire })
    const userinfo = { path: '/oauth/userinfo', good: { access_token: token }, wire }
    await tryAll(['access_token'], { ...userinfo, method: 'POST' })
    await tryAll(['access_token'], { ...userinfo, method: 'GET' })
    await aDoor(server, { ...userinfo, method: 'GET' }, registered).sendHeaders('Authorization', ['Bearer '], trapUrl)
  }).timeout(180_000)

  it('at the logout endpoint, GET and POST', async () => {
    const { headers } = await signedIn()
    const good = { client_id: 'shop', post_logout_redirect_uri: afterwards, state: 'a', ui_locales: 'uz' }
    for (const method of ['GET', 'POST'] as const)
      await tryAll(logoutParameters, { method, path: '/oauth/logout', good, headers, wire: 'page' })
  }).timeout(120_000)

  it('at discovery and JWKS, whose answers no query parameter changes', async () => {
    for (const name of ['openid-configuration', 'oauth-authorization-server', 'jwks.json']) {
      const path = `/.well-known/${name}`
      const plain = await (await fetch(server.url + path)).text()
      const { send } = aDoor(server, { method: 'GET', path, good: {}, wire: 'oauth', answers: plain }, registered)
      for (const parameter of ['issuer', 'resource', '__proto__'])
        await send(parameter, hostilePairs(parameter, 'a', trapUrl))
    }
    expect(asked).to.equal(0)
  }).timeout(60_000)

  it('with a trap that records outgoing requests, as one for a jwks_uri shows', async () => {
    const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: trapUrl } as const
    await anApplication(server, 'asked', { metadata })
    const assertion = await anAssertion(key, 'asked', server.clock.now())
    const form = { client_assertion: assertion, client_assertion_type: assertionType, token: 'a' }
    const body = new URLSearchParams(form)
    const { status } = await fetch(`${server.url}/oauth/revoke`, { method: 'POST', body, headers: inForm })
    expect([status, asked > 0]).to.deep.equal([503, true])
  })
}

onEachEngine('hostile OAuth parameters cause no open redirect, outgoing request, write or echo', fuzzed)
