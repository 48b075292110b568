// The built router, compared with the route table that defines the access of each route.
import type Router from '@koa/router'
import { expect } from 'chai'
import { adminRoutes } from '../../server/http/admin/routes.js'
import { type Access, kinds, senderOf } from '../../server/http/kinds/kinds.js'
import { pageRoutes } from '../../server/http/pages/routes.js'
import type { RouteRow } from '../../server/http/route.js'
import { type RouteName, routes } from '../../server/http/routes.js'
import { aClient, type Client } from '../support/client.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor } from '../support/visitor.js'

type Row = RouteRow<Access>

const table = Object.entries(routes) as [RouteName, Row][]
const open = table.filter(([, row]) => senderOf(row) === 'nobody')
const pages = table.filter(([, row]) => senderOf(row) === 'cookie')
const closed = table.filter(([, row]) => senderOf(row) === 'token')
const ofApplications = table.filter(([, row]) => ['client', 'registrant'].includes(senderOf(row)))

/** The router inside the Koa application; its middleware has a reference to it. */
function routerOf(server: TestServer): Router {
  const [router] = server.composed.app.middleware.flatMap(one => (one as { router?: () => Router }).router ?? [])
  return router!()
}

const pathOf = ({ path }: Row) => path.replace(/[:*]\w+/g, 'a0000000-0000-4000-8000-000000000000')

/** Requests every closed route with these headers, with and without a trailing slash. */
async function askEach(client: Client, headers: Record<string, string>) {
  const answers = []
  for (const [name, row] of closed) {
    for (const slash of ['', '/']) {
      const answer = await client.send(row.method, pathOf(row) + slash, { headers })
      answers.push({ name: name + slash, isOauth: row.access.kind === 'scope', ...answer })
    }
  }
  return answers
}

describe('the router', () => {
  it('has exactly the routes of the table', async () => {
    const { stack } = routerOf(await aServer())
    const own = stack.filter(layer => layer.methods.length < 8)
    const built = own.flatMap(layer =>
      layer.methods.filter(method => method !== 'HEAD').map(method => `${method} ${layer.path}`),
    )
    expect(built.sort()).to.deep.equal(table.map(([, row]) => `${row.method} ${row.path}`).sort())
    // The remaining layers answer OPTIONS and refuse the other methods.
    const others = stack.filter(layer => !own.includes(layer)).map(layer => layer.path)
    expect(others.sort()).to.deep.equal([...new Set(table.map(([, row]) => row.path as string))].sort())
  })

  it('answers 401 without credentials before it parses a malformed body', async () => {
    const client = aClient(await aServer())
    for (const [name, row] of closed) {
      // Routes with a scope accept the token in the body (RFC 6750 §2.2).
      if (row.method === 'GET' || row.access.kind === 'scope') continue
      const headers = { 'Content-Type': 'application/json' }
      const answer = await client.send(row.method, pathOf(row), { headers, body: '{"broken' })
      expect(answer.status, name).to.equal(401)
    }
  })

  it('classifies every route by its sender: nobody, token, cookie or application', () => {
    expect(open.length + closed.length + pages.length + ofApplications.length).to.equal(table.length)
  })

  it('gives every route a name that is unique across all tables', () => {
    const parts = { ...adminRoutes, ...pageRoutes }
    expect(Object.keys(parts)).to.have.length(Object.keys(adminRoutes).length + Object.keys(pageRoutes).length)
    for (const [name, row] of Object.entries(parts)) expect(routes[name as RouteName], name).to.equal(row)
  })

  it('limits concurrent requests only for the sign-ins POST /api/token and POST /login', () => {
    const limited = table.filter(([, row]) => row.limited).map(([, row]) => `${row.method} ${row.path}`)
    expect(limited.sort()).to.deep.equal(['POST /api/token', 'POST /login'])
  })

  it('leaves exactly the listed routes open', () => {
    expect(open.map(([, row]) => row.path as string).sort()).to.deep.equal([
      '/.well-known/jwks.json',
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/api/token',
      '/api/token/blacklist',
      '/api/token/refresh',
      '/api/token/verify',
      '/assets/*file',
      '/healthz',
      '/openapi.json',
      '/readyz',
    ])
  })
})

