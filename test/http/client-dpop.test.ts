// `darvoza/client` with DPoP-bound tokens (RFC 9449), with a real server and a resource server that uses the verifier.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import {
  type ClientError,
  createClient,
  type KeyPair,
  type KeyStore,
  memoryKeys,
  memoryStore,
} from '../../server/client/client.js'
import type { NewApplication } from '../../server/storage/applications.js'
import { protect } from '../../server/verifier/node.js'
import { createVerifier, type Verifier } from '../../server/verifier/verifier.js'
import { aConfidentialApplication, anApplication } from '../support/applications.js'
import { claimsOf } from '../support/client.js'
import { aBrowser, aCode, redirectUri } from '../support/codes.js'
import { aServer, issuer, settle, type TestServer } from '../support/server.js'

const api = 'https://api.example'
const notes: Partial<NewApplication> = {
  kind: 'browser',
  metadata: {
    ...{ redirect_uris: [redirectUri], scope: 'openid offline_access read', first_party: true },
    ...{ token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true },
  },
}

describe('darvoza/client with DPoP-bound tokens', () => {
  let server: TestServer
  let browser: Awaited<ReturnType<typeof aBrowser>>
  let verifier: Verifier
  let guarded: ReturnType<typeof createServer>
  /** `METHOD path: status` of each request that was sent. */
  let sent: string[]
  /** The nonce that is required in front of the token endpoint; null: none is. */
  let wanted: string | null
  /** Whether a page may read the `Date` header of this origin. */
  let showsDate: (origin: string) => boolean
  const closing: { close(): unknown }[] = []

  beforeEach(async () => {
    sent = []
    wanted = null
    showsDate = () => true
    server = await aServer()
    await server.aUser({ username: 'amy' })
    const secret = await aConfidentialApplication(server, 'api', {
      ...{ kind: 'resource_server', resource: api, resourceScopes: [{ name: 'read', description: '' }] },
      metadata: { grant_types: ['client_credentials'], scope: 'revocations:read' },
    })
    await anApplication(server, 'notes', notes)
    await settle(server.composed)
    browser = await aBrowser(server, 'amy')
    verifier = createVerifier({
      ...{ issuer, url: server.url, audience: api, clientId: 'api', clientSecret: secret, dpopNonces: true },
      clocks: { monotonic: server.clock.now, wall: server.clock.now },
    })
    await verifier.ready()
    guarded = createServer(
      protect(verifier, { needs: { scope: 'read' }, baseUrl: api }, (_, response, token) => response.end(token?.sub)),
    ).listen(0, '127.0.0.1')
  })
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close()
    guarded.close()
    await verifier.close()
  })

  /** A fetch that leads to the servers, wherever they listen. */
  async function via(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const isRequest = input instanceof Request
    const { href, origin, pathname } = new URL(isRequest ? input.url : input)
    const { method, headers } = isRequest
      ? input
      : { method: init?.method ?? 'GET', headers: new Headers(init?.headers) }
    const { nonce } = claimsOf(headers.get('dpop') ?? 'e30.e30.')
    const at = origin === api ? `http://127.0.0.1:${(guarded.address() as AddressInfo).port}` : server.url
    const led = href.replace(origin, at)
    const answer =
      pathname === '/oauth/token' && wanted !== null && nonce !== wanted
        ? Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'DPoP-Nonce': wanted } })
        : await fetch(isRequest ? new Request(led, input) : led, init)
    sent.push(`${method} ${pathname}: ${answer.status}`)
    const seen = new Response(answer.body, answer)
    // The servers have the clock of the test.
    if (showsDate(origin)) seen.headers.set('Date', new Date(server.clock.now()).toUTCString())
    else seen.headers.delete('Date')
    return seen
  }

  /** @param ahead how far its clock is ahead of the servers' clock, in ms */
  const aTab = (keys: KeyStore | true = memoryKeys(), store = memoryStore(), ahead = 0) => {
    const clocks = { monotonic: server.clock.now, wall: () => server.clock.now() + ahead }
    const options = { issuer, clientId: 'notes', store, lock: null, clocks, fetch: via, origins: [api] }
    const client = createClient({ ...options, dpop: keys })
    closing.push(client)
    return client
  }
  type Client = ReturnType<typeof aTab>
  async function redeem(client: Client) {
    const { code, terms } = await aCode(server, browser.session, 'notes', {
      ...{ scope: 'openid offline_access read', resources: [api], dpopJkt: await client.keyThumbprint() },
    })
    await client.redeem(code, { redirect_uri: terms.redirectUri!, code_verifier: terms.verifier! })
  }
  async function signedIn(...of: Parameters<typeof aTab>) {
    const client = aTab(...of)
    await redeem(client)
    sent = []
    return client
  }

  it('requires a clientId, and has a private key that cannot be exported', async () => {
    expect(() => createClient({ issuer, dpop: true })).to.throw(TypeError, 'clientId')
    let kept: KeyPair | undefined
    const keys: KeyStore = { keep: async (_, make) => (kept ??= await make()) }
    await signedIn(keys)
    expect(kept!.privateKey.extractable).to.equal(false)
    const read = await crypto.subtle.exportKey('jwk', kept!.privateKey).catch(error => error)
    expect(read).to.be.instanceOf(Error)
  })

  it('redeems a code for bound tokens, and passes on the error code of a refused one', async () => {
    const client = await signedIn()
    const { cnf } = claimsOf((await client.accessToken())!)
    expect(cnf).to.deep.equal({ jkt: await client.keyThumbprint() })
    const refused = await client.redeem('dvz_code_x', { code_verifier: 'x' }).catch((error: ClientError) => error.code)
    expect(refused).to.equal('invalid_grant')
    expect(await client.isSignedIn()).to.equal(true)
    const other = createClient({ issuer })
    expect(await other.redeem('x', { code_verifier: 'x' }).catch(error => error)).to.be.instanceOf(TypeError)
  })

  it('sends a DPoP proof with each request and each refresh, also with a body or a query', async () => {
    const client = await signedIn()
    expect((await client.fetch(`${issuer}/oauth/userinfo?a=b`)).status).to.equal(200)
    expect(
      (await client.fetch(`${issuer}/oauth/userinfo`, { method: 'POST', body: new URLSearchParams('a=b') })).status,
    ).to.equal(200)
    await client.refresh()
    server.clock.advance('61m')
    expect((await client.fetch(`${issuer}/oauth/userinfo`)).status).to.equal(200)
    expect(sent).to.deep.equal([
      ...['GET /oauth/userinfo: 200', 'POST /oauth/userinfo: 200', 'POST /oauth/token: 200'],
      ...['POST /oauth/token: 200', 'GET /oauth/userinfo: 200'],
    ])
    expect(await client.signOut()).to.equal(true)
  })

  it('repeats a request once for the nonce of a resource server, and uses that nonce afterwards', async () => {
    const client = await signedIn()
    const put = () => client.fetch(`${api}/orders`, { method: 'PUT', body: 'all of it' })
    expect((await put()).status).to.equal(200)
    expect((await put()).status).to.equal(200)
    expect(sent).to.deep.equal(['PUT /orders: 401', 'PUT /orders: 200', 'PUT /orders: 200'])
    // After three minutes the nonce is too old.
    server.clock.advance('3m')
    expect((await put()).status).to.equal(200)
    expect(sent.slice(3)).to.deep.equal(['PUT /orders: 401', 'PUT /orders: 200'])
    // A stream cannot be sent again: its caller gets the 401 and stays signed in; the next request has the nonce.
    const other = await signedIn()
    const stream = new Blob(['x']).stream()
    const streamed = await other.fetch(`${api}/orders`, {
      method: 'POST',
      body: stream,
      duplex: 'half',
    } as RequestInit)
    expect([streamed.status, (await other.fetch(`${api}/orders`)).status]).to.deep.equal([401, 200])
    expect(await other.isSignedIn()).to.equal(true)
  })

  it('repeats a token request once for a nonce, and fails where another one is required each time', async () => {
    wanted = 'first'
    const client = aTab()
    await redeem(client)
    expect(sent).to.deep.equal(['POST /oauth/token: 400', 'POST /oauth/token: 200'])
    await client.refresh()
    wanted = 'second'
    await client.refresh()
    expect(sent.slice(2)).to.deep.equal(['POST /oauth/token: 200', 'POST /oauth/token: 400', 'POST /oauth/token: 200'])
    let turn = 0
    sent = []
    const always = createClient({
      ...{ issuer, clientId: 'notes', dpop: memoryKeys(), lock: null },
      fetch: async () => {
        turn++
        return Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'DPoP-Nonce': `n${turn}` } })
      },
    })
    await always.setTokens({ access_token: 'a.b.c', refresh_token: 'd', token_type: 'DPoP' })
    const code = await always.refresh().catch((error: ClientError) => error.code)
    expect([code, turn, await always.isSignedIn()]).to.deep.equal(['unexpected_answer', 2, true])
  })

  it('repeats each of several simultaneous requests that lack the nonce', async () => {
    const client = await signedIn()
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.fetch(`${api}/orders`)))
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(5).fill(200))
    expect(sent.toSorted()).to.deep.equal([...Array(5).fill('GET /orders: 200'), ...Array(5).fill('GET /orders: 401')])
    wanted = 'first'
    const other = aTab()
    const codes = await Promise.all(
      ['dvz_code_x', 'dvz_code_y'].map(code =>
        other.redeem(code, { code_verifier: 'x' }).catch((error: ClientError) => error.code),
      ),
    )
    expect(codes).to.deep.equal(['invalid_grant', 'invalid_grant'])
  })

  it('corrects proofs by the Date of the servers where its own clock is wrong, and repeats requests', async () => {
    for (const ahead of [600_000, -86_400_000]) {
      const client = aTab(memoryKeys(), memoryStore(), ahead)
      await redeem(client)
      expect(sent, String(ahead)).to.deep.equal(['POST /oauth/token: 400', 'POST /oauth/token: 200'])
      await client.fetch(`${api}/notes`)
      sent = []
      expect((await client.fetch(`${api}/notes`)).status).to.equal(200)
      await client.refresh()
      expect(sent).to.deep.equal(['GET /notes: 200', 'POST /oauth/token: 200'])
      sent = []
    }
  })

  it('learns the time by a refresh where the Date of a resource server cannot be read', async () => {
    const [keys, store] = [memoryKeys(), memoryStore()]
    await signedIn(keys, store)
    showsDate = origin => origin !== api
    const client = aTab(keys, store, 600_000)
    expect((await client.fetch(`${api}/notes`)).status).to.equal(200)
    expect(sent.filter(one => one.startsWith('POST'))).to.deep.equal([
      'POST /oauth/token: 400',
      'POST /oauth/token: 200',
    ])
    sent = []
    expect((await client.fetch(`${api}/notes`)).status).to.equal(200)
    expect(sent).to.deep.equal(['GET /notes: 200'])
  })

  it('fails with invalid_dpop_proof where no Date of a server can be read', async () => {
    showsDate = () => false
    const client = aTab(memoryKeys(), memoryStore(), 600_000)
    const error = await redeem(client).then(
      () => expect.fail('it was redeemed'),
      (error: ClientError) => error,
    )
    expect(error.code).to.equal('invalid_dpop_proof')
    expect(sent).to.deep.equal(['POST /oauth/token: 400'])
  })

  it('shares one key among its tabs; a copy of the stored tokens is refused without that key', async () => {
    const [keys, store] = [memoryKeys(), memoryStore()]
    const tabs = Array.from({ length: 8 }, () => aTab(keys, store))
    const prints = await Promise.all(tabs.map(tab => tab.keyThumbprint()))
    expect(new Set(prints).size).to.equal(1)
    await redeem(tabs[0]!)
    for (const tab of tabs) expect((await tab.fetch(`${issuer}/oauth/userinfo`)).status).to.equal(200)

    // A thief has a copy of the store, but not the key.
    const copy = memoryStore()
    const name = `darvoza ${issuer} notes`
    await copy.write(name, (await store.read(name))!)
    const thief = aTab(memoryKeys(), copy)
    expect((await thief.fetch(`${issuer}/oauth/userinfo`)).status).to.equal(401)
    await thief.refresh().catch(() => {})
    await tabs[1]!.refresh()
    expect((await tabs[2]!.fetch(`${issuer}/oauth/userinfo`)).status).to.equal(200)
  })
})
