// Malformed and forged paths and headers.
import { expect } from 'chai'
import { calmly } from '../support/calm.js'
import { aClient } from '../support/client.js'
import { aFolder } from '../support/engines.js'
import { type RawAnswer, sendRaw } from '../support/raw.js'
import { aServer, password, type TestServer, testSettings } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

/** Sends a request line as it is. */
function request(server: TestServer, method: string, target: string, ...headers: string[]): Promise<RawAnswer> {
  return sendRaw(server, [
    `${method} ${target} HTTP/1.1`,
    ...(headers.some(isHost) ? [] : ['Host: localhost']),
    ...headers,
  ])
}

const isHost = (header: string) => header.startsWith('Host:')

const climbs = [
  '/assets/../package.json',
  '/assets/%2e%2e/package.json',
  '/assets/..%2fpackage.json',
  '/assets/%2e%2e%2fpackage.json',
  '/assets/..%5cpackage.json',
  '/assets/%252e%252e%252fpackage.json',
  '/assets/....//package.json',
  '/assets//etc/passwd',
  '/assets/%2fetc%2fpasswd',
  '/assets/style.css%00.js',
  '/assets/__proto__',
  '/assets/constructor',
  '/errors/__proto__',
  '/errors/constructor',
  '/errors/toString',
  '/errors/..%2f..%2fpackage',
  '/errors/<script>alert(1)</script>',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/views/layout.ejs',
  '/package.json',
  '/.env',
]

const broken = ['/%', '/%zz', '/%c0%af', '/%ff', '/errors/%', '/assets/%e0%a4', '/api/token/%00', '/%00']

describe('hostile path', () => {
  it('reads no unpublished file by path traversal, and causes no server error', async () => {
    const server = await aServer()
    for (const target of [...climbs, ...broken]) {
      const { status, text } = await request(server, 'GET', target)
      expect(status, target).to.be.oneOf([400, 401, 404])
      expect(text, target).to.not.match(/better-sqlite3|root:|<script>alert/)
    }
  })

  it('does not reach the profile at /api/me without a token', async () => {
    const server = await aServer()
    const doors = [
      '/api/me',
      '/api/me/',
      '/API/ME/',
      '/api//me/',
      '//api/me/',
      '/api/./me/',
      '/api/token/../me/',
      '/api/token/%2e%2e/me/',
      '/api/token%2f..%2fme/',
      '/api/me%2f',
      '/api/me/%2e',
      '/api/me;a=b/',
      '/api/me?access_token=a',
      '/api/me/?token=a',
      '/api/me%00/',
      '/%61pi/me/',
      'http://localhost/api/me/',
      'http://evil.example/api/me/',
    ]
    for (const target of doors) {
      const { status, text } = await request(server, 'GET', target)
      expect(status, target).to.be.oneOf([400, 401, 404])
      expect(text, target).to.not.include('user_id')
    }
  })

  it('with an invalid session or device id gets 400 or 404, and changes nothing', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    const before = await snapshotOf(server)
    const ids = [
      '0',
      '%00',
      '%20',
      '..%2f',
      '%2e%2e',
      "'%20OR%20'1'='1",
      '%27%20OR%201=1--',
      '__proto__',
      '%ff',
      '%',
      '%F0%9F%92%A9',
      'a'.repeat(3_000),
    ]
    for (const kind of ['sessions', 'devices']) {
      for (const id of ids) {
        const answer = await request(server, 'DELETE', `/api/me/${kind}/${id}/`, `Authorization: Bearer ${access}`)
        expect(answer.status, id).to.be.oneOf([400, 404])
        expect(answer.headers['content-type'], id).to.match(/json/)
      }
    }
    expect(await snapshotOf(server)).to.equal(before)
    expect((await client.get('/api/me/', access)).status).to.equal(200)
  })

  it('that is very long is refused without stalling the server', async () => {
    const server = await aServer()
    await calmly(async () => {
      for (const target of [
        `/${'a'.repeat(12_000)}`,
        `/${'a/'.repeat(6_000)}`,
        `/api/me/sessions/${'%41'.repeat(4_000)}`,
      ]) {
        expect((await request(server, 'GET', target)).status).to.be.oneOf([401, 404, 405])
      }
      expect((await request(server, 'GET', `/${'a'.repeat(40_000)}`)).status).to.be.oneOf([414, 431])
    })
  })
})

