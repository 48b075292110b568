// Fast path: usual requests to frequent routes are answered without Koa. Every request here is sent by the fast path
// and through Koa to one server, and both answers must be the same byte by byte, refusals too.
import { request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect } from 'chai'
import Koa from 'koa'
import { createHttpServer } from '../../server/http/http-server.js'
import { routes } from '../../server/http/routes.js'
import { aConfidentialApplication, aSessionOf, basic } from '../support/applications.js'
import { aClient } from '../support/client.js'
import { aHolder } from '../support/dpop.js'
import { aServer, issuer, settle, type TestServer } from '../support/server.js'

const json = { 'Content-Type': 'application/json' }
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

type Asked = { method?: string; path: string; headers?: Record<string, string>; body?: string }
type Raw = { status: string; headers: string[]; body: string }

/** @returns the raw answer; values that differ each time are replaced by their length */
function send(url: string, { method = 'POST', path, headers = {}, body }: Asked): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const sent = request(url + path, { method, headers: { ...length, ...headers }, agent: false }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', piece => {
        text += piece
      })
      answer.on('end', () =>
        resolve({
          status: `${answer.httpVersion} ${answer.statusCode} ${answer.statusMessage}`,
          headers: answer.rawHeaders.map((value, at) =>
            /^(X-Request-Id|Date|DPoP-Nonce)$/.test(answer.rawHeaders[at - 1] ?? '')
              ? `${value.length} letters`
              : value,
          ),
          body: text.replace(/eyJ[\w.-]+/g, token => `a token of ${token.length}`),
        }),
      )
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

const fastRows = Object.values(routes).filter(row => 'fast' in row)

