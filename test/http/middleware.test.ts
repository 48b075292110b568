// The middleware of resource servers: one table of requests, sent to one application on each framework.
import { expect } from 'chai'
import { refuse } from '../../server/protocol/errors.js'
import { aHolder } from '../support/dpop.js'
import { aVerifier, type FrameworkName, frameworks, type Known, type Running } from '../support/frameworks.js'
import { sendRaw } from '../support/raw.js'

const key = `dvz_key_${'k'.repeat(43)}`
const holder = aHolder()
const other = aHolder()

const known: Known = {
  amy: { sub: 'amy', scopes: ['orders'], permissions: ['orders:read', 'orders:write'], roles: ['clerk'], auth_time: 1 },
  bob: { sub: 'bob', permissions: ['orders:read'] },
  expired: refuse('token_expired'),
  ended: refuse('session_ended'),
  unknown: refuse('database_unavailable', { retryAfter: 3 }),
  fault: new Error('a fault of the verifier'),
  bound: { sub: 'cat', cnf: { jkt: holder.jkt }, permissions: ['orders:write'] },
  [key]: { sub: 'dan', permissions: ['orders:read'] },
  [`${key}x`]: refuse('api_key_unknown'),
}

const rules = {
  open: ['GET /healthz', 'GET /public/*', 'GET /items/:id'],
  routes: {
    'POST /orders': { permission: 'orders:write' },
    'GET /orders': { scope: ['orders', 'more'] },
    'GET /items/secret': { role: 'admin' },
    '* /admin/*': { role: ['admin', 'boss'] },
    'GET /recent': { maxAge: 300 },
    'GET /greeting': { optional: true },
    'GET /report': { allowReadsUntilExpiry: true },
    'POST /report': { allowReadsUntilExpiry: true },
  },
}

const routes = {
  'GET /healthz': null,
  'POST /healthz': null,
  'GET /public/a': null,
  'GET /items/secret': null,
  'GET /items/1': null,
  'POST /orders': null,
  'GET /orders': null,
  'GET /admin/users': null,
  'GET /admin': null,
  'GET /recent': null,
  'GET /greeting': null,
  'GET /report': null,
  'POST /report': null,
  'GET /me': null,
  'POST /own': { permission: 'orders:write' },
}

type Sent = {
  /** The request line, `GET /me` by default. */
  line?: string
  authorization?: string | string[]
  dpop?: string | string[] | ((url: string) => string)
  headers?: string[]
}

type Case = [
  sentence: string,
  sent: Sent,
  status: number,
  told?: Record<string, unknown> & { challenge?: RegExp | null },
]

const bearer = (token: string) => `Bearer ${token}`
const noError = /^(?!.*error)/

