// Kinds of access, routes and an OAuth grant of this file, added by the public tables; server/ names none of them.
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { createHttpParts } from '../../server/app.js'
import type { Context } from '../../server/http/handler.js'
import { client as byClient } from '../../server/http/kinds/client.js'
import { type Access, kinds } from '../../server/http/kinds/kinds.js'
import { hasScope } from '../../server/http/kinds/scope.js'
import { createKoa } from '../../server/http/koa.js'
import type { Form } from '../../server/http/middleware/body-types.js'
import { grant } from '../../server/http/oauth/grants/grant.js'
import { createTokenEndpoint } from '../../server/http/oauth/token.js'
import { get, post, type RouteRow } from '../../server/http/route.js'
import { routes } from '../../server/http/routes.js'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import { refuse } from '../../server/protocol/errors.js'
import { anApplicationRow } from '../support/applications.js'
import { aClient, type Client } from '../support/client.js'
import { aServer, issuer, password, type TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

/** Stands for a request without a `DPoP` header. */
const shownProofs = { of: async () => null }

// The test grant: its row and its handler.
const testGrant = grant({
  grantType: 'urn:test:grant',
  parameters: { ticket: { required: true }, note: {}, resource: { repeats: true } },
  async handle({ ticket, note = '', resource }, ctx) {
    if (ticket === 'spent') throw refuse('invalid_grant')
    if (ticket === 'stolen') throw refuse('token_reused')
    if (ticket === 'full') throw refuse('session_limit_reached')
    if (ticket === 'early') throw refuse('database_unavailable', { retryAfter: 3 })
    if (ticket === 'broken') throw new Error('a mistake of ours')
    const scope = [ctx.state.application!.id, ticket, note, ...resource].join(' ')
    return { access_token: 'a', token_type: 'Bearer', expires_in: 60, scope }
  },
})

// The authorization endpoint: by cookie, from any site; errors are pages here until the redirect_uri is known.
const known = 'https://shop.example/back'

const backToApplication = async (ctx: Context, next: () => Promise<void>) => {
  const sent = ctx.method === 'GET' ? ctx.query : one(ctx.request.body as Form)
  if (sent.redirect_uri !== known) throw refuse('invalid_request')
  try {
    await next()
  } catch {
    ctx.status = 303
    ctx.redirect(`${known}?error=access_denied`)
  }
}

const one = (form: Form) => Object.fromEntries(Object.entries(form).map(([name, [value]]) => [name, value]))

const rows = {
  token: post('/oauth/token', byClient, 'Tokens'),
  userinfo: get('/oauth/userinfo', hasScope('darvoza:admin'), 'Claims'),
  postUserinfo: post('/oauth/userinfo', hasScope('darvoza:admin'), 'Claims'),
  authorize: get('/oauth/authorize', { kind: 'authorization' } as const, 'Let an application in'),
  postAuthorize: post('/oauth/authorize', { kind: 'authorization' } as const, 'The same'),
} satisfies Record<string, RouteRow<Access>>

const userinfo = (ctx: Context) => {
  ctx.body = { sub: ctx.state.claims!.sub }
}

function authorize(ctx: Context): Promise<void> | void {
  return backToApplication(ctx, async () => {
    const { browser } = ctx.state
    if (!browser) throw refuse('not_authenticated')
    ctx.status = 303
    ctx.redirect(ctx.method === 'POST' ? '/oauth/authorize?ticket=1' : `${known}?user=${browser.user.username}`)
  })
}

/** A server with the routes and the grant of this file in its tables. */
async function aServerWithMore() {
  const server = await aServer()
  const { parts } = server.composed
  await aShop(server)
  const logged: string[] = []
  const line = (details: object, message: string) => void logged.push(`${message} ${JSON.stringify(details)}`)
  const http = createHttpParts({
    settings: server.settings,
    issuer,
    ownApplication: 'darvoza',
    root: fileURLToPath(new URL('../../../', import.meta.url)),
    log: { debug: () => {}, info: line, warn: line, error: line },
    uuid: randomUUID,
    random: randomBytes,
    bodyWait: undefined,
    mostUnderWay: () => Number.POSITIVE_INFINITY,
    isLeaving: () => false,
    revocation: parts.revocation,
    tokens: parts.tokens,
    signIn: parts.signIn,
    identity: parts,
  })
  const app = createKoa<keyof typeof routes | keyof typeof rows, Access>({
    ...http,
    routes: { ...routes, ...rows },
    kinds,
    handlers: {
      ...http.handlers,
      token: createTokenEndpoint({ grants: [testGrant], shownProofs }),
      userinfo,
      postUserinfo: userinfo,
      authorize,
      postAuthorize: authorize,
    },
  })
  const listener = createServer(app.callback())
  listeners.push(listener)
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  const more = {
    ...server,
    hasMore: true as const,
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
  }
  return { server: more as TestServer, client: aClient(more), logged }
}

/** Two applications, one per authentication method, that may use the grant of this file alone. */
async function aShop({ composed }: TestServer): Promise<void> {
  const { storage, applications } = composed.parts
  const metadata = { grant_types: [testGrant.grantType] } as unknown as ApplicationMetadata
  for (const [id, method] of Object.entries({ shop: 'client_secret_basic', booth: 'client_secret_post' } as const)) {
    const row = anApplicationRow(id, { metadata: { ...metadata, token_endpoint_auth_method: method } })
    await storage.database.transaction(async tx => {
      await storage.applicationStore.insert(tx, row)
      await applications.applicationSecrets.add(tx, id, 0, 'secret')
    })
  }
}

const listeners: Server[] = []

afterEach(() => {
  for (const listener of listeners.splice(0)) {
    listener.closeAllConnections()
    listener.close()
  }
})

const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
const asShop = { ...form, Authorization: basic('shop:secret') }

/** Sends a form to the token endpoint. */
const asking =
  (client: Client) =>
  (body: string, headers: Record<string, string> = asShop) =>
    client.send('POST', '/oauth/token', { body, headers })

describe('a grant added to the token endpoint', () => {
  it('answers bad parameters, unknown grant types and handler refusals with RFC 6749 §5.2 errors', async () => {
    const { client, logged } = await aServerWithMore()
    const ask = asking(client)
    const ours = 'grant_type=urn:test:grant'
    const refused: Record<string, [status: number, error: string]> = {
      '': [400, 'invalid_request'],
      'grant_type=': [400, 'invalid_request'],
      [`${ours}&${ours}&ticket=1`]: [400, 'invalid_request'],
      'grant_type=password': [400, 'unsupported_grant_type'],
      [`grant_type=password&${ours}&ticket=1`]: [400, 'invalid_request'],
      'grant_type=constructor': [400, 'unsupported_grant_type'],
      [ours]: [400, 'invalid_request'],
      [`${ours}&ticket=`]: [400, 'invalid_request'],
      [`${ours}&ticket=1&ticket=1`]: [400, 'invalid_request'],
      [`${ours}&ticket=1&unknown=1&unknown=2`]: [400, 'invalid_request'],
      [`${ours}&ticket=1&constructor=1&constructor=2`]: [400, 'invalid_request'],
      [`${ours}&ticket=%zz`]: [400, 'invalid_request'],
      [`${ours}&ticket=spent`]: [400, 'invalid_grant'],
      [`${ours}&ticket=stolen`]: [400, 'invalid_grant'],
      [`${ours}&ticket=full`]: [400, 'access_denied'],
      // A transient failure is 503, so that clients keep their credential.
      [`${ours}&ticket=early`]: [503, 'temporarily_unavailable'],
      [`${ours}&ticket=broken`]: [500, 'server_error'],
    }
    for (const [body, expected] of Object.entries(refused)) {
      const { status, body: told, headers } = await ask(body)
      expect([status, told.error], body).to.deep.equal(expected)
      expect(Object.keys(told), body).to.have.members(['error', 'error_description', 'error_uri'])
      expect(told.error_description, body).to.match(/^[ !#-[\]-~]+$/)
      expect(headers.get('cache-control'), body).to.equal('no-store')
      expect(headers.get('retry-after'), body).to.equal(status === 503 ? '3' : null)
      expect((await client.get(new URL(told.error_uri).pathname)).status, body).to.equal(200)
    }
    expect((await ask(`${ours}&ticket=stolen`)).body.error_uri).to.equal(`${issuer}/errors/token_reused`)
    expect(logged.filter(line => line.startsWith('a request failed'))).to.have.length(1)
  })

  it('answers 401 invalid_client to an unauthenticated application before it reads parameters', async () => {
    const ask = asking((await aServerWithMore()).client)
    for (const authorization of [basic('shop:wrong'), basic('nobody:secret')]) {
      const { status, body, headers } = await ask('grant_type=nothing', { ...form, Authorization: authorization })
      expect([status, body.error]).to.deep.equal([401, 'invalid_client'])
      expect(headers.get('www-authenticate')).to.equal('Basic realm="token"')
    }
    const { status, body, headers } = await ask('client_id=shop&client_secret=wrong', form)
    expect([status, body.error, headers.get('www-authenticate')]).to.deep.equal([401, 'invalid_client', null])
  })

  it('accepts only a POST with a form body: JSON is answered with 415, GET with 405', async () => {
    const { client } = await aServerWithMore()
    const ask = asking(client)
    const json = { ...asShop, 'Content-Type': 'application/json' }
    const refused = await ask('{"grant_type":"urn:test:grant"}', json)
    expect([refused.status, refused.body.error]).to.deep.equal([415, 'invalid_request'])
    // RFC 6749 §5.2 allows no double quote in error_description.
    expect(refused.body.error_description).to.equal("Unsupported media type 'application/json' in request.")
    const other = await client.get('/oauth/token')
    expect([other.status, other.body.error, other.headers.get('allow')]).to.deep.equal([
      405,
      'invalid_request',
      'POST, OPTIONS',
    ])
    expect((await client.send('OPTIONS', '/oauth/token')).body.parses).to.deep.equal([form['Content-Type']])
    const nothing = await client.get('/oauth/token/nothing')
    expect([nothing.status, nothing.body.error]).to.deep.equal([404, 'invalid_request'])
  })

  it('answers tokens with Cache-Control: no-store and CORS headers for every origin', async () => {
    const { client } = await aServerWithMore()
    const ask = asking(client)
    const body = 'grant_type=urn:test:grant&ticket=1&note=&resource=a&resource=b&unknown=1'
    for (const [id, sent, headers] of [
      ['shop', `${body}&client_id=shop`, asShop],
      ['booth', `${body}&client_id=booth&client_secret=secret`, form],
    ] as const) {
      const answer = await ask(sent, { ...headers, Origin: 'https://shop.example' })
      expect(answer.body).to.deep.equal({
        access_token: 'a',
        token_type: 'Bearer',
        expires_in: 60,
        scope: `${id} 1  a b`,
      })
      expect(answer.headers.get('cache-control')).to.equal('no-store')
      expect(answer.headers.get('access-control-allow-origin')).to.equal('*')
    }
    const preflight = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' }
    expect((await client.send('OPTIONS', '/oauth/token', { headers: preflight })).status).to.equal(204)
  })

  it('throws when two grants have the same grant type', () => {
    expect(() => createTokenEndpoint({ grants: [testGrant, testGrant], shownProofs })).to.throw(
      'two grants have the same type',
    )
  })
})

describe('the access kind that requires a scope', () => {
  it('accepts only an access token with that scope in the Authorization header, no session cookie', async () => {
    const { server, client } = await aServerWithMore()
    const { access, user_id } = await client.signIn({ username: 'admin', password })
    const lesser = await client.signIn(await server.aUser())
    const browser = aVisitor(server)
    await browser.signIn({ username: 'admin', password })
    for (const method of ['GET', 'POST']) {
      const none = await browser.send(method, '/oauth/userinfo', { headers: { 'Sec-Fetch-Site': 'same-origin' } })
      expect([none.status, none.headers.get('www-authenticate')]).to.deep.equal([401, 'Bearer realm="api"'])
      const bad = await client.send(method, '/oauth/userinfo', { token: `${access}x` })
      expect([bad.status, bad.body.error]).to.deep.equal([401, 'invalid_token'])
      expect(bad.headers.get('www-authenticate'))
        .to.include('error="invalid_token"')
        .and.include('error_code="token_malformed"')
      const other = await client.send(method, '/oauth/userinfo', { token: lesser.access })
      expect([other.status, other.body.error]).to.deep.equal([403, 'insufficient_scope'])
      const good = await client.send(method, '/oauth/userinfo', { token: access })
      expect(good.body).to.deep.equal({ sub: String(user_id) })
    }
  })
})

describe('the access kind of the authorization endpoint', () => {
  const way = `redirect_uri=${encodeURIComponent(known)}`

  it('shows errors as a page until the redirect_uri is known, and redirects to it from then on', async () => {
    const visitor = aVisitor((await aServerWithMore()).server)
    for (const query of ['', '?redirect_uri=https://evil.example/']) {
      const { status, text, headers } = await visitor.send('GET', `/oauth/authorize${query}`)
      expect([status, headers.get('location')], query).to.deep.equal([400, null])
      expect(text).to.include('<html').and.include('invalid_request')
    }
    const { status, headers } = await visitor.send('GET', `/oauth/authorize?${way}`)
    expect([status, headers.get('location')]).to.deep.equal([303, `${known}?error=access_denied`])
    expect(headers.get('access-control-allow-origin')).to.equal(null)
  })

  it('authenticates by the session cookie, and accepts cross-site form posts', async () => {
    const visitor = aVisitor((await aServerWithMore()).server)
    await visitor.signIn({ username: 'admin', password })
    const read = await visitor.send('GET', `/oauth/authorize?${way}`)
    expect(read.headers.get('location')).to.equal(`${known}?user=admin`)
    const foreign = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://shop.example' }
    const sent = await visitor.send('POST', '/oauth/authorize', { form: { redirect_uri: known }, headers: foreign })
    expect([sent.status, sent.headers.get('location')]).to.deep.equal([303, '/oauth/authorize?ticket=1'])
    // All other pages refuse a cross-site form.
    const own = await visitor.send('POST', '/account', { form: { a: 'b' }, headers: foreign })
    expect(own.status).to.equal(403)
  })
})
