// Options of the resource server middleware, behaviour of each framework, and the middleware with the real verifier.
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { expect } from 'chai'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import { signInput } from '../../server/protocol/algorithms.js'
import { refuse } from '../../server/protocol/errors.js'
import * as byExpress from '../../server/verifier/express.js'
import * as byFastify from '../../server/verifier/fastify.js'
import * as byKoa from '../../server/verifier/koa.js'
import * as byNode from '../../server/verifier/node.js'
import { createProtectedRoutes } from '../../server/verifier/protected-routes.js'
import { createTokenGate, type RequireTokenOptions } from '../../server/verifier/require-token.js'
import { createVerifier } from '../../server/verifier/verifier.js'
import { controllers } from '../support/decorated.js'
import { aHolder } from '../support/dpop.js'
import { type Application, aVerifier, type FrameworkName, frameworks, listening } from '../support/frameworks.js'

const holder = aHolder()
const bound = { sub: 'cat', cnf: { jkt: holder.jkt } }
const verifier = aVerifier({ amy: { sub: 'amy' }, bound, expired: refuse('token_expired') })
const amy = { Authorization: 'Bearer amy' }
const names = Object.keys(frameworks) as FrameworkName[]

type Told = { status: number; headers: Headers; body: Record<string, unknown> }

async function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Told> {
  const answer = await fetch(url, { headers, method })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : { text } }
}

/** Runs `work` against the same application on each framework. */
async function onEach(application: Partial<Application>, work: (url: string, name: FrameworkName) => Promise<void>) {
  for (const name of names) {
    const running = await frameworks[name]({ verifier, rules: {}, routes: { 'GET /me': null }, ...application })
    try {
      await work(running.url, name)
    } finally {
      await running.close()
    }
  }
}

describe('a refusal of the resource server middleware', () => {
  it('takes its detail or its whole body from the table in the option refusal', async () => {
    const refusal = { not_authenticated: 'Please sign in.', default: { error: 'no' } }
    await onEach({ options: { refusal } }, async url => {
      const told = await ask(`${url}/me`)
      expect([told.status, told.body.detail, told.body.reason]).to.deep.equal([
        401,
        'Please sign in.',
        'not_authenticated',
      ])
      expect((await ask(`${url}/me`, { Authorization: 'Bearer expired' })).body).to.deep.equal({ error: 'no' })
    })
  })

  it('takes its detail from the function in the option refusal, which gets the request', async () => {
    const refusal: RequireTokenOptions['refusal'] = ({ code, status, text, request }) =>
      code === 'token_expired' ? undefined : `${request.headers['accept-language']}: ${status} ${text}`
    await onEach({ options: { refusal } }, async url => {
      const { body } = await ask(`${url}/me`, { 'Accept-Language': 'uz' })
      expect(body.detail).to.equal('uz: 401 Authentication credentials were not provided.')
      expect((await ask(`${url}/me`, { Authorization: 'Bearer expired' })).body.reason).to.equal('token_expired')
    })
  })

  it('escapes quotes and line breaks of options in WWW-Authenticate (header injection)', async () => {
    const options = { realm: 'a"b\\c\r\nSet-Cookie: x=1', resourceMetadata: 'https://api.example.com/"\r\nX: 1' }
    await onEach({ options }, async url => {
      const { headers } = await ask(`${url}/me`)
      expect(headers.get('set-cookie')).to.equal(null)
      expect(headers.get('www-authenticate')).to.match(
        /^Bearer realm="a'b'c''Set-Cookie: x=1", resource_metadata="https:\/\/api\.example\.com\/'''X: 1", DPoP /,
      )
    })
  })

  it('is passed to the error handler of the framework with onRefusal: throw', async () => {
    const options = { onRefusal: 'throw' } as const
    const koa = new Koa()
    koa.use(async (ctx, next) => {
      await next().catch((error: byKoa.RefusedRequest) => {
        ctx.status = error.status
        ctx.body = { mine: error.code }
      })
    })
    koa.use(byKoa.requireToken(verifier, {}, options))
    const app = express()
    app.use(byExpress.requireToken(verifier, {}, options))
    app.use(
      ((error, _req, res, _next) =>
        void res.status(error.status).json({ mine: error.code })) as express.ErrorRequestHandler,
    )
    const fast = fastify()
    fast.setErrorHandler((error: byFastify.RefusedRequest, _, reply) =>
      reply.code(error.statusCode).send({ mine: error.code }),
    )
    fast.get('/', { preHandler: byFastify.requireToken(verifier, {}, options) }, async () => ({}))
    await fast.ready()
    for (const running of [
      await listening('koa', koa.callback()),
      await listening('express', app),
      await listening('fastify', (req, res) => fast.routing(req, res)),
    ]) {
      const { status, body } = await ask(running.url)
      await running.close()
      expect([status, body], running.name).to.deep.equal([401, { mine: 'not_authenticated' }])
    }
  })

  it('keeps 401 and WWW-Authenticate in Express without an error handler (onRefusal: throw)', async () => {
    const app = express()
    app.set('env', 'test')
    app.use(byExpress.requireToken(verifier, {}, { onRefusal: 'throw' }))
    const running = await listening('express', app)
    const { status, headers } = await ask(running.url)
    await running.close()
    expect([status, headers.get('www-authenticate')?.startsWith('Bearer ')]).to.deep.equal([401, true])
  })
})