describe('every closed route', () => {
  it('answers 401 without a bearer token', async () => {
    const client = aClient(await aServer())
    for (const headers of [{}, { Cookie: 'session=a; token=b' }, { Authorization: 'Basic YWRtaW46YQ==' }]) {
      for (const { name, isOauth, status, body, headers: answered } of await askEach(
        client,
        headers as Record<string, string>,
      )) {
        expect(status, name).to.equal(401)
        if (isOauth) expect(body.error, name).to.equal('invalid_request')
        else expect(body, name).to.deep.equal({ detail: 'Authentication credentials were not provided.' })
        expect(answered.get('www-authenticate'), name).to.equal('Bearer realm="api"')
      }
    }
  })

  it('answers 401 to a malformed, expired or ended token, and to a refresh or device token', async () => {
    const server = await aServer()
    const client = aClient(server)
    const early = await client.signIn({ username: 'admin', password: 'correct horse battery' })
    server.clock.advance('1h')
    const { access, refresh, device_token } = await client.signIn({
      username: 'admin',
      password: 'correct horse battery',
    })
    await client.post('/api/token/blacklist/', { refresh })
    const before = await snapshotOf(server)
    const reasons: Record<string, string> = {
      garbage: 'token_malformed',
      [early.access]: 'token_expired',
      [refresh]: 'token_type',
      [device_token]: 'token_type',
      [access]: 'session_ended',
    }
    for (const [token, reason] of Object.entries(reasons)) {
      for (const { name, isOauth, status, body } of await askEach(client, { Authorization: `Bearer ${token}` })) {
        expect(status, name).to.equal(401)
        if (isOauth) expect([body.error, body.error_uri.split('/').at(-1)]).to.deep.equal(['invalid_token', reason])
        else expect(body, name).to.include({ code: 'token_not_valid', reason })
      }
    }
    expect(await snapshotOf(server)).to.equal(before)
  })
})

describe('every route of applications', () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

  it("refuses users' bearer tokens and session cookies, and changes nothing", async () => {
    const server = await aServer()
    const { access } = await aClient(server).signIn({ username: 'admin', password })
    const visitor = aVisitor(server)
    await visitor.signIn({ username: 'admin', password })
    const before = await snapshotOf(server)
    expect(ofApplications).to.not.deep.equal([])
    for (const [name, row] of ofApplications) {
      const isClient = senderOf(row) === 'client'
      for (const authorization of ['', `Bearer ${access}`, 'Bearer garbage', 'Negotiate YTpi']) {
        const headers = {
          ...form,
          'Sec-Fetch-Site': 'same-origin',
          ...(authorization && { Authorization: authorization }),
        }
        const { status, text, headers: answered } = await visitor.send(row.method, pathOf(row), { headers })
        const { error } = JSON.parse(text)
        // RFC 7592 §2.1: a registration is managed with its own registration token. Registration itself is closed by
        // policy here.
        const unproven = [401, authorization.startsWith('Bearer') ? 'invalid_token' : 'invalid_request']
        const ofStrangers = name === 'register' ? [403, 'registration_closed'] : unproven
        const refused = isClient ? [401, 'invalid_client'] : ofStrangers
        expect([status, error], name).to.deep.equal(refused)
        expect(answered.get('www-authenticate') === null, name).to.equal(isClient || status === 403)
      }
    }
    expect(await snapshotOf(server)).to.equal(before)
  })
})

describe('every route that accepts bearer tokens', () => {
  it('ignores the session cookie of an administrator and answers 401', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn({ username: 'admin', password })
    expect(visitor.cookies.has('darvoza-4000')).to.equal(true)
    const before = await snapshotOf(server)
    for (const [name, row] of closed) {
      const { status } = await visitor.send(row.method, pathOf(row), { headers: { 'Sec-Fetch-Site': 'same-origin' } })
      expect(status, name).to.equal(401)
    }
    expect(await snapshotOf(server)).to.equal(before)
  })
})

describe('every route of users and administrators', () => {
  const strict = closed.filter(([, row]) => kinds[row.access.kind].unknown === 'refused')

  it('refuses unknown and repeated query parameters and unknown body fields with 400, and names them', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn({ username: 'admin', password })
    const before = await snapshotOf(server)
    const ofPrograms = ['scope', 'program']
    expect(strict.length).to.equal(closed.filter(([, row]) => !ofPrograms.includes(row.access.kind)).length)
    for (const [name, row] of strict) {
      const body = row.method === 'GET' ? {} : { json: {} }
      for (const slash of ['', '/']) {
        const path = pathOf(row) + slash
        const { status, body: told } = await client.send(row.method, `${path}?usename=x`, { ...body, token: access })
        expect([status, Object.keys(told)], name).to.deep.equal([400, ['usename']])
        const twice = Object.keys(row.query ?? {})[0]
        if (twice) {
          const refused = await client.send(row.method, `${path}?${twice}=1&${twice}=2`, { ...body, token: access })
          expect([refused.status, refused.body], name).to.deep.equal([400, { [twice]: ['Must be given once.'] }])
        }
        if (row.method === 'GET') continue
        const refused = await client.send(row.method, path, { json: { usename: 'x' }, token: access })
        expect([refused.status, Object.keys(refused.body)], name).to.deep.equal([400, ['usename']])
      }
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('names at most ten of the unknown fields or parameters, also one of the name __proto__', async () => {
    const client = aClient(await aServer())
    const { access } = await client.signIn({ username: 'admin', password })
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`n${index}`, 1]))
    expect(Object.keys((await client.patch('/api/me', many, access)).body)).to.have.length(10)
    for (const refused of [
      await client.get('/api/me?__proto__=1', access),
      await client.send('PATCH', '/api/me', {
        body: '{"__proto__":1}',
        headers: { 'Content-Type': 'application/json' },
        token: access,
      }),
    ])
      expect([refused.status, Object.keys(refused.body)]).to.deep.equal([400, ['__proto__']])
    const query = Array.from({ length: 2_000 }, (_, index) => `n${index}`).join('&')
    expect(Object.keys((await client.get(`/api/me?${query}`, access)).body)).to.have.length(10)
  })

  it('answers 401 without a token, whatever unknown parameters are sent', async () => {
    const client = aClient(await aServer())
    for (const [name, row] of strict)
      expect((await client.send(row.method, `${pathOf(row)}?usename=x`)).status, name).to.equal(401)
  })
})