const refusals: Case[] = [
  [
    'who shows nothing, and is told no error (RFC 6750 §3.1)',
    {},
    401,
    {
      reason: 'not_authenticated',
      detail: 'Authentication credentials were not provided.',
      challenge: /^Bearer realm="api", DPoP realm="api", algs="ES256 RS256 PS256 EdDSA"$/,
    },
  ],
  ['another scheme', { authorization: 'Basic YTpi' }, 401, { reason: 'not_authenticated', challenge: noError }],
  ['a token in the address', { line: 'GET /me?access_token=amy' }, 401, { reason: 'not_authenticated' }],
  ['a token in a cookie', { headers: ['Cookie: access_token=amy; token=amy'] }, 401, { reason: 'not_authenticated' }],
  [
    'a scheme without a token',
    { authorization: 'Bearer' },
    401,
    { code: 'bad_authorization_header', challenge: noError },
  ],
  ['two tokens in one header', { authorization: 'Bearer amy bob' }, 401, { code: 'bad_authorization_header' }],
  [
    'two headers, the first of which is good',
    { authorization: ['Bearer amy', 'Bearer bob'] },
    400,
    { reason: 'invalid_request', challenge: /^Bearer realm="api", error="invalid_request"/ },
  ],
  ['two headers of two schemes', { authorization: ['Bearer amy', 'Basic YTpi'] }, 400, { reason: 'invalid_request' }],
  [
    'an expired token',
    { authorization: bearer('expired') },
    401,
    {
      detail: 'Given token not valid for any token type',
      code: 'token_not_valid',
      reason: 'token_expired',
      challenge:
        /^Bearer realm="api", error="invalid_token", error_description="The token has expired\.", error_uri="https:\/\/id\.example\.com\/errors\/token_expired", error_code="token_expired"$/,
    },
  ],
  ['a token of an ended session', { authorization: bearer('ended') }, 401, { reason: 'session_ended' }],
  ['what is no token', { authorization: bearer('nonsense') }, 401, { reason: 'token_malformed' }],
  [
    'a lack of a permission, which no other token of theirs would have',
    { line: 'POST /orders', authorization: bearer('bob') },
    403,
    { detail: 'The token lacks the permission orders:write.', reason: 'permission_denied', challenge: null },
  ],
  [
    'a lack of a scope, which is named',
    { line: 'GET /orders', authorization: bearer('amy') },
    403,
    {
      reason: 'insufficient_scope',
      challenge:
        /^Bearer realm="api", error="insufficient_scope", error_description="The token lacks the scope that this needs\.", scope="orders more"/,
    },
  ],
  [
    'a lack of each of the roles',
    { line: 'GET /admin/users', authorization: bearer('amy') },
    403,
    { reason: 'permission_denied' },
  ],
  [
    'a sign-in of long ago (RFC 9470)',
    { line: 'GET /recent', authorization: bearer('amy') },
    401,
    {
      reason: 'insufficient_user_authentication',
      challenge:
        /error="insufficient_user_authentication", error_description="This needs a sign-in within the last 300 seconds\.", max_age="300"/,
    },
  ],
  [
    'what the route itself asks',
    { line: 'POST /own', authorization: bearer('bob') },
    403,
    { reason: 'permission_denied' },
  ],
  [
    'an unknown API key, in the words of Django REST framework',
    { authorization: `Token ${key}x` },
    401,
    {
      detail: 'Invalid token.',
      reason: 'api_key_unknown',
      challenge: /^Token realm="api", error_description="There is no such API key\."/,
    },
  ],
  [
    'an API key without the permission',
    { line: 'POST /orders', authorization: `Token ${key}` },
    403,
    { reason: 'permission_denied' },
  ],
  ['an API key as a bearer token', { authorization: 'Bearer dvz_key_x' }, 401, { reason: 'token_malformed' }],
  [
    'a broken header of an API key',
    { authorization: `Token ${key} x` },
    401,
    { detail: 'Invalid token header. Token string should not contain spaces.' },
  ],
  [
    'a bound token as Bearer (RFC 9449 §7.2)',
    { authorization: bearer('bound') },
    401,
    { reason: 'token_bound', challenge: /^DPoP realm="api", error="invalid_token",.*algs="ES256/ },
  ],
  [
    'a free token under the scheme DPoP',
    { authorization: 'DPoP amy', dpop: url => holder.proof('GET', `${url}/me`, 'amy') },
    401,
    { reason: 'token_unbound', challenge: /^Bearer realm="api", error="invalid_token"/ },
  ],
  [
    'a bound token without a proof',
    { authorization: 'DPoP bound' },
    401,
    { reason: 'invalid_dpop_proof', challenge: /^DPoP realm="api", error="invalid_dpop_proof"/ },
  ],
  ['two proofs', { authorization: 'DPoP bound', dpop: ['a.b.c', 'a.b.c'] }, 401, { reason: 'invalid_dpop_proof' }],
  [
    'a proof of another key',
    { authorization: 'DPoP bound', dpop: url => other.proof('GET', `${url}/me`, 'bound') },
    401,
    { reason: 'token_bound' },
  ],
  [
    'a proof for another path',
    { authorization: 'DPoP bound', dpop: url => holder.proof('GET', `${url}/you`, 'bound') },
    401,
    { reason: 'invalid_dpop_proof' },
  ],
  [
    'a proof for another host',
    { authorization: 'DPoP bound', dpop: () => holder.proof('GET', 'https://api.example.com/me', 'bound') },
    401,
    { reason: 'invalid_dpop_proof' },
  ],
  [
    'what may pass, as 503 and never 401',
    { authorization: bearer('unknown') },
    503,
    { reason: 'database_unavailable', retryAfter: '3', challenge: null },
  ],
  ['whatever the verifier fails with, as a fault', { authorization: bearer('fault') }, 500],
  [
    'a bad token where none is needed',
    { line: 'GET /greeting', authorization: bearer('expired') },
    401,
    { reason: 'token_expired' },
  ],
  ['a path that is not there, before it says so', { line: 'GET /nowhere' }, 401],
]

/** Without a token only the exact path of an open route passes. */
const spellings: [line: string, status: number][] = [
  ['POST /healthz', 401],
  ['GET /healthz/', 401],
  ['GET /HEALTHZ', 401],
  ['GET //healthz', 401],
  ['GET /%68ealthz', 401],
  ['GET /healthz;x=1', 401],
  ['GET /healthz%00', 401],
  ['GET /public', 401],
  ['GET /public/', 401],
  ['GET /public//a', 401],
  ['GET /public/../me', 401],
  ['GET /public/%2e%2e/me', 401],
  ['GET /public/%2E%2E%2fme', 401],
  ['GET /public/..%5cme', 401],
  ['GET /public/%252e%252e/me', 401],
  ['GET /public/..;/me', 401],
  ['GET /public\\..\\me', 400],
  ['GET /public/a#/../me', 400],
  ['GET http://127.0.0.1/public/a', 401],
  ['GET /items/secret', 401],
  ['GET /items/SECRET', 401],
  ['GET /items/secret/', 401],
  ['GET /items/%73ecret', 400],
  ['GET /items/1/2', 401],
  ['GET /items/', 401],
  ['GET /public/%zz', 400],
  ['HEAD /me', 401],
  ['HEAD /items/secret', 401],
  ['OPTIONS /me', 401],
  ['OPTIONS /healthz', 401],
]

/** Route rules match every spelling of their path. Sent with bob's token: valid, but it lacks what they require. */
const loose: [line: string, status: number][] = [
  ['POST /orders/', 403],
  ['POST /ORDERS', 403],
  ['POST //orders', 403],
  ['POST /%6frders', 400],
  ['POST /x/../orders', 400],
  ['POST /orders;x', 400],
  ['POST /orders?x=1', 403],
  ['HEAD /orders', 403],
  ['GET /admin', 403],
  ['GET /Admin/users', 403],
  ['DELETE /admin/users', 403],
  ['GET /admin%2fusers', 400],
  ['GET http://127.0.0.1/admin/users', 403],
]

const passes: Case[] = [
  ['an open route, without a token', { line: 'GET /healthz' }, 200, { sub: null }],
  ['an open route with a query', { line: 'GET /healthz?verbose=1' }, 200, { sub: null }],
  [
    'an open route, whatever token comes: it is not looked at',
    { line: 'GET /healthz', authorization: bearer('expired') },
    200,
    { sub: null },
  ],
  ['HEAD where GET is open', { line: 'HEAD /healthz' }, 200],
  ['what lies below an open path', { line: 'GET /public/a' }, 200],
  ['a good token', { authorization: bearer('amy') }, 200, { sub: 'amy' }],
  ['the scheme in any case, with spaces (RFC 9110 §11.1)', { authorization: 'bEARER   amy ' }, 200, { sub: 'amy' }],
  ['the permission', { line: 'POST /orders', authorization: bearer('amy') }, 200, { sub: 'amy' }],
  [
    'the permission that the route itself asks',
    { line: 'POST /own', authorization: bearer('amy') },
    200,
    { sub: 'amy' },
  ],
  ['an API key, as Django REST framework calls it', { authorization: `Token ${key}` }, 200, { sub: 'dan' }],
  [
    'a bound token with its proof',
    { authorization: 'DPoP bound', dpop: url => holder.proof('GET', `${url}/me`, 'bound') },
    200,
    { sub: 'cat' },
  ],
  [
    'a bound token that two places of the application judge',
    { line: 'POST /own?x=1', authorization: 'dpop bound', dpop: url => holder.proof('POST', `${url}/own`, 'bound') },
    200,
    { sub: 'cat' },
  ],
  ['nobody, where a token is not needed', { line: 'GET /greeting' }, 200, { sub: null }],
  [
    'somebody, where a token is not needed',
    { line: 'GET /greeting', authorization: bearer('amy') },
    200,
    { sub: 'amy' },
  ],
]

const linesOf = (name: string, values: string | string[] | undefined) =>
  [values ?? []].flat().map(value => `${name}: ${value}`)

for (const name of Object.keys(frameworks) as FrameworkName[])
  describe(`the middleware for ${name}`, () => {
    const verifier = aVerifier(known)
    let running: Running
    before(async () => {
      running = await frameworks[name]({ verifier, rules, routes })
    })
    after(() => running.close())

    async function send({ line = 'GET /me', authorization, dpop, headers = [] }: Sent) {
      const shown = typeof dpop === 'function' ? dpop(running.url) : dpop
      const host = new URL(running.url).host
      const sent = [
        `${line} HTTP/1.1`,
        `Host: ${host}`,
        ...linesOf('Authorization', authorization),
        ...linesOf('DPoP', shown),
      ]
      return sendRaw(running, [...sent, ...headers, 'Content-Length: 0'])
    }

    async function expectAnswer([sentence, sent, status, { challenge, retryAfter, ...told } = {}]: Case) {
      const answer = await send(sent)
      expect(answer.status, `${sentence}: ${answer.text}`).to.equal(status)
      const challenged = answer.headers['www-authenticate']
      if (challenge === null) expect(challenged).to.equal(undefined)
      else if (challenge) expect(challenged).to.match(challenge)
      if (retryAfter !== undefined) expect(answer.headers['retry-after']).to.equal(retryAfter)
      if (Object.keys(told).length > 0) expect(JSON.parse(answer.text)).to.include(told)
      if (status === 401 || status === 403) expect(answer.headers['cache-control']).to.equal('no-store')
    }

    for (const one of refusals) it(`refuses ${one[0]}`, () => expectAnswer(one))

    it('lets only the exact path of an open route pass without a token, in no other spelling', async () => {
      for (const [line, status] of spellings) expect((await send({ line })).status, line).to.equal(status)
    })

    it('applies the requirement of a route rule to every spelling of its path', async () => {
      for (const [line, status] of loose) {
        const { status: got, text } = await send({ line, authorization: bearer('bob') })
        expect(got, `${line}: ${text}`).to.equal(status)
      }
    })

    it('accepts a DPoP proof once (RFC 9449 §11.1)', async () => {
      const dpop = holder.proof('GET', `${running.url}/me`, 'bound')
      const all = await Promise.all(Array.from({ length: 5 }, () => send({ authorization: 'DPoP bound', dpop })))
      expect(all.map(one => one.status).sort()).to.deep.equal([200, 401, 401, 401, 401])
    })

    it('asks the verifier with allowReadsUntilExpiry for GET, never for POST', async () => {
      const askedFor = async (line: string) => {
        await send({ line, authorization: bearer('amy') })
        return verifier.asked.at(-1)!.needs.allowReadsUntilExpiry
      }
      expect(await askedFor('GET /report')).to.equal(true)
      expect(await askedFor('POST /report')).to.equal(false)
    })

    for (const one of passes) it(`lets pass ${one[0]}`, () => expectAnswer(one))
  })