describe('protected resource metadata (RFC 9728)', () => {
  const wellKnown = '/.well-known/oauth-protected-resource'
  const rules = {
    open: ['GET /open'],
    routes: { 'GET /orders': { scope: 'orders:read' }, 'POST /orders': { scope: ['orders:read', 'orders:write'] } },
  }
  const routes = { 'GET /me': null, 'GET /orders': null }
  const resourceMetadata = { name: 'Orders', documentation: 'https://api.example.com/docs' }

  it('is served at the well-known path of the resource, without a token, with CORS headers', async () => {
    await onEach({ rules, routes, options: { resourceMetadata } }, async (url, name) => {
      const { status, headers, body } = await ask(`${url}${wellKnown}/v1/?x=1`, { Authorization: 'Bearer expired' })
      expect([status, headers.get('content-type')?.split(';')[0]], name).to.deep.equal([200, 'application/json'])
      expect(headers.get('access-control-allow-origin')).to.equal('*')
      expect(body).to.deep.equal({
        resource: 'https://api.example.com/v1/',
        authorization_servers: ['https://id.example.com'],
        scopes_supported: ['orders:read', 'orders:write'],
        bearer_methods_supported: ['header'],
        dpop_signing_alg_values_supported: ['ES256', 'RS256', 'PS256', 'EdDSA'],
        resource_name: 'Orders',
        resource_documentation: 'https://api.example.com/docs',
      })
      const head = await ask(`${url}${wellKnown}/v1/`, {}, 'HEAD')
      expect([head.status, head.body.text], name).to.deep.equal([200, ''])
      const asked = { Origin: 'https://page.example', 'Access-Control-Request-Method': 'GET' }
      const preflight = await ask(`${url}${wellKnown}/v1/`, asked, 'OPTIONS')
      expect([preflight.status, preflight.headers.get('access-control-allow-headers')], name).to.deep.equal([204, '*'])
    })
  })

  it('answers 401 at other paths, for other methods, and without the option resourceMetadata', async () => {
    await onEach({ rules, routes, options: { resourceMetadata } }, async (url, name) => {
      for (const path of ['', '/', '/v1', '/V1/', '/v1//', '/%761/', '/v1/x', '/v1/..'])
        expect((await ask(`${url}${wellKnown}${path}`)).status, `${name} ${path}`).to.equal(401)
      for (const method of ['POST', 'PUT', 'DELETE'])
        expect((await ask(`${url}${wellKnown}/v1/`, {}, method)).status, `${name} ${method}`).to.equal(401)
    })
    await onEach({ rules, routes }, async (url, name) => {
      expect((await ask(`${url}${wellKnown}/v1/`)).status, `${name}, of whom nothing is told`).to.equal(401)
    })
  })

  it('is named in WWW-Authenticate of 401 and insufficient_scope refusals, with the needed scope', async () => {
    const address = 'https://api.example.com/.well-known/oauth-protected-resource/v1/'
    const known = aVerifier({ amy: { sub: 'amy' }, expired: refuse('token_expired') })
    await onEach({ verifier: known, rules, routes, options: { resourceMetadata } }, async (url, name) => {
      const told = async (path: string, headers = {}) => {
        const { status, headers: answered } = await ask(url + path, headers)
        return [status, answered.get('www-authenticate')] as [number, string | null]
      }
      const named = `resource_metadata="${address}"`
      const [nobody, challenge] = await told('/orders')
      expect([nobody, challenge?.startsWith('Bearer '), challenge?.split(named).length], name).to.deep.equal([
        401,
        true,
        3,
      ])
      expect(challenge).to.include('scope="orders:read"')
      expect((await told('/me', { Authorization: 'Bearer expired' }))[1], name).to.include(named)
      const [status, lacking] = await told('/orders', amy)
      expect(
        [status, lacking?.includes('error="insufficient_scope"'), lacking?.includes('scope="orders:read"')],
        name,
      ).to.deep.equal([403, true, true])
      expect(lacking).to.include(named)
    })
  })

  it('shows the option dpop, and the resource and scopes of the option resourceMetadata', async () => {
    const own = { resource: 'http://localhost:8000', scopes: ['tools'] }
    await onEach({ options: { resourceMetadata: own, dpop: 'required' } }, async (url, name) => {
      const { body } = await ask(url + wellKnown)
      expect(body, name).to.include({ resource: 'http://localhost:8000', dpop_bound_access_tokens_required: true })
      expect(body.scopes_supported, name).to.deep.equal(['tools'])
      expect((await ask(`${url}/me`)).headers.get('www-authenticate')).to.include(
        'resource_metadata="http://localhost:8000/.well-known/oauth-protected-resource"',
      )
    })
    await onEach({ options: { resourceMetadata: own, dpop: 'refused' } }, async (url, name) => {
      expect((await ask(url + wellKnown)).body, name).not.to.have.any.keys(
        'dpop_signing_alg_values_supported',
        'dpop_bound_access_tokens_required',
      )
    })
  })

  it('is served by requireToken too, with the scope of that route', async () => {
    const app = new Koa().use(byKoa.requireToken(verifier, { scope: 'tools' }, { resourceMetadata: {} }))
    const running = await listening('koa', app.callback())
    const { status, body } = await ask(`${running.url}${wellKnown}/v1/`)
    await running.close()
    expect([status, body.scopes_supported]).to.deep.equal([200, ['tools']])
  })

  it('throws a TypeError at startup for an invalid resource identifier or a missing issuer', () => {
    const wrong: [object, object?][] = [
      [{ resource: 'orders' }],
      [{ resource: 'urn:orders' }],
      [{ resource: 'http://api.example.com' }],
      [{ resource: 'https://api.example.com/#x' }],
      [{ resource: 'https://api.example.com/?x' }],
      [{ scope: ['tools'] }],
      [{}, { audience: 'orders' }],
      [{}, { audience: undefined }],
      [{}, { issuer: undefined }],
    ]
    for (const [given, changed] of wrong)
      expect(
        () => byKoa.protect({ ...verifier, ...changed }, { resourceMetadata: given }),
        JSON.stringify([given, changed]),
      ).to.throw(TypeError, 'resourceMetadata')
  })
})

