// Pushed authorization requests (PAR, RFC 9126): what applications may push, and how the request_uri behaves.
import { expect } from 'chai'
import { throttles } from '../../server/identity/authorizations/network-throttle.js'
import type { ApplicationMetadata, ApplicationOrigin } from '../../server/policy/application-metadata.js'
import { refuse } from '../../server/protocol/errors.js'
import { anApplication, basic, changeApplication, inForm } from '../support/applications.js'
import { aBrowserOf, authorizeQuery, aWebsite, challenge } from '../support/authorizations.js'
import { type Answer, aClient } from '../support/client.js'
import { aHolder } from '../support/dpop.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, issuer, type ServerOptions, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf, type Seen, type Visitor } from '../support/visitor.js'

const callback = 'https://shop.example/callback'
const urn = 'urn:ietf:params:oauth:request_uri:'

/** The application is first-party, so that no consent is asked for; `changes` can undo that. */
async function aShop(options: ServerOptions = {}, metadata: ApplicationMetadata = {}, id = 'shop') {
  const server = await aServer(options)
  const amy = await server.aUser({ username: 'amy' })
  const shop = await aPusher(server, id, { first_party: true, ...metadata })
  return { server, amy, visitor: aVisitor(server), ...shop }
}

type Changes = Record<string, string | string[] | undefined>

async function aPusher(
  server: TestServer,
  id: string,
  metadata: ApplicationMetadata = {},
  origin: ApplicationOrigin = 'administrator',
) {
  const { storage, applications } = server.composed.parts
  await aWebsite(server, id, { name: `The ${id}`, metadata, origin })
  const secret = await storage.database.transaction(tx => applications.applicationSecrets.add(tx, id, 0))
  const client = aClient(server)
  /** Pushes a request as the application's server does. */
  async function push(changes: Changes = {}, more: Record<string, string> = {}): Promise<Answer> {
    const headers = { ...inForm, ...basic(id, secret), ...more }
    return client.send('POST', '/oauth/par', { body: authorizeQuery(id, changes), headers })
  }
  /** @returns the address to which the application sends browsers */
  async function pushed(changes: Changes = {}): Promise<string> {
    const { status, text, body } = await push(changes)
    expect(status, text).to.equal(201)
    return pathOf(body.request_uri, id)
  }
  return { push, pushed, secret }
}

const pathOf = (request_uri: string, client_id = 'shop') =>
  `/oauth/authorize?${new URLSearchParams({ client_id, request_uri })}`

const locationOf = ({ headers }: Seen) => headers.get('location') ?? ''
const ticketIn = (path: string) => new URLSearchParams(path.split('?')[1]).get('ticket')!

/** The parameters that the application receives by a redirect. */
function answerOf(seen: Seen): Record<string, string> {
  const location = locationOf(seen)
  expect(location.startsWith(`${callback}?`), `${seen.status} ${location} ${seen.text.slice(0, 900)}`).to.equal(true)
  return Object.fromEntries(new URLSearchParams(location.slice(callback.length + 1)))
}

/**
 * The refusal of a spent or expired request_uri: a page without a redirect. @param back whether it has a link back to
 * the application
 */
function expectOver(seen: Seen, back: boolean): void {
  expect([seen.status, locationOf(seen)], seen.path).to.deep.equal([400, ''])
  expect(seen.text, seen.path).to.include('/errors/invalid_request_uri')
  expect(seen.text.includes(`href="${callback}?error=invalid_request_uri`), 'the way back').to.equal(back)
  expect(seen.text).to.not.include('dvz_code_')
}