describe('fast path', () => {
  let server: TestServer
  let long: Server
  /** How many requests went through Koa. */
  let byKoa = 0
  beforeEach(async () => {
    server = await aServer()
    const { app } = server.composed
    const { createContext } = app
    app.createContext = ((...given: Parameters<typeof createContext>) => {
      byKoa++
      return createContext.apply(app, given)
    }) as typeof createContext
    long = createHttpServer(Koa.prototype.callback.call(app), () => {}).server
    await new Promise<void>(resolve => long.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    long.closeAllConnections()
    return new Promise(resolve => long.close(resolve))
  })

  /** Sends a request to the server and to Koa alone, and expects equal answers. */
  async function expectAlike(asked: Asked): Promise<{ isFast: boolean; status: number }> {
    byKoa = 0
    const one = await send(server.url, asked)
    const isFast = byKoa === 0
    const other = await send(`http://127.0.0.1:${(long.address() as AddressInfo).port}`, asked)
    expect(one, JSON.stringify(asked).slice(0, 300)).to.deep.equal(other)
    return { isFast, status: Number(one.status.split(' ')[1]) }
  }

  /** @returns usual requests to each fast route, valid and invalid, with the statuses they may get */
  async function usual(): Promise<{ asked: Asked; statuses: number[] }[]> {
    const shop = await aConfidentialApplication(server, 'shop', {
      metadata: { scope: 'openid', grant_types: ['refresh_token', 'client_credentials'], first_party: true },
    })
    const watch = await aConfidentialApplication(server, 'watch', {
      kind: 'resource_server',
      metadata: { introspects: [issuer] },
    })
    await settle(server.composed)
    const amy = await server.aUser()
    const { access, refresh } = await aClient(server).signIn(amy)
    const ended = await aClient(server).signIn(amy)
    await aClient(server).post('/api/token/blacklist/', { refresh: ended.refresh })
    const { refresh: ofShop } = await aSessionOf(server, amy, 'shop', { scope: 'openid' })
    const tampered = `${access.slice(0, -4)}AAAA`
    const proof = aHolder(server.clock.now).proof('POST', `${issuer}/oauth/token`, undefined)

    const verified = [access, access, refresh, ended.access, ended.refresh, tampered, 'none', 'a.b.c', ''].map(
      token => ({
        path: '/api/token/verify/',
        headers: json,
        body: JSON.stringify({ token }),
      }),
    )
    const refreshed = [refresh, ended.refresh, access, 'none'].map(token => ({
      path: '/api/token/refresh/',
      headers: json,
      body: JSON.stringify({ refresh: token }),
    }))
    const bodies = [
      '{"token":1}',
      '{"token":null}',
      '{}',
      '[]',
      'null',
      '"a"',
      '{',
      '{"token":"a","token":"b"}',
      '\ud800',
    ]
    const ill = bodies.map(body => ({ path: '/api/token/verify', headers: json, body }))
    const inForm = { path: '/api/token/verify', headers: form, body: `token=${access}&other=%20` }
    const asShop = { ...form, ...basic('shop', shop) }
    const asWatch = { ...form, ...basic('watch', watch) }
    const grants = [
      ...['grant_type=client_credentials', `grant_type=refresh_token&refresh_token=${ofShop}`],
      ...[
        'grant_type=password',
        'grant_type=refresh_token&refresh_token=none',
        'scope=openid',
        'grant_type=a&grant_type=b',
      ],
      ...['grant_type=refresh_token', 'grant_type=client_credentials&scope=unknown', '%zz'],
    ].map(body => ({ path: '/oauth/token', headers: asShop, body }))
    const strangers = [form, { ...form, ...basic('shop', 'wrong') }, { ...form, Authorization: 'Bearer none' }].flatMap(
      headers => [
        { path: '/oauth/token', headers, body: 'grant_type=client_credentials' },
        { path: '/oauth/introspect', headers, body: `token=${access}` },
        { path: '/oauth/revoke', headers, body: `token=${access}` },
      ],
    )
    const introspected = [access, refresh, ended.access, tampered, 'none'].map(token => ({
      path: '/oauth/introspect',
      headers: asWatch,
      body: `token=${token}`,
    }))
    const revoked = ['none', access].map(token => ({ path: '/oauth/revoke/', headers: asShop, body: `token=${token}` }))
    const gets = fastRows.filter(row => row.method === 'GET').map(({ path }) => ({ method: 'GET', path }))
    return [
      { asked: [...gets, ...gets.map(one => ({ ...one, path: `${one.path}/` }))], statuses: [200] },
      { asked: [...verified, inForm], statuses: [200, 400, 401] },
      { asked: ill, statuses: [400, 401] },
      { asked: refreshed, statuses: [200, 401] },
      {
        asked: [...grants, { path: '/oauth/token', headers: { ...asShop, DPoP: proof }, body: 'grant_type=none' }],
        statuses: [200, 400],
      },
      {
        asked: [{ path: '/oauth/token', headers: { ...asShop, DPoP: 'none' }, body: 'grant_type=client_credentials' }],
        statuses: [400],
      },
      { asked: strangers, statuses: [401] },
      {
        asked: [...introspected, { path: '/oauth/introspect', headers: asWatch, body: 'token_type_hint=a' }],
        statuses: [200, 400],
      },
      { asked: revoked, statuses: [200, 400] },
    ].flatMap(({ asked, statuses }) => asked.map(one => ({ asked: one, statuses })))
  }

  it('answers and refuses usual requests to each fast route exactly as Koa does', async () => {
    const asked = await usual()
    const paths = new Set(asked.map(({ asked: { path } }) => path.replace(/\/$/, '')))
    expect([...paths].sort()).to.deep.equal(fastRows.map(row => row.path).sort())
    for (const { asked: one, statuses } of asked) {
      const { isFast, status } = await expectAlike(one)
      expect(isFast, JSON.stringify(one)).to.equal(one.body !== '')
      expect(status, JSON.stringify(one)).to.be.oneOf(statuses)
    }
  }).timeout(30_000)

  it('is used with any Origin, Accept, Authorization or Cookie header, and answers as Koa does', async () => {
    const ways: Record<string, string>[] = [
      { Origin: 'https://shop.example' },
      { Accept: 'text/html' },
      { Accept: 'text/html, application/json;q=0.1' },
      { 'X-Forwarded-For': '192.0.2.7' },
      { Authorization: 'Bearer none' },
      { Cookie: 'darvoza_session=none' },
      { Connection: 'close' },
      { Connection: 'keep-alive' },
    ]
    const asked = [
      { method: 'GET', path: '/healthz' },
      { method: 'GET', path: '/.well-known/jwks.json' },
      { path: '/api/token/verify/', headers: json, body: '{"token":"none"}' },
      { path: '/oauth/token', headers: form, body: 'grant_type=client_credentials' },
    ]
    for (const one of asked)
      for (const headers of ways) {
        const { isFast } = await expectAlike({ ...one, headers: { ...one.headers, ...headers } })
        expect(isFast).to.equal(true)
      }
  })

  it('leaves unusual requests to Koa: query strings, other methods, encodings or content types', async () => {
    const verify = { path: '/api/token/verify/', body: '{"token":"none"}' }
    const unusual: Asked[] = [
      { ...verify, path: '/api/token/verify/?a=b', headers: json },
      { ...verify, path: '/api/token//verify/', headers: json },
      { ...verify, path: '/api/token/%76erify/', headers: json },
      { ...verify, method: 'PUT', headers: json },
      { ...verify, method: 'OPTIONS', headers: json },
      { ...verify, headers: {} },
      { ...verify, headers: { 'Content-Type': 'application/json; charset=latin1' } },
      { ...verify, headers: { 'Content-Type': 'Application/JSON' } },
      { ...verify, headers: { 'Content-Type': 'text/plain' } },
      { ...verify, headers: { ...json, 'Content-Encoding': 'gzip' } },
      { ...verify, headers: { ...json, 'Content-Encoding': 'identity' } },
      { path: verify.path, headers: { ...json, 'Content-Length': '0' } },
      { path: verify.path, headers: json },
      { method: 'HEAD', path: '/healthz' },
      { method: 'GET', path: '/healthz?a' },
      { method: 'GET', path: '/healthz', body: 'a' },
      { method: 'GET', path: '/.well-known/jwks.json', headers: { 'If-None-Match': '*' } },
      { method: 'GET', path: '/.well-known/jwks.json', headers: { 'If-Modified-Since': 'none' } },
      { method: 'GET', path: '/api/me/' },
    ]
    for (const asked of unusual) expect((await expectAlike(asked)).isFast, JSON.stringify(asked)).to.equal(false)
    const large = { ...verify, headers: json, body: JSON.stringify({ token: 'a'.repeat(70_000) }) }
    expect(await expectAlike(large)).to.deep.equal({ isFast: false, status: 413 })
    const multipart = { 'Content-Type': 'multipart/form-data; boundary=a' }
    const parts = '--a\r\nContent-Disposition: form-data; name="token"\r\n\r\nnone\r\n--a--\r\n'
    expect(await expectAlike({ path: verify.path, headers: multipart, body: parts })).to.deep.equal({
      isFast: false,
      status: 401,
    })
  })

  it('survives clients that disconnect while it reads or answers', async () => {
    const { port } = new URL(server.url)
    const head =
      'POST /api/token/verify/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n'
    for (const text of [head, `${head}{"token`, `${head}{"token":"12345678"}`]) {
      const socket = connect(Number(port), '127.0.0.1')
      await new Promise<void>(resolve => socket.write(text, () => resolve()))
      socket.destroy()
    }
    expect((await send(server.url, { method: 'GET', path: '/healthz' })).status).to.equal('1.1 200 OK')
    expect(server.logged.filter(line => line.includes('a request failed'))).to.deep.equal([])
  })

  it('refuses a token that differs from a verified one only in signature, claims or suffix', async () => {
    const amy = await server.aUser()
    const { access } = await aClient(server).signIn(amy)
    const verify = async (token: string) =>
      (await aClient(server).send('POST', '/api/token/verify/', { json: { token } })).status
    expect(await verify(access)).to.equal(200)
    const [head, claims, signature] = access.split('.') as [string, string, string]
    const other = signature.startsWith('A') ? 'B' : 'A'
    const more = Buffer.from(claims, 'base64url').toString().replace('"access"', '"access" ')
    for (const token of [
      `${head}.${claims}.${other}${signature.slice(1)}`,
      `${head}.${Buffer.from(more).toString('base64url')}.${signature}`,
      `${access}=`,
      `${access} x`,
    ])
      expect(await verify(token), token).to.equal(401)
    expect(await verify(access)).to.equal(200)
    server.clock.advance('2h')
    expect(await verify(access)).to.equal(401)
  })
})