describe('CORS preflight requests', () => {
  const preflight = { Origin: 'https://shop.example.com', 'Access-Control-Request-Method': 'POST' }

  it('get 401 by default and pass with preflights: true; any other OPTIONS request gets 401', async () => {
    await onEach({}, async url => {
      expect((await ask(`${url}/me`, preflight, 'OPTIONS')).status).to.equal(401)
    })
    await onEach({ rules: { preflights: true } }, async (url, name) => {
      expect((await ask(`${url}/me`, preflight, 'OPTIONS')).status, name).to.be.oneOf([200, 404, 405])
      expect((await ask(`${url}/me`, {}, 'OPTIONS')).status, name).to.equal(401)
      expect((await ask(`${url}/me`, preflight)).status, name).to.equal(401)
    })
  })
})

describe('DPoP-bound tokens (RFC 9449)', () => {
  it('need a proof for the address in the option baseUrl, as clients see it behind a proxy', async () => {
    const options = { baseUrl: 'https://api.example.com/v1/' }
    await onEach({ options }, async url => {
      const shown = (htu: string) => ({ Authorization: 'DPoP bound', DPoP: holder.proof('GET', htu, 'bound') })
      expect((await ask(`${url}/me`, shown('https://api.example.com/v1/me'))).status).to.equal(200)
      expect((await ask(`${url}/me`, shown(`${url}/me`))).status).to.equal(401)
    })
  })

  it('need a proof for baseUrl, not for the host of an absolute request target', async () => {
    await onEach({ options: { baseUrl: 'https://api.example.com' } }, async (url, name) => {
      const shown = (target: string, htu: string) =>
        new Promise<number>((resolve, reject) => {
          const headers = { Authorization: 'DPoP bound', DPoP: holder.proof('GET', htu, 'bound') }
          const { hostname, port } = new URL(url)
          request({ hostname, port, path: target, headers }, answer => resolve(answer.resume().statusCode!))
            .on('error', reject)
            .end()
        })
      // A proof made for another host, replayed here.
      expect(await shown('https://other.example/me', 'https://other.example/me'), name).to.equal(401)
      expect(await shown('/me', 'https://api.example.com/me'), name).to.equal(200)
    })
  })

  it('are the only accepted tokens with dpop: required, and not accepted with dpop: refused', async () => {
    await onEach({ options: { dpop: 'required' } }, async url => {
      const { status, headers } = await ask(`${url}/me`, amy)
      expect([status, headers.get('www-authenticate')?.startsWith('DPoP ')]).to.deep.equal([401, true])
      const shown = { Authorization: 'DPoP amy', DPoP: holder.proof('GET', `${url}/me`, 'amy') }
      expect((await ask(`${url}/me`, shown)).body.reason).to.equal('token_unbound')
    })
    await onEach({ options: { dpop: 'refused' } }, async url => {
      const { status, headers } = await ask(`${url}/me`, { Authorization: 'DPoP bound', DPoP: 'a.b.c' })
      expect([status, headers.get('www-authenticate')]).to.deep.equal([401, 'Bearer realm="api"'])
    })
  })

  it('are judged by the real verifier with the published keys (JWKS); a proof is accepted once', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const issuer = 'https://id.example.com'
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      aud: 'https://api.example.com',
      sub: '7',
      sid: 's',
      jti: 'j',
      client_id: 'shop',
      rev: 0,
    }
    const times = { iat: now, exp: now + 300, token_type: 'access', roles: [], cnf: { jkt: holder.jkt } }
    const input = [
      { alg: 'ES256', typ: 'at+jwt', kid: 'k' },
      { ...claims, ...times },
    ]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const token = `${input}.${signInput('ES256', privateKey, input).toString('base64url')}`
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }
    // It follows no revocation log here, and introspects each token.
    const answers: Record<string, object> = {
      '/.well-known/jwks.json': { keys: [jwk] },
      '/oauth/introspect': { active: true, jti: 'j', iss: issuer, aud: claims.aud },
    }
    const kit = createVerifier({
      issuer,
      audience: claims.aud,
      clientId: 'api',
      clientSecret: 'secret',
      fetch: async input => {
        const { pathname } = new URL(String(input))
        return answers[pathname] ? Response.json(answers[pathname]) : new Response('', { status: 503 })
      },
    })
    const app = new Koa()
    app.use(byKoa.protect(kit))
    app.use(async ctx => {
      ctx.body = { sub: byKoa.tokenOf(ctx).sub }
    })
    const running = await listening('koa', app.callback())
    const url = `${running.url}/me`
    try {
      const dpop = holder.proof('GET', url, token)
      const reasonOf = async (headers: Record<string, string>) => (await ask(url, headers)).body.reason
      expect(await reasonOf({ Authorization: `Bearer ${token}` })).to.equal('token_bound')
      expect(await reasonOf({ Authorization: `DPoP ${token}`, DPoP: aHolder().proof('GET', url, token) })).to.equal(
        'token_bound',
      )
      expect((await ask(url, { Authorization: `DPoP ${token}`, DPoP: dpop })).body).to.deep.equal({ sub: '7' })
      expect(await reasonOf({ Authorization: `DPoP ${token}`, DPoP: dpop })).to.equal('invalid_dpop_proof')
      const { headers } = await ask(url, { Authorization: 'Bearer nonsense' })
      expect(headers.get('www-authenticate')).to.include(`error_uri="${issuer}/errors/token_malformed"`)
    } finally {
      await running.close()
      await kit.close()
    }
  })
})