const rowsIn = async ({ composed }: TestServer, table: 'pushed_request' | 'code') =>
  (await composed.parts.storage.database.read<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`, []))[0]!.n

function pushedRequests(engine: Engine): void {
  // The first test on MariaDB starts MariaDB.
  it('are answered once when several tabs open the same request_uri concurrently', async () => {
    const { server, amy, pushed, visitor } = await aShop({ engine })
    await visitor.signIn(amy)
    for (const round of [1, 2]) {
      const path = await pushed()
      const seen = await Promise.all(Array.from({ length: 8 }, () => visitor.send('GET', path)))
      const answered = seen.filter(one => one.status === 303)
      expect(answered.map(one => Object.keys(answerOf(one)))).to.deep.equal([['code', 'state', 'iss']])
      for (const one of seen) if (one.status !== 303) expect(one.text).to.include('/errors/invalid_request_uri')
      expect(await rowsIn(server, 'code')).to.equal(round)
    }
    // When several tabs leave the sign-in, the application is informed once.
    server.clock.advance('1m')
    const path = await pushed({ prompt: 'login' })
    const login = locationOf(await visitor.send('GET', path))
    const token = visitor.tokenOn(await visitor.open(login), '/login/leave')
    const form = { ticket: ticketIn(login), _token: token }
    const leaving = { form, headers: { 'Sec-Fetch-Site': 'same-origin' } }
    const left = await Promise.all(Array.from({ length: 4 }, () => visitor.send('POST', '/login/leave', leaving)))
    expect(left.filter(one => one.status === 303).map(one => answerOf(one).error)).to.deep.equal(['access_denied'])
    expectOver(await visitor.send('GET', login), true)
    expect(await rowsIn(server, 'code')).to.equal(2)
  }).timeout(60_000)

  it('are not spent by a refused decision, nor by a temporary database failure', async () => {
    const { server, amy, pushed } = await aShop({ engine })
    const { decisions, authorizationRequests } = server.composed.parts.authorizations
    const { sessions } = server.composed.parts.devices
    const open = async (path: string) => {
      const query = Object.fromEntries(new URLSearchParams(path.split('?')[1]))
      return authorizationRequests.check({ client_id: [query.client_id!], request_uri: [query.request_uri!] })
    }
    const over = await aBrowserOf(server, amy)
    const path = await pushed()
    await sessions.end(over.browser.session.id, null, 'system')
    const { request } = await open(path)
    const decide = ({ browser, actor }: typeof over) =>
      decisions.decide(browser, request, null, actor).then(
        () => 'decided',
        error => error.code,
      )
    expect(await decide(over)).to.equal('login_required')
    await open(path)
    const live = await aBrowserOf(server, amy)
    const { codeStore } = server.composed.parts.storage
    const { insert } = codeStore
    codeStore.insert = async () => {
      throw refuse('database_unavailable', { retryAfter: 1 })
    }
    expect(await decide(live)).to.equal('database_unavailable')
    codeStore.insert = insert
    expect([await decide(live), await decide(live)]).to.deep.equal(['decided', 'invalid_request_uri'])
  })

  it('are deleted 11 minutes after the push if never shown, and after 130 minutes if shown', async () => {
    const { server, pushed, visitor } = await aShop({ engine })
    const [shown] = [await pushed(), await pushed()]
    await visitor.send('GET', shown!)
    const forget = async (span: `${number}m`) => {
      server.clock.advance(span)
      await server.composed.parts.authorizations.pushedRequests.forget()
      return rowsIn(server, 'pushed_request')
    }
    expect(await forget('10m')).to.equal(2)
    expect(await forget('1m')).to.equal(1)
    expect(await forget('118m')).to.equal(1)
    expect(await forget('1m')).to.equal(0)
  })
}

onEachEngine('pushed authorization requests', pushedRequests)

describe('a request_uri', () => {
  it('is accepted only unaltered and from the application that pushed it', async () => {
    const { server, amy, visitor, pushed } = await aShop()
    await aPusher(server, 'books', { first_party: true })
    await visitor.signIn(amy)
    const path = await pushed()
    const uri = new URLSearchParams(path.split('?')[1]).get('request_uri')!
    const good = { client_id: 'shop', request_uri: uri }
    const other = uri.slice(0, -1) + (uri.endsWith('A') ? 'B' : 'A')
    const pairs: [string, string][][] = [
      Object.entries({ ...good, client_id: 'books' }),
      Object.entries({ ...good, client_id: 'nobody' }),
      Object.entries({ request_uri: uri }),
      [...Object.entries(good), ['client_id', 'shop']],
      [...Object.entries(good), ['client_id', 'books']],
      [...Object.entries(good), ['request_uri', uri]],
      [...Object.entries(good), ['request_uri', 'https://evil.example/']],
      ...[other, `${uri}=`, uri.slice(0, -1), urn, `${urn}__proto__`, `${uri} `, uri.replace(urn, `${urn}${urn}`)].map(
        request_uri => Object.entries({ ...good, request_uri }),
      ),
    ]
    const before = await snapshotOf(server)
    for (const some of pairs) {
      const seen = await visitor.send('GET', `/oauth/authorize?${new URLSearchParams(some)}`)
      expectOver(seen, false)
    }
    expect(await snapshotOf(server)).to.equal(before)
    // RFC 9101 §5: `request` and `request_uri` never both.
    expect(answerOf(await visitor.send('GET', `${path}&request=a.b.c`))).to.include({ error: 'request_not_supported' })
    expect(answerOf(await visitor.send('GET', await pushed()))).to.have.property('code')
    const form = Object.fromEntries(new URLSearchParams((await pushed()).split('?')[1]))
    const posted = await visitor.send('POST', '/oauth/authorize', { form })
    expect(answerOf(await visitor.send('GET', localOf(posted))), 'by a form').to.have.property('code')
    expectOver(await visitor.send('GET', localOf(posted)), true)
  })

  it('must be opened within a minute, then works for an hour; its ticket works longer', async () => {
    const { server, amy, pushed, visitor } = await aShop()
    const late = await pushed()
    const path = await pushed()
    server.clock.advance('59s')
    expect(locationOf(await visitor.send('GET', path))).to.match(/^\/login/)
    server.clock.advance('1s')
    expectOver(await visitor.send('GET', late), true)
    server.clock.advance('59m')
    const login = locationOf(await visitor.send('GET', path))
    server.clock.advance('1m')
    expectOver(await visitor.send('GET', path), true)
    server.clock.advance('57m')
    await server.composed.parts.authorizations.pushedRequests.forget()
    const { username, password } = amy
    const signedIn = await visitor.submit('/login', { username, password, ticket: ticketIn(login) }, login)
    expect(answerOf(await visitor.send('GET', localOf(signedIn)))).to.have.property('code')
  })

  it('with prompt=none reports every outcome to the application, and is answered once', async () => {
    const { server, amy, pushed, visitor } = await aShop()
    const path = await pushed({ prompt: 'none' })
    expect(answerOf(await visitor.send('GET', path))).to.include({ error: 'login_required', state: 'a state' })
    await visitor.signIn(amy)
    const again = answerOf(await visitor.send('GET', path))
    expect(again).to.include({ error: 'invalid_request_uri', state: 'a state', iss: issuer })
    const late = await pushed({ prompt: 'none' })
    server.clock.advance('1m')
    expect(answerOf(await visitor.send('GET', late))).to.include({ error: 'invalid_request_uri' })
    expect(await rowsIn(server, 'code')).to.equal(0)
    expect(answerOf(await visitor.send('GET', await pushed({ prompt: 'none' })))).to.have.property('code')
  })

  it('is checked against the application as registered when it is opened, not when it was pushed', async () => {
    const { server, amy, pushed, visitor } = await aShop()
    await visitor.signIn(amy)
    const { metadata } = (await server.composed.parts.revocation.applications.meet('shop'))!
    const change = async (changes: Parameters<typeof changeApplication>[2]) => {
      await changeApplication(server, 'shop', changes)
      await settle(server.composed)
    }
    const path = await pushed()
    await change({ metadata: { ...metadata, scope: 'openid' } })
    expect(answerOf(await visitor.send('GET', path))).to.include({ error: 'invalid_scope', state: 'a state' })
    await change({ metadata })
    expectOver(await visitor.send('GET', path), true)
    const elsewhere = await pushed()
    await change({ metadata: { ...metadata, redirect_uris: ['https://shop.example/other'] } })
    const seen = await visitor.send('GET', elsewhere)
    expect([seen.status, locationOf(seen)]).to.deep.equal([400, ''])
    expect(seen.text).to.include('/errors/unregistered_redirect_uri')
    await change({ metadata })
    const disabled = await pushed()
    await change({ active: false })
    expect((await visitor.send('GET', disabled)).text).to.include('/errors/unknown_application')
    expect(await rowsIn(server, 'code')).to.equal(0)
  })
})

describe('the pushed authorization request endpoint (/oauth/par)', () => {
  const discovered = async (server: TestServer) =>
    (await aClient(server).get('/.well-known/openid-configuration')).body as Record<string, unknown>

  async function expectRequired(visitor: Visitor, query: string): Promise<void> {
    const told = answerOf(await visitor.send('GET', `/oauth/authorize?${query}`))
    expect(told.error).to.equal('invalid_request')
    expect(told.error_description).to.include('pushed')
  }

  it('refuses invalid requests and clients like the authorization and token endpoints, writing nothing', async () => {
    const { server, push, secret } = await aShop()
    await anApplication(server, 'nightly', {
      kind: 'machine',
      metadata: { grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' },
    })
    // The first push notes the day on which the secret was used, so it comes before the snapshot.
    await push({ response_type: 'token' })
    const before = await snapshotOf(server)
    const refused: [changes: Changes, error: string, code?: string][] = [
      [{ redirect_uri: 'https://evil.example/' }, 'invalid_request', 'unregistered_redirect_uri'],
      [{ redirect_uri: [callback, callback] }, 'invalid_request', 'unregistered_redirect_uri'],
      [{ request_uri: `${urn}${'a'.repeat(43)}` }, 'invalid_request'],
      [{ request_uri: 'https://shop.example/request' }, 'invalid_request'],
      [{ request: 'a.b.c' }, 'request_not_supported'],
      [{ registration: '{}' }, 'registration_not_supported'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ response_type: undefined }, 'invalid_request'],
      [{ state: ['a', 'b'] }, 'invalid_request'],
      [{ unknown: ['a', 'b'] }, 'invalid_request'],
      [{ state: 'x'.repeat(2_049) }, 'invalid_request'],
      [{ code_challenge: undefined }, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ dpop_jkt: 'short' }, 'invalid_request'],
      [{ scope: 'openid darvoza:admin' }, 'invalid_scope'],
      [{ resource: 'https://unknown.example' }, 'invalid_target'],
      [{ id_token_hint: 'a.b.c' }, 'invalid_request'],
      [{ client_id: 'another' }, 'invalid_request'],
      [{ client_id: ['shop', 'shop'] }, 'invalid_request'],
      [{ client_secret: 'another' }, 'invalid_request'],
    ]
    for (const [changes, error, code = error] of refused) {
      const { status, body } = await push(changes)
      expect([status, body.error, body.error_uri], JSON.stringify(changes)).to.deep.equal([
        400,
        error,
        `${issuer}/errors/${code}`,
      ])
    }
    const client = aClient(server)
    const by = (headers: object, body: string, method = 'POST') =>
      client.send(method, '/oauth/par', { body, headers: { ...inForm, ...headers } })
    const wrong = await by(basic('shop', `${secret}a`), authorizeQuery('shop'))
    expect([wrong.status, wrong.body.error]).to.deep.equal([401, 'invalid_client'])
    expect(wrong.headers.get('www-authenticate')).to.equal('Basic realm="token"')
    expect((await by({}, authorizeQuery('shop'))).status, 'one that says who it is alone').to.equal(401)
    const machine = await by({}, authorizeQuery('nightly'))
    expect([machine.status, machine.body.error]).to.deep.equal([400, 'unauthorized_client'])
    const { status, headers } = await client.send('GET', `/oauth/par?${authorizeQuery('shop')}`)
    expect([status, headers.get('allow')]).to.deep.equal([405, 'POST, OPTIONS'])
    const rows = (text: string) => text.replace(/"guess[^\]]*\]/g, '')
    expect(rows(await snapshotOf(server))).to.equal(rows(before))
  })

  it('returns a request_uri that leads to one code; other parameters of the address are ignored', async () => {
    const { server, amy, push, visitor } = await aShop({}, { first_party: false })
    const { status, body, headers } = await push({ state: 'pushed', dpop_jkt: challenge })
    expect([status, body.expires_in, headers.get('cache-control')]).to.deep.equal([201, 60, 'no-store'])
    expect(body.request_uri).to.match(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/)
    expect(await snapshotOf(server)).to.not.include(body.request_uri.slice(urn.length))
    const path = pathOf(body.request_uri)
    const more = { redirect_uri: 'https://evil.example/', state: 'other', scope: 'openid email', dpop_jkt: 'x' }
    const login = locationOf(await visitor.send('GET', `${path}&${new URLSearchParams(more)}&state=twice`))
    expect(login).to.match(/^\/login\?ticket=/)
    const { username, password } = amy
    const signedIn = await visitor.submit('/login', { username, password, ticket: ticketIn(login) }, login)
    const consent = localOf(await visitor.send('GET', localOf(signedIn)))
    expect(consent).to.match(/^\/consent\?ticket=/)
    const page = await visitor.open(consent)
    expect(page.text).to.include('The shop').and.not.include('Email')
    const shown = /name="shown" value="([^"]+)"/.exec(page.text)![1]!
    const allow = { ticket: ticketIn(consent), shown, decision: 'allow' }
    const answer = answerOf(await visitor.submit('/consent', allow, consent))
    expect(answer).to.include({ state: 'pushed', iss: issuer })
    const { database } = server.composed.parts.storage
    const [row] = await database.read<Record<string, unknown>>('SELECT scope, dpop_jkt AS dpopJkt FROM code', [])
    expect(row).to.deep.equal({ scope: 'openid profile', dpopJkt: challenge })
    // Reloading, going back, or opening another tab makes no second code; each page links back to the application.
    const again = ['GET', path, 'GET', login, 'GET', consent, 'GET', localOf(signedIn)]
    for (let at = 0; at < again.length; at += 2) expectOver(await visitor.send(again[at]!, again[at + 1]!), true)
    const token = visitor.tokenOn(await visitor.open('/account'), '/logout')
    const sent = await visitor.send('POST', '/consent', {
      form: { ...allow, _token: token },
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    })
    expectOver(sent, true)
    expect(await rowsIn(server, 'code')).to.equal(1)
  })

  it('is required for applications that demand it, and for all when the policy demands it', async () => {
    const { server, amy, visitor, pushed } = await aShop({}, { require_pushed_authorization_requests: true })
    const books = await aPusher(server, 'books', { first_party: true, redirect_uris: [callback] })
    const ofBooks = authorizeQuery('books', { redirect_uri: callback })
    await visitor.signIn(amy)
    await expectRequired(visitor, authorizeQuery('shop'))
    // A ticket from before the policy changed does not bypass it.
    const form = Object.fromEntries(new URLSearchParams(ofBooks))
    const before = localOf(await visitor.send('POST', '/oauth/authorize', { form }))
    expect(answerOf(await visitor.send('GET', `/oauth/authorize?${ofBooks}`))).to.have.property('code')
    expect(await discovered(server)).to.include({
      pushed_authorization_request_endpoint: `${issuer}/oauth/par`,
      require_pushed_authorization_requests: false,
    })
    await server.setPolicy({ require_pushed_authorization_requests: true })
    await expectRequired(visitor, ofBooks)
    expect((await visitor.send('GET', before)).text).to.include('/errors/invalid_request')
    expect(await discovered(server)).to.include({ require_pushed_authorization_requests: true })
    expect(answerOf(await visitor.send('GET', await pushed()))).to.have.property('code')
    expect(answerOf(await visitor.send('GET', await books.pushed({ redirect_uri: callback })))).to.have.property('code')
  })

  it('limits unauthenticated clients by network with 429, and does not count confidential ones', async () => {
    const { server, push } = await aShop()
    await anApplication(server, 'tabs', {
      kind: 'browser',
      metadata: {
        ...{ redirect_uris: [callback], response_types: ['code'], scope: 'openid profile' },
        token_endpoint_auth_method: 'none',
      },
    })
    const client = aClient(server)
    const body = authorizeQuery('tabs', { redirect_uri: callback })
    const wrong = authorizeQuery('tabs', { redirect_uri: 'https://evil.example/' })
    const send = (some = body) => client.send('POST', '/oauth/par', { body: some, headers: inForm })
    const { networkThrottle } = server.composed.parts.authorizations
    const left = 20
    for (let sent = 0; sent < throttles.push.most - left; sent++) networkThrottle.admit('push', '127.0.0.1')
    // Refused requests count, too.
    const told = await Promise.all(Array.from({ length: 2 * left }, (_, nth) => send(nth % 2 ? body : wrong)))
    const made = told.filter(one => one.status === 201).length
    expect(made).to.be.within(1, left - 1)
    const refused = told.filter(one => one.status === 429)
    expect(refused).to.have.length(left)
    for (const one of refused) {
      expect(one.body.error).to.equal('temporarily_unavailable')
      expect(Number(one.headers.get('retry-after'))).to.be.within(1, 60)
    }
    expect(await rowsIn(server, 'pushed_request')).to.equal(made)
    expect((await push()).status).to.equal(201)
    server.clock.advance('1m')
    expect((await send()).status).to.equal(201)
  })

  it('counts self-registered applications by network, also with a client secret', async () => {
    const { server, push } = await aShop()
    const tool = await aPusher(server, 'tool', {}, 'registration')
    const { networkThrottle } = server.composed.parts.authorizations
    for (let sent = 1; sent < throttles.push.most; sent++) networkThrottle.admit('push', '127.0.0.1')
    expect((await tool.push()).status).to.equal(201)
    const { status, body } = await tool.push()
    expect([status, body.error_uri]).to.deep.equal([429, `${issuer}/errors/too_many_from_network`])
    expect(await rowsIn(server, 'pushed_request')).to.equal(1)
    expect((await push()).status).to.equal(201)
  })

  it('binds the code to the key of a DPoP proof, which is accepted once', async () => {
    const { server, amy, visitor, push } = await aShop()
    await visitor.signIn(amy)
    const [key, other] = [aHolder(server.clock.now), aHolder(server.clock.now)]
    const proof = (of = key, path = '/oauth/par') => ({ DPoP: of.proof('POST', issuer + path, undefined) })
    const told = ({ status, body }: Answer) => [status, body.error]
    const contradicted = await push({ dpop_jkt: other.jkt }, proof())
    expect(told(contradicted)).to.deep.equal([400, 'invalid_request'])
    expect(contradicted.body.error_description).to.include('dpop_jkt')
    for (const wrong of [proof(key, '/oauth/token'), { DPoP: 'nothing' }])
      expect(told(await push({}, wrong))).to.deep.equal([400, 'invalid_dpop_proof'])
    // A request refused for another reason has not spent its DPoP proof.
    const good = proof()
    expect(told(await push({ response_type: 'token' }, good))).to.deep.equal([400, 'unsupported_response_type'])
    const all = await Promise.all(Array.from({ length: 8 }, () => push({}, good)))
    const made = all.filter(one => one.status === 201)
    expect([made.length, await rowsIn(server, 'pushed_request')]).to.deep.equal([1, 1])
    expect(all.filter(one => one.status !== 201).map(told)).to.deep.equal(Array(7).fill([400, 'invalid_dpop_proof']))
    const both = await push({ dpop_jkt: key.jkt }, proof())
    for (const { body } of [made[0]!, both]) {
      const answer = answerOf(await visitor.send('GET', pathOf(body.request_uri)))
      expect(answer).to.have.property('code')
    }
    const { database } = server.composed.parts.storage
    const rows = await database.read<{ jkt: string }>('SELECT dpop_jkt AS jkt FROM code', [])
    expect(rows.map(({ jkt }) => jkt)).to.deep.equal([key.jkt, key.jkt])
  })

  it('allows every origin (CORS) in preflights and in errors', async () => {
    const { server } = await aShop()
    const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' }
    const asking = { ...headers, 'Access-Control-Request-Headers': 'DPoP, Content-Type' }
    const preflight = await aClient(server).send('OPTIONS', '/oauth/par', { headers: asking })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).to.deep.equal([204, '*'])
    expect(preflight.headers.get('access-control-allow-headers')).to.include('DPoP')
    const refused = await aClient(server).send('POST', '/oauth/par', { body: '', headers: { ...headers, ...inForm } })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).to.deep.equal([401, '*'])
  })
})