describe('hostile header', () => {
  it('Host, X-Forwarded-Host or Forwarded never appears in an answer', async () => {
    const server = await aServer()
    const evil = [
      ['Host: evil.example'],
      ['Host: evil.example:4000'],
      ['Host: localhost', 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https'],
      ['Host: localhost', 'Forwarded: host=evil.example;proto=https'],
      ['Host: localhost', 'X-Original-URL: /evil.example', 'X-Rewrite-URL: /evil.example'],
    ]
    const requests: [method: string, path: string][] = [
      ['GET', '/'],
      ['GET', '/nothing'],
      ['GET', '/errors/token_expired'],
      ['GET', '/api/me/'],
      ['GET', '/api/token/'],
      ['OPTIONS', '/api/token/'],
      ['POST', '/api/token/verify/'],
      ['GET', '/.well-known/jwks.json'],
      ['GET', '/healthz'],
    ]
    for (const headers of evil) {
      for (const [method, path] of requests) {
        const answer = await request(server, method, path, ...headers, 'Authorization: Bearer nonsense')
        expect(answer.status, path).to.be.below(500)
        expect(JSON.stringify(answer), `${headers.join()} ${path}`).to.not.include('evil.example')
      }
    }
    const challenge = await request(server, 'GET', '/api/me/', 'Host: evil.example', 'Authorization: Bearer nonsense')
    expect(challenge.headers['www-authenticate']).to.include('error_uri="http://localhost:4000/errors/token_malformed"')
  })

  it('Host that is invalid or repeated causes no server error; a missing one gets 400', async () => {
    const server = await aServer()
    for (const hosts of [['Host: '], ['Host: a b'], ['Host: []'], ['Host: a', 'Host: b'], ['Host: ../..']]) {
      expect((await request(server, 'GET', '/', ...hosts)).status, hosts.join()).to.be.below(500)
    }
    expect((await sendRaw(server, ['GET / HTTP/1.1'])).status).to.equal(400)
  })

  it('X-Forwarded-For is ignored without a trusted proxy; with one only its last address counts', async () => {
    const addressOf = async (server: TestServer, forwarded: string) => {
      const body = JSON.stringify({ username: 'admin', password })
      const signedIn = await aClient(server).send('POST', '/api/token/', {
        body,
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': forwarded },
      })
      const { results } = (await aClient(server).get('/api/me/sessions/', signedIn.body.access)).body
      return results.find((session: { current: boolean }) => session.current).address
    }
    const alone = await aServer()
    for (const forwarded of ['203.0.113.9', '127.0.0.2, 203.0.113.9', '<script>', '::1'])
      expect(await addressOf(alone, forwarded), forwarded).to.equal('127.0.0.1')

    const database = { engine: 'sqlite', path: `${aFolder()}/proxied.sqlite` } as const
    const proxied = await aServer({ settings: { ...testSettings(database), trustProxy: 1 } })
    expect(await addressOf(proxied, '203.0.113.9')).to.equal('203.0.113.9')
    expect(await addressOf(proxied, '10.9.9.9, 203.0.113.9')).to.equal('203.0.113.9')
    expect(await addressOf(proxied, '2001:db8::7')).to.equal('2001:db8::7')
    for (const nonsense of ['<script>', 'a'.repeat(5_000), "'; DROP TABLE user", '1.2.3.4.5', 'unknown', '_hidden'])
      expect(await addressOf(proxied, nonsense), nonsense).to.equal('')
    for (const [forwarded, address] of [
      ['203.0.113.7:51234', '203.0.113.7'],
      ['[2001:db8::7]:51234', '2001:db8::7'],
      ['[2001:db8::7]', '2001:db8::7'],
      ['2001:0DB8:0::0007', '2001:db8::7'],
      ['::ffff:203.0.113.7', '203.0.113.7'],
    ] as const)
      expect(await addressOf(proxied, forwarded), forwarded).to.equal(address)
  })

  it('User-Agent, Accept, Origin, Cookie and others may hold junk without a server error', async () => {
    const server = await aServer()
    const junk = ['', '\xff\xfe', '*/*;q=9', 'a'.repeat(9_000), ';;;,,,', '__proto__', '%00', '"', '<script>']
    for (const name of [
      'User-Agent',
      'Accept',
      'Accept-Language',
      'Origin',
      'Cookie',
      'If-None-Match',
      'Range',
      'Referer',
    ]) {
      for (const value of junk) {
        for (const path of ['/', '/.well-known/jwks.json', '/api/me/']) {
          const { status, text } = await request(server, 'GET', path, `${name}: ${value}`)
          expect(status, `${name}: ${value.slice(0, 20)}`).to.be.oneOf([200, 400, 401, 406])
          expect(text).to.not.include('<script>')
        }
      }
    }
  })

  it('User-Agent of any kind gives its device a name of 1 to 150 characters', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    for (const userAgent of [
      '',
      ' ',
      '\xff\xfe',
      'a'.repeat(9_000),
      '<script>alert(1)</script>',
      'Mozilla/5.0 '.repeat(500),
    ]) {
      const { access } = await aClient(server, userAgent).signIn(amy)
      const { status, body } = await aClient(server).get('/api/me/devices/', access)
      expect(status).to.equal(200)
      const { name } = body.results.find((device: { current: boolean }) => device.current)
      expect(name).to.be.a('string').that.is.not.empty
      expect(name.length).to.be.at.most(150)
    }
  })
})