describe('the simplejwt routes', () => {
  it('ignore unknown query parameters and body fields, as Django serializers do', async () => {
    const server = await aServer()
    const client = aClient(server)
    const signedIn = await client.post('/api/token/?next=/', { username: 'admin', password, remember: true })
    expect(signedIn.status).to.equal(200)
    const { access, refresh } = signedIn.body
    expect((await client.post('/api/token/verify/?a=b', { token: access, user: 1 })).status).to.equal(200)
    expect((await client.post('/api/token/refresh/?a=b', { refresh, csrf: 'x' })).status).to.equal(200)
    expect((await client.post('/api/token/blacklist/?a=b', { refresh, csrf: 'x' })).status).to.equal(200)
  })
})

describe('every page', () => {
  // The forms of pages are tested in forms.test.ts.
  const inside = pages.filter(([, row]) => row.access.kind === 'page')
  const read = inside.filter(([, row]) => row.method === 'GET')
  const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

  it('that needs a sign-in redirects to /login with the way back, also with a bearer token', async () => {
    const server = await aServer()
    const { access } = await aClient(server).signIn({ username: 'admin', password })
    const visitor = aVisitor(server)
    const before = await snapshotOf(server)
    for (const authorization of ['', `Bearer ${access}`, 'Bearer garbage']) {
      for (const [name, row] of inside) {
        const path = pathOf(row)
        const options = row.method === 'POST' ? { form: { a: 'b' } } : {}
        const headers = { ...ownSite, ...(authorization && { Authorization: authorization }) }
        const { status, headers: answered } = await visitor.send(row.method, path, { ...options, headers })
        expect(status, name).to.equal(303)
        const next = row.method === 'GET' ? path : '/'
        expect(answered.get('location'), name).to.equal(`/login?next=${encodeURIComponent(next)}`)
      }
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('that needs a permission answers 403 without it', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(await server.aUser())
    const before = await snapshotOf(server)
    for (const [name, row] of read) {
      if (!('permission' in row.access)) continue
      const { status, text } = await visitor.send('GET', pathOf(row), { headers: ownSite })
      expect(status, name).to.equal(403)
      expect(text, name).to.include('permission_denied')
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('that needs a recent sign-in asks for the password after six minutes', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn({ username: 'admin', password })
    server.clock.advance('6m')
    await visitor.open('/account')
    const before = await snapshotOf(server)
    const recent = read.filter(([, row]) => 'recentlyAuthenticated' in row.access)
    expect(recent).to.not.deep.equal([])
    for (const [name, row] of recent) {
      const { status, text } = await visitor.send('GET', pathOf(row), { headers: ownSite })
      expect(status, name).to.equal(401)
      expect(text, name).to.include('name="_proof"')
    }
    expect(await snapshotOf(server)).to.equal(before)
  })
})

describe('every open route', () => {
  it('answers the same with any Authorization header', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn({ username: 'admin', password: 'correct horse battery' })
    const ask = async (row: Row, headers: Record<string, string>) => {
      const body = row.method === 'GET' ? {} : { json: {} }
      const { status, text } = await client.send(row.method, pathOf(row), { headers, ...body })
      return { status, text: text.replace(/[0-9a-f-]{36}/g, 'ID') }
    }
    for (const [name, row] of open) {
      const plain = await ask(row, {})
      expect(plain.status, name).to.be.oneOf([200, 400, 404])
      for (const authorization of ['Bearer garbage', 'Bearer', 'Bearer a b c', 'Basic YTpi', `Bearer ${access}`]) {
        expect(await ask(row, { Authorization: authorization }), name).to.deep.equal(plain)
      }
    }
  })
})