describe('resource server middleware of each framework', () => {
  it('Express: route rules match the whole path, also where protect is mounted below a prefix', async () => {
    const app = express()
    app.use(
      '/api',
      byExpress.protect(verifier, {
        open: ['GET /api/open', 'GET /api'],
        routes: { 'GET /api/orders': { role: 'x' } },
      }),
    )
    app.get(['/api', '/api/open', '/api/orders', '/open'], (_, res) => void res.json({}))
    const running = await listening('express', app)
    const status = async (path: string, headers = {}) => (await ask(running.url + path, headers)).status
    try {
      expect(await status('/api/orders', amy)).to.equal(403)
      expect(await status('/API/orders', amy)).to.equal(403)
      expect(await status('/API/open')).to.equal(401)
      expect(await status('/api/me')).to.equal(401)
      expect(await status('/api/open')).to.equal(200)
      expect(await status('/api')).to.equal(200)
      expect(await status('/open')).to.equal(200)
    } finally {
      await running.close()
    }
  })

  it('Express: an open route does not apply to a URL rewritten before protect', async () => {
    const app = express()
    app.use((req, _, next) => {
      req.url = '/secret'
      next()
    })
    app.use(byExpress.protect(verifier, { open: ['GET /open'] }))
    app.get('/secret', (_, res) => void res.json({}))
    const running = await listening('express', app)
    const { status } = await ask(`${running.url}/open`)
    await running.close()
    expect(status).to.equal(401)
  })

  it('Fastify: startup fails when protect is registered after other plugins', async () => {
    const late = fastify()
    late.register((app, _, done) => {
      app.get('/early', async () => ({}))
      done()
    })
    late.register(byFastify.protect(verifier))
    expect(await late.ready().then(() => null, String)).to.include('protect must be registered before')
  })

  it('Fastify: all routes of the instance need a token, also those added before protect', async () => {
    const app = fastify()
    app.get('/before', async () => ({}))
    app.register(byFastify.protect(verifier))
    app.get('/after', async request => ({ sub: byFastify.tokenOf(request).sub }))
    const status = async (url: string, headers = {}) => (await app.inject({ url, headers })).statusCode
    expect([await status('/before'), await status('/after'), await status('/nowhere')]).to.deep.equal([401, 401, 401])
    expect((await app.inject({ url: '/after', headers: { authorization: 'Bearer amy' } })).json()).to.deep.equal({
      sub: 'amy',
    })
    await app.close()
  })

  it('Express: decorators of a controller guard its handlers', async () => {
    const guarded = byExpress.guard(controllers.orders(), needs => byExpress.requireToken(verifier, needs))
    const app = express()
    // A handler of these controllers returns its answer.
    const answers = (handler: () => unknown) => (_: express.Request, res: express.Response) =>
      void res.json({ said: handler() })
    const [middleware, create] = guarded.create
    app.get('/create', middleware as byExpress.ExpressHandler, answers(create as () => unknown))
    app.get('/prices', answers(guarded.prices[0] as () => unknown))
    const running = await listening('express', app)
    const told = async (path: string) => ask(running.url + path, amy)
    const [create_, prices] = [await told('/create'), await told('/prices')]
    await running.close()
    expect([create_.body.reason, prices.body]).to.deep.equal(['insufficient_scope', { said: 'hello' }])
  })

  it('node:http: an error of the verifier is answered with 500 and passed to onFault', async () => {
    const faults: unknown[] = []
    const broken = aVerifier({ amy: new Error('a fault') })
    const judge = byNode.requireToken(broken, {}, { onFault: error => faults.push(error) })
    const running = await listening('node', async (req, res) => {
      if (await judge(req, res)) res.end('passed')
    })
    const { status, body } = await ask(running.url, amy)
    await running.close()
    expect([status, body.reason, String(faults[0])]).to.deep.equal([500, 'server_error', 'Error: a fault'])
  })

  it('node:http: without onFault an error of the verifier is emitted as a process warning', async () => {
    const judge = byNode.requireToken(aVerifier({ amy: new Error('another fault') }))
    const running = await listening('node', async (req, res) => void (await judge(req, res)))
    const warned = once(process, 'warning')
    await ask(running.url, amy)
    await running.close()
    expect(String((await warned)[0])).to.include('another fault')
  })
})

