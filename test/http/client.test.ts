// `darvoza/client` in Node with a real server: where it sends tokens, what it repeats, and when it signs out.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { type ClientError, type ClientOptions, createClient, memoryStore } from '../../server/client/client.js'
import { anApplication, inForm } from '../support/applications.js'
import { aClient, claimsOf } from '../support/client.js'
import { aBrowser, aCode, redirectUri } from '../support/codes.js'
import { aLosingGateway, type LosingGateway, type LosingOptions } from '../support/losing-gateway.js'
import { waitFor } from '../support/mariadb.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

const refreshPath = '/api/token/refresh/'

/** Clocks that move with the test clock of the server. */
function clocksOf(server: TestServer) {
  const began = server.clock.now()
  return { monotonic: () => server.clock.now() - began, wall: server.clock.now }
}

describe('darvoza/client', () => {
  let server: TestServer
  let gateway: LosingGateway
  let person: { id: number; username: string; password: string }
  const closing: { close(): unknown }[] = []
  let losing: LosingOptions['loses'] = () => false

  beforeEach(async () => {
    losing = () => false
    server = await aServer()
    gateway = await aLosingGateway([server], { loses: path => losing!(path) })
    person = await server.aUser()
    closing.push(gateway)
  })
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close()
  })

  /** A client as a tab has it; `told` lists its events. */
  function aTab(options: Partial<ClientOptions> = {}) {
    const { store = memoryStore() } = options
    const client = createClient({ issuer: gateway.url, clocks: clocksOf(server), lock: null, ...options, store })
    closing.push(client)
    const told: string[] = []
    client.on('signed_out', ({ reason, elsewhere }) =>
      told.push(`signed out: ${reason}${elsewhere ? ' elsewhere' : ''}`),
    )
    client.on('refreshed', ({ elsewhere }) => told.push(elsewhere ? 'refreshed elsewhere' : 'refreshed'))
    return {
      client,
      told,
      /** The refresh token that the client would use next. */
      async held(): Promise<string | undefined> {
        const text = await store.read(options.name ?? `darvoza ${options.issuer ?? gateway.url}`)
        return text === null ? undefined : JSON.parse(text).refresh
      },
      /** Tokens of a new session. */
      pair: () => aClient(server).signIn(person),
      heard: (event: string) =>
        waitFor(async () => {
          if (!told.some(one => one.startsWith(event))) throw new Error(`not heard: ${event}`)
        }),
    }
  }

  async function signedIn(options: Partial<ClientOptions> = {}) {
    const tab = aTab(options)
    await tab.client.signIn(person.username, person.password)
    return tab
  }

  async function rename(username: string): Promise<void> {
    const administrator = aClient(server)
    const { access } = await administrator.signIn({ username: 'admin', password })
    const answer = await administrator.patch(`/api/admin/users/${person.id}`, { username }, access)
    expect(answer.status, answer.text).to.equal(200)
  }

  const me = () => `${gateway.url}/api/me/`
  const refreshes = () => gateway.carried.get(refreshPath) ?? 0
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('it did not fail'),
      (error: ClientError) => error,
    )

  async function aSite(answer: (incoming: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const site: Server = createServer(answer).listen(0, '127.0.0.1')
    await new Promise(resolve => site.once('listening', resolve))
    closing.push({
      close() {
        site.closeAllConnections()
        site.close()
      },
    })
    return `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  }

  describe('refuses', () => {
    it('an issuer or origin that is insecure or malformed, with a TypeError', () => {
      for (const issuer of [
        '',
        'id.example.com',
        'http://id.example.com',
        'ftp://id.example.com',
        'https://a:b@id.example.com',
      ])
        expect(() => createClient({ issuer }), issuer).to.throw(TypeError, 'issuer')
      for (const origin of ['api.example.com', 'https://api.example.com/v1', 'data:text/plain,', '*'])
        expect(() => createClient({ issuer: 'https://id.example.com', origins: [origin] }), origin).to.throw(TypeError)
    })

    it('a wrong password with no_active_account, and keeps the password out of the error', async () => {
      const error = await failure(aTab().client.signIn(person.username, 'wrong horse'))
      expect(error).to.include({ name: 'ClientError', code: 'no_active_account', status: 401 })
      expect(JSON.stringify(error) + error.stack).to.not.include('wrong horse')
      expect((await failure(aTab().client.signIn('', ''))).fields).to.have.keys('username', 'password')
    })

    it('an answer without usable tokens, with a TypeError', async () => {
      for (const answer of [{}, { access: 7 }, { access: 'a b' }, { access: 'a\r\nX: y' }])
        expect(await failure(aTab().client.setTokens(answer))).to.be.instanceOf(TypeError)
    })
  })

  describe('sends the access token', () => {
    const authorized: string[] = []
    const seen = (incoming: IncomingMessage, response: ServerResponse) => {
      authorized.push(incoming.headers.authorization ?? 'nothing')
      response.writeHead(incoming.headers.authorization ? 200 : 401).end('{}')
    }
    beforeEach(() => void authorized.splice(0))

    it('to the issuer and to named origins, and to no other origin', async () => {
      const [named, foreign] = [await aSite(seen), await aSite(seen)]
      const { client } = await signedIn({ origins: [named] })
      const bearer = `Bearer ${await client.accessToken()}`
      expect((await client.fetch(me())).status).to.equal(200)
      await client.fetch(`${named}/orders`)
      await client.fetch(`${foreign}/orders`)
      expect(authorized).to.deep.equal([bearer, 'nothing'])
    })

    it('not along a redirect from a named origin to another one', async () => {
      const foreign = await aSite(seen)
      const named = await aSite((_, response) => response.writeHead(307, { Location: `${foreign}/` }).end())
      const { client } = await signedIn({ origins: [named] })
      await client.fetch(named, { method: 'POST', body: 'x' })
      expect([authorized, refreshes()]).to.deep.equal([['nothing'], 0])
    })

    it('not in place of an Authorization header that the caller has set', async () => {
      const named = await aSite(seen)
      const { client } = await signedIn({ origins: [named] })
      await client.fetch(named, { headers: { Authorization: 'Basic x' } })
      expect(authorized).to.deep.equal(['Basic x'])
    })
  })

  describe('refreshes the access token', () => {
    it('once it is due, with one request for 100 simultaneous calls, none of which gets a 401', async () => {
      const { client, told } = await signedIn()
      server.clock.advance('61m')
      const answers = await Promise.all(Array.from({ length: 100 }, () => client.fetch(me())))
      expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]))
      expect([refreshes(), gateway.carried.get('/api/me/'), told]).to.deep.equal([1, 100, ['refreshed']])
    })

    it('by the time that has passed, whatever the wall clock of the machine says', async () => {
      const began = server.clock.now()
      let wrong = -5 * 3_600_000
      const clocks = { monotonic: () => server.clock.now() - began, wall: () => server.clock.now() + wrong }
      const { client } = await signedIn({ clocks })
      server.clock.advance('50m')
      await client.fetch(me())
      expect(refreshes(), 'five hours behind, and not yet due').to.equal(0)
      wrong -= 3_600_000
      server.clock.advance('11m')
      expect((await client.fetch(me())).status, 'set back once more, and due').to.equal(200)
      expect([refreshes(), gateway.carried.get('/api/me/')]).to.deep.equal([1, 2])
    })

    it('after a sleep that the monotonic clock did not count', async () => {
      const { client } = await signedIn({ clocks: { monotonic: () => 0, wall: server.clock.now } })
      await client.fetch(me())
      server.clock.advance('2h')
      expect((await client.fetch(me())).status).to.equal(200)
      expect(gateway.carried.get('/api/me/'), 'without a 401').to.equal(2)
    })

    it('once it has become stale, and repeats the request with a text, Blob or byte body', async () => {
      const { client } = await signedIn()
      const json = JSON.stringify({ first_name: 'Ann' })
      for (const [turn, body] of [json, new Blob([json]), new TextEncoder().encode(json)].entries()) {
        await rename(`renamed${turn}`)
        const headers = { 'Content-Type': 'application/json' }
        const answer = await client.fetch(new Request(me(), { method: 'PATCH', headers, body }))
        expect(answer.status).to.equal(200)
        expect(await answer.json()).to.include({ first_name: 'Ann', username: `renamed${turn}` })
      }
      expect([refreshes(), gateway.carried.get('/api/me/')]).to.deep.equal([3, 6])
    })

    it('after a streamed request, which is not repeated: its caller gets 401, the next request 200', async () => {
      const { client } = await signedIn()
      await rename('renamed')
      const body = new Blob([JSON.stringify({ first_name: 'Ann' })]).stream()
      const headers = { 'Content-Type': 'application/json' }
      const refused = await client.fetch(me(), { method: 'PATCH', headers, body, duplex: 'half' })
      expect([refused.status, refreshes()]).to.deep.equal([401, 1])
      expect((await client.fetch(me())).status).to.equal(200)
    })

    it('once for an origin that always answers 401, and not in a loop', async () => {
      let asked = 0
      const broken = await aSite((_, response) => {
        asked++
        response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end()
      })
      const { client } = await signedIn({ origins: [broken] })
      for (let call = 0; call < 5; call++) expect((await client.fetch(broken)).status).to.equal(401)
      expect([asked, refreshes()]).to.deep.equal([6, 1])
    })

    it('not after a 401 that no new token would mend', async () => {
      let told: Record<string, string> = {}
      let body = ''
      const site = await aSite((_, response) => response.writeHead(401, told).end(body))
      const { client } = await signedIn({ origins: [site] })
      for (const challenge of [
        'Bearer error="invalid_token", error_code="token_audience"',
        'Bearer error="insufficient_user_authentication"',
        'Basic realm="x"',
      ]) {
        told = { 'WWW-Authenticate': challenge }
        expect((await client.fetch(site)).status).to.equal(401)
      }
      body = JSON.stringify({ detail: '…', code: 'token_not_valid', reason: 'token_type' })
      told = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }
      const answer = await client.fetch(site)
      expect(await answer.text(), 'unread').to.equal(body)
      expect(refreshes()).to.equal(0)
    })

    it('where refresh tokens do not rotate, and keeps its refresh token', async () => {
      await server.setPolicy({ rotate_refresh_tokens: false })
      const { client, held } = await signedIn()
      const first = await held()
      for (let turn = 0; turn < 3; turn++) {
        server.clock.advance('61m')
        expect((await client.fetch(me())).status).to.equal(200)
      }
      expect(await held()).to.equal(first)
      expect(refreshes()).to.equal(3)
    })

    it('for the other callers when one of them aborts', async () => {
      const { client } = await signedIn()
      server.clock.advance('61m')
      const giving = new AbortController()
      const [gaveUp, waited] = [client.fetch(me(), { signal: giving.signal }), client.fetch(me())]
      giving.abort()
      expect((await failure(gaveUp)).name).to.equal('AbortError')
      expect((await waited).status).to.equal(200)
      expect(refreshes()).to.equal(1)
    })
  })

  describe('keeps the session', () => {
    it('when answers to a refresh are lost, and repeats it with the same refresh token', async () => {
      const { client, told } = await signedIn()
      let lost = 0
      losing = path => path === refreshPath && lost++ < 3
      server.clock.advance('61m')
      expect((await client.fetch(me())).status).to.equal(200)
      expect([refreshes(), told]).to.deep.equal([4, ['refreshed']])
    }).timeout(20_000)

    it('while the server is unreachable, and reports a temporary error instead of a 401', async () => {
      const { client, told, held } = await signedIn({ patience: 0.1 })
      const before = await held()
      losing = () => true
      server.clock.advance('61m')
      const error = await failure(client.fetch(me()))
      expect(error).to.include({ code: 'unreachable', temporary: true })
      expect(told).to.deep.equal([])
      expect(await held()).to.equal(before)
      losing = () => false
      expect((await client.fetch(me())).status).to.equal(200)
    })

    it('and uses the access token while that is valid, though a refresh is due', async () => {
      const { client } = await signedIn({ patience: 0.1, slack: 600 })
      losing = path => path === refreshPath
      server.clock.advance('58m')
      expect((await client.fetch(me())).status).to.equal(200)
      expect(refreshes()).to.be.above(0)
    })

    it('when a refresh gets an unexpected answer, and waits for Retry-After', async () => {
      let asked = 0
      const answers: [number, Record<string, string>, string][] = [
        [503, { 'Retry-After': '60' }, '{}'],
        [429, {}, '{}'],
        [502, {}, '<html>'],
        [401, { 'Content-Type': 'text/html' }, '<html>sign in to this network'],
        [403, {}, '{"detail":"x"}'],
        [400, {}, '{"error":"invalid_request"}'],
        [200, {}, '<html>welcome'],
      ]
      for (const [status, headers, body] of answers) {
        asked = 0
        const site = await aSite((_, response) => {
          asked++
          response.writeHead(status, headers).end(body)
        })
        const { client, told, pair } = aTab({ issuer: site, patience: 0.1 })
        await client.setTokens(await pair())
        server.clock.advance('61m')
        await Promise.all([failure(client.accessToken()), failure(client.accessToken())])
        const error = await failure(client.accessToken())
        expect(told, String(status)).to.deep.equal([])
        expect(await client.isSignedIn(), String(status)).to.equal(true)
        if (status === 503) expect([asked, error.retryAfter]).to.deep.equal([1, 60])
      }
    })

    it('with a store that throws on every access', async () => {
      const broken = () => {
        throw new Error('QuotaExceededError')
      }
      for (const store of [
        { read: broken, write: broken, remove: broken },
        { read: () => null, write: broken, remove: broken },
      ]) {
        const { client } = await signedIn({ store })
        server.clock.advance('61m')
        expect((await client.fetch(me())).status).to.equal(200)
        server.clock.advance('61m')
        expect((await client.fetch(me())).status).to.equal(200)
        await client.signOut()
        expect(await client.isSignedIn()).to.equal(false)
      }
    })

    it('but has none where the store holds malformed text', async () => {
      const store = memoryStore()
      for (const text of ['', '{', 'null', '[]', '{"access":7}', '{"access":"a b","lifetime":1,"askedAt":1}']) {
        void store.write(`darvoza ${gateway.url}`, text)
        expect(await aTab({ store }).client.accessToken(), text).to.equal(null)
      }
    })
  })

  describe('in several tabs with one store', () => {
    async function tabs(count: number, options: Partial<ClientOptions> = {}) {
      const store = memoryStore()
      const first = await signedIn({ store, ...options })
      return [first, ...Array.from({ length: count - 1 }, () => aTab({ store, ...options }))]
    }

    it('uses the tokens that another tab has refreshed, without a request', async () => {
      const [one, two] = await tabs(2)
      server.clock.advance('61m')
      await one!.client.fetch(me())
      expect((await two!.client.fetch(me())).status).to.equal(200)
      expect(refreshes()).to.equal(1)
    })

    it('without a lock stays signed in when ten tabs refresh at once and answers are lost', async () => {
      const all = await tabs(10)
      let dice = 0
      losing = path => path === refreshPath && dice++ % 3 === 0
      for (let round = 0; round < 5; round++) {
        server.clock.advance('61m')
        const answers = await Promise.all(all.map(({ client }) => client.fetch(me())))
        expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]))
      }
      expect(all.flatMap(({ told }) => told).filter(event => event.startsWith('signed out'))).to.deep.equal([])
    }).timeout(30_000)

    it('with a lock sends one refresh for all tabs', async () => {
      let last: Promise<unknown> = Promise.resolve()
      const lock: ClientOptions['lock'] = (_name, _signal, work) => {
        const done = last.then(work)
        last = done.catch(() => {})
        return done
      }
      const all = await tabs(10, { lock })
      server.clock.advance('61m')
      await Promise.all(all.map(({ client }) => client.fetch(me())))
      expect(refreshes()).to.equal(1)
    })

    it('goes on without the lock when that throws', async () => {
      const failing = async () => {
        throw new Error('SecurityError')
      }
      const { client } = await signedIn({ lock: failing })
      server.clock.advance('61m')
      expect((await client.fetch(me())).status).to.equal(200)
    })

    it('does not replace newer tokens by older ones, nor a sign-out by a late refresh', async () => {
      for (const [what, meanwhile] of [
        ['newer', async (other: ReturnType<typeof aTab>) => void (await other.client.refresh())],
        ['signed out', async (other: ReturnType<typeof aTab>) => void (await other.client.signOut())],
      ] as const) {
        const held = aGate()
        const store = memoryStore()
        const slow = await signedIn({ store, fetch: async (...call) => held.after(await fetch(...call)) })
        const other = aTab({ store })
        held.shut()
        const late = slow.client.refresh().catch(error => error)
        await held.came
        server.clock.advance('1s')
        await meanwhile(other)
        const there = await other.held()
        held.open()
        await late
        expect(await other.held(), what).to.equal(there)
      }
    })

    it('reports the sign-out of another tab once, with its reason', async () => {
      const [one, two] = await tabs(2)
      await two!.client.isSignedIn()
      await one!.client.signOut()
      await two!.heard('signed out')
      expect(await two!.client.accessToken()).to.equal(null)
      expect(two!.told).to.deep.equal(['signed out: signed_out elsewhere'])
    })
  })

  describe('signs out', () => {
    it('when the session was ended, reports the reason once, and returns the 401 to the caller', async () => {
      const { client, told, held } = await signedIn()
      const administrator = aClient(server)
      const { access } = await administrator.signIn({ username: 'admin', password })
      const { sid } = claimsOf((await held())!)
      expect((await administrator.delete(`/api/admin/sessions/${sid}`, access)).status).to.equal(204)
      expect((await client.fetch(me())).status).to.equal(401)
      expect(told).to.deep.equal(['signed out: session_ended'])
      expect(await client.isSignedIn()).to.equal(false)
      expect((await client.fetch(me())).status, 'as nobody').to.equal(401)
      expect(told).to.have.length(1)
    })

    it('not for a 401 without a known reason, as a proxy may send it', async () => {
      for (const body of [{ reason: 'unauthorized' }, { reason: 'expired', code: 'login' }, { detail: 'No.' }, {}]) {
        const fetch = async () => new Response(JSON.stringify(body), { status: 401 })
        const client = createClient({ issuer: 'http://localhost', fetch })
        await client.setTokens({ access: 'a.b.c', refresh: 'd.e.f' })
        expect(await failure(client.refresh()), JSON.stringify(body)).to.include({ code: 'unexpected_answer' })
        expect(await client.isSignedIn()).to.equal(true)
      }
    })

    it('when the refresh token has expired, without sending the request unauthenticated', async () => {
      const { client, held } = await signedIn()
      server.clock.advance('25h')
      expect(await failure(client.fetch(me()))).to.include({ code: 'signed_out', reason: 'token_expired' })
      expect(gateway.carried.get('/api/me/')).to.equal(undefined)
      expect(await held()).to.equal(undefined)
    })

    it('only after checking whether another tab has newer tokens', async () => {
      const store = memoryStore()
      const { client, told } = await signedIn({ store })
      const other = aTab({ store, name: 'elsewhere' })
      await other.client.setTokens(await other.pair())
      const [name, newer] = [`darvoza ${gateway.url}`, (await store.read('elsewhere'))!]
      // The session ends; the answer that says so comes after another tab has signed in.
      await aClient(server).post('/api/token/blacklist/', { refresh: JSON.parse((await store.read(name))!).refresh })
      losing = path => {
        if (path === refreshPath) void store.write(name, newer)
        return false
      }
      await client.refresh()
      expect(told.filter(event => event.startsWith('signed out'))).to.deep.equal([])
      expect((await client.fetch(me())).status).to.equal(200)
    })

    it('locally at once, and then at the server, whose answer may be lost', async () => {
      const { client, told, held, heard } = await signedIn({ patience: 0.3 })
      const refresh = (await held())!
      losing = () => true
      const answer = client.signOut()
      await heard('signed out')
      expect(await client.accessToken()).to.equal(null)
      expect(await answer).to.equal(false)
      expect(told).to.deep.equal(['signed out: signed_out'])
      expect((await aClient(server).refresh(refresh)).status).to.equal(401)
    })

    it('with one event, however many calls run at that moment', async () => {
      const { client, told } = await signedIn()
      const calls = () => Array.from({ length: 5 }, () => client.accessToken())
      await Promise.all([...calls(), client.signOut(), ...calls()])
      expect(told).to.deep.equal(['signed out: signed_out'])
    })

    it('and in again on the same device, whose device token it has kept', async () => {
      const { client } = await signedIn()
      await client.signOut()
      await client.signIn(person.username, person.password)
      const { body } = await aClient(server).get('/api/me/devices/', (await client.accessToken())!)
      expect(body.results ?? body).to.have.length(1)
    })
  })
})

describe('darvoza/client of a public application', () => {
  async function anApp() {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    await anApplication(server, 'notes', {
      kind: 'browser',
      metadata: {
        redirect_uris: [redirectUri],
        scope: 'openid profile offline_access',
        first_party: true,
        token_endpoint_auth_method: 'none',
      },
    })
    await settle(server.composed)
    const browser = (await aBrowser(server, amy.username)).session
    const { code, terms } = await aCode(server, browser, 'notes', { scope: 'openid profile offline_access' })
    const { body } = await aClient(server).send('POST', '/oauth/token', {
      headers: inForm,
      body: new URLSearchParams({
        ...{ grant_type: 'authorization_code', client_id: 'notes', code },
        ...{ redirect_uri: terms.redirectUri ?? '', code_verifier: terms.verifier ?? '' },
      }).toString(),
    })
    let dice = 0
    const gateway = await aLosingGateway([server], { loses: path => path === '/oauth/token' && dice++ === 0 })
    const client = createClient({ issuer: gateway.url, clientId: 'notes', clocks: clocksOf(server), lock: null })
    const reasons: string[] = []
    client.on('signed_out', ({ reason }) => reasons.push(reason))
    await client.setTokens(body)
    const userinfo = async () => (await client.fetch(`${gateway.url}/oauth/userinfo`)).status
    return { server, gateway, client, reasons, userinfo, first: body.refresh_token as string }
  }

  it('refuses a sign-in by password with a TypeError', async () => {
    const client = createClient({ issuer: 'http://localhost', clientId: 'notes' })
    expect(await client.signIn('amy', password).catch(error => error)).to.be.instanceOf(TypeError)
    client.close()
  })

  it('refreshes at /oauth/token, also after a lost answer, and signs out by revocation', async () => {
    const { server, gateway, client, reasons, userinfo } = await anApp()
    server.clock.advance('61m')
    expect(await userinfo()).to.equal(200)
    expect([gateway.carried.get('/oauth/token'), gateway.carried.get('/oauth/userinfo')]).to.deep.equal([2, 1])
    const access = await client.accessToken()
    expect(await client.signOut()).to.equal(true)
    expect(reasons).to.deep.equal(['signed_out'])
    expect((await aClient(server).get('/oauth/userinfo', access!)).status).to.equal(401)
    await gateway.close()
  })

  it('reports session_ended after the reuse of a refresh token has ended its session', async () => {
    const { server, gateway, client, reasons, userinfo, first } = await anApp()
    await client.refresh()
    server.clock.advance('11s')
    await client.refresh()
    server.clock.advance('21s')
    const form = { grant_type: 'refresh_token', client_id: 'notes', refresh_token: first }
    await aClient(server).send('POST', '/oauth/token', { headers: inForm, body: new URLSearchParams(form).toString() })
    expect(await userinfo()).to.equal(401)
    expect(reasons).to.deep.equal(['session_ended'])
    await gateway.close()
  })
})

/** A gate that holds answers while it is shut. */
function aGate() {
  let shut: Promise<void> | null = null
  const gate = { open: () => {}, cameIn: () => {} }
  const came = new Promise<void>(resolve => {
    gate.cameIn = resolve
  })
  return {
    came,
    shut() {
      shut = new Promise(resolve => {
        gate.open = resolve
      })
    },
    open: () => gate.open(),
    async after<T>(value: T): Promise<T> {
      if (shut !== null) gate.cameIn()
      await shut
      return value
    },
  }
}