describe('invalid route rules and options throw a TypeError when the application starts', () => {
  const cases: [sentence: string, rules: Parameters<typeof createProtectedRoutes>[0]][] = [
    ['a path without a method', { open: ['/healthz'] }],
    ['a method in small letters', { open: ['get /healthz'] }],
    ['a path without a slash', { open: ['GET healthz'] }],
    ['a star within a path', { open: ['GET /public/*/x'] }],
    ['a star within a word', { open: ['GET /public*'] }],
    ['a name within a word', { open: ['GET /a:id'] }],
    ['a query', { open: ['GET /a?b'] }],
    ['a dot segment', { open: ['GET /a/../b'] }],
    ['a double slash', { open: ['GET //a'] }],
    ['the same route twice', { open: ['GET /a/:id'], routes: { 'GET /a/:name': {} } }],
    ['the same route in capitals', { routes: { 'GET /a': {}, 'GET /A/': {} } }],
  ]
  for (const [sentence, rules] of cases)
    it(sentence, () => {
      expect(() => createProtectedRoutes(rules)).to.throw(TypeError)
    })

  it('a baseUrl that is no URL', () => {
    expect(() => createTokenGate(verifier, { baseUrl: 'api.example.com' })).to.throw(TypeError)
  })

  it('an unknown or malformed requirement or option, which would guard nothing', async () => {
    const constants = {} as Record<string, string>
    const wrong: object[] = [
      { permissions: ['orders:write'] },
      { permission: constants.writeOrders },
      { permission: [] },
      { scope: 'orders:read orders:write' },
      { role: [''] },
      { maxAge: '300' },
    ]
    for (const needs of wrong) {
      const make = [
        () => byKoa.requireToken(verifier, needs),
        () => byExpress.requireToken(verifier, needs),
        () => byFastify.requireToken(verifier, needs),
        () => byNode.requireToken(verifier, needs),
        () => byNode.RequireToken(needs),
        () => createProtectedRoutes({ routes: { 'POST /orders': needs } }),
        () => createProtectedRoutes({ needs }),
      ]
      for (const one of make) expect(one, `${JSON.stringify(needs)} ${one}`).to.throw(TypeError)
    }
    expect(() => byKoa.requireToken(verifier, wrong[0])).to.throw(/did you mean permission\?/)
    for (const options of [{ dpop: 'require' }, { needed: { scope: 'orders' } }, { bearer: false }])
      expect(() => byExpress.protect(verifier, options as object), JSON.stringify(options)).to.throw(TypeError)
    const told = await verifier.verify('amy', wrong[0]).catch((error: unknown) => error)
    expect(told, 'asked of a token itself').to.be.instanceOf(TypeError)
  })
})
