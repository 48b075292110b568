// Requests that Node's HTTP parser cannot parse, or would refuse itself: they get one answer with a request id, and the
// connection is closed.
import { type AddressInfo, connect } from 'node:net'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { waitFor } from '../support/mariadb.js'
import { exchange, type RawAnswer, readAnswer, sendAndReset } from '../support/raw.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const host = 'Host: localhost\r\n'
const health = `GET /healthz HTTP/1.1\r\n${host}\r\n`
const credentials = JSON.stringify({ username: 'admin', password })

/** A sign-in request, with further headers and another body if given. */
const signIn = (headers: string, body = credentials) =>
  `POST /api/token/ HTTP/1.1\r\n${host}Content-Type: application/json\r\n${headers}\r\n${body}`

const counted = `Content-Length: ${Buffer.byteLength(credentials)}\r\n`

/** `code`: null where simplejwt's wire format has none. */
const unparsed: Record<string, [bytes: string, status: number, code: string | null]> = {
  'bytes of another protocol': ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'malformed_request'],
  'a request without Host': ['GET /healthz HTTP/1.1\r\n\r\n', 400, 'malformed_request'],
  'a page without Host': ['GET /sign-in?next=secret HTTP/1.1\r\n\r\n', 400, 'malformed_request'],
  'an empty Host': ['GET /healthz HTTP/1.1\r\nHost:\r\n\r\n', 400, 'malformed_request'],
  'two Hosts': [`GET /healthz HTTP/1.1\r\n${host}host: other\r\n\r\n`, 400, 'malformed_request'],
  'HTTP/2.0 in the request line': [`GET /healthz HTTP/2.0\r\n${host}\r\n`, 400, 'malformed_request'],
  'an unknown method': [`FETCH / HTTP/1.1\r\n${host}\r\n`, 400, 'malformed_request'],
  'a name of a header with a space': [signIn(`${counted}Content-Length : 5\r\n`), 400, 'malformed_request'],
  'two lengths': [signIn(`${counted}Content-Length: 5\r\n`), 400, 'malformed_request'],
  'a length beside chunks': [signIn(`${counted}Transfer-Encoding: chunked\r\n`), 400, 'malformed_request'],
  'a body in chunks of no size': [signIn('Transfer-Encoding: chunked\r\n', 'zz\r\n'), 400, 'malformed_request'],
  'headers of 20 KB': [signIn(`${counted}X-Large: ${'a'.repeat(20_000)}\r\n`), 431, 'headers_too_large'],
  'an address of 20 KB': [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, 431, 'headers_too_large'],
  'an expectation': [signIn(`${counted}Expect: a-miracle\r\n`), 417, 'expectation_failed'],
  'an expectation beside 100-continue': [signIn(`${counted}Expect: 100-continue, x\r\n`), 417, 'expectation_failed'],
  'a tunnel': [`CONNECT localhost:443 HTTP/1.1\r\n${host}\r\n`, 405, null],
}

function expectRefused({ status, headers, text }: RawAnswer, wanted: number, code: string | null, what: string): void {
  const { detail, code: told = null } = JSON.parse(text)
  expect([status, told], what).to.deep.equal([wanted, code])
  expect(detail, what).to.be.a('string')
  expect(headers.connection, what).to.equal('close')
  expect(headers['x-request-id'], what).to.match(/^[0-9a-f-]{36}$/)
  expect(headers['content-length'], what).to.equal(String(Buffer.byteLength(text)))
  expect(headers['cache-control'], what).to.equal('no-store')
}

describe('a request that cannot be parsed', () => {
  it('gets one answer with its error code, and changes nothing', async () => {
    const server = await aServer()
    const before = await snapshotOf(server)
    for (const [what, [bytes, status, code]] of Object.entries(unparsed)) {
      const received = await exchange(server, bytes)
      expect(received.match(/HTTP\/1\.1 \d/g), what).to.have.length(1)
      expectRefused(readAnswer(received), status, code, what)
    }
    expect(await snapshotOf(server)).to.equal(before)
    expect(server.logged.join('\n')).to.not.include('secret')
    expect((await aClient(server).get('/healthz')).status).to.equal(200)
  })

  it('gets the same answer on a connection with an earlier answer', async () => {
    const server = await aServer()
    for (const [what, [bytes, status, code]] of Object.entries(unparsed)) {
      const received = await exchange(server, health, bytes)
      const [first, second] = received.split(/(?=HTTP\/1\.1 \d)/)
      expect(readAnswer(first!).status, what).to.equal(200)
      expectRefused(readAnswer(second!), status, code, what)
    }
  })

  it('gets one answer, and requests behind it in the same packet are not handled', async () => {
    const server = await aServer()
    const before = await snapshotOf(server)
    for (const [what, [bytes, status, code]] of Object.entries(unparsed))
      for (const more of [`nonsense\r\n\r\n${bytes}`, bytes, signIn(counted)]) {
        const received = await exchange(server, bytes + more)
        expect(received.match(/HTTP\/1\.1 \d/g), what).to.have.length(1)
        expectRefused(readAnswer(received), status, code, what)
      }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('does not end the process if its client resets the connection', async () => {
    const server = await aServer()
    const all = Object.values(unparsed).flatMap(([bytes]) => [bytes, health + bytes, signIn(counted) + bytes])
    for (let round = 0; round < 20; round++) await Promise.all(all.map(bytes => sendAndReset(server, bytes)))
    expect((await aClient(server).get('/healthz')).status).to.equal(200)
  })

  it('does not change the answer to the request before it, and is refused after that or not at all', async () => {
    const server = await aServer()
    // Node hands the connection to the CONNECT handler, so answers that are still due are lost.
    const { 'a tunnel': tunnel, ...others } = unparsed
    expect(await exchange(server, signIn(counted) + tunnel![0])).to.equal('')
    for (const [what, [bytes, status, code]] of Object.entries(others)) {
      const received = await exchange(server, signIn(counted) + bytes)
      const [first, ...more] = received.split(/(?=HTTP\/1\.1 \d)/)
      const answer = readAnswer(first!)
      expect(answer.status, what).to.equal(200)
      expect(JSON.parse(answer.text), what).to.include.keys('access', 'refresh', 'device_token')
      for (const one of more) expectRefused(readAnswer(one), status, code, what)
    }
  })

  it('has the request id of its answer in the debug log', async () => {
    const server = await aServer()
    const { headers } = readAnswer(await exchange(server, 'nonsense\r\n\r\n'))
    expect(server.logged.join('\n')).to.include(headers['x-request-id'])
  })

  it('ends its handler without waiting for the body timeout if its chunked body is malformed', async () => {
    const server = await aServer({ ports: { bodyWait: 60_000 } })
    for (const path of ['/api/token/', '/oauth/token', '/api/token/verify/']) {
      const type = path.startsWith('/oauth') ? 'application/x-www-form-urlencoded' : 'application/json'
      const head = `POST ${path} HTTP/1.1\r\n${host}Content-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`
      expectRefused(readAnswer(await exchange(server, `${head}zz\r\n`)), 400, 'malformed_request', path)
      await waitFor(async () => expect(server.logged.join('\n')).to.match(new RegExp(`request .*"path":"${path}"`)))
    }
    expect(server.logged.join('\n')).to.not.include('ERR_HTTP_HEADERS_SENT')
  })

  it('gets 408 if its headers or its body do not arrive in time', async () => {
    const server = await aServer({ ports: { bodyWait: 60_000 } })
    const slow = await anImpatientServer(server)
    try {
      const begun = ['GET /healthz HTTP/1.1\r\nHost: loc', signIn(counted, credentials.slice(0, -1))]
      for (const bytes of begun) {
        const received = await exchange(slow, bytes)
        expectRefused(readAnswer(received), 408, 'request_timeout', bytes)
      }
    } finally {
      await slow.close()
    }
  })
})

describe('a request to upgrade the connection', () => {
  it('is answered without an upgrade, with Connection: close, and later requests are not handled', async () => {
    const server = await aServer()
    const before = await snapshotOf(server)
    const upgrade = `GET /healthz HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`
    for (const more of ['', health, signIn(counted)]) {
      const received = await exchange(server, upgrade + more)
      expect(received.match(/HTTP\/1\.1 \d/g)).to.have.length(1)
      const { status, headers } = readAnswer(received)
      expect([status, headers.connection]).to.deep.equal([200, 'close'])
    }
    expect(await snapshotOf(server)).to.equal(before)
  })
})

describe('pipelined requests', () => {
  const handled = ({ logged }: TestServer) => logged.filter(line => line.startsWith('request ')).length

  it('are handled up to a hundred on a connection; a connection with more is closed', async () => {
    const server = await aServer()
    await exchange(server, health.repeat(20_000))
    expect(handled(server)).to.be.within(1, 100)
    expect((await aClient(server).get('/healthz')).status).to.equal(200)
  })

  it('of a client that reads no answers are closed after the socket timeout', async () => {
    const slow = await anImpatientServer(await aServer(), { socketTimeout: 50 })
    const { hostname, port } = new URL(slow.url)
    const socket = connect(Number(port), hostname)
    socket.pause()
    socket.write(`GET /openapi.json HTTP/1.1\r\n${host}\r\n`.repeat(90))
    try {
      await waitFor(async () => expect(await slow.connections()).to.equal(1))
      await waitFor(async () => expect(await slow.connections()).to.equal(0))
    } finally {
      socket.destroy()
      await slow.close()
    }
  })

  it('are answered in order', async () => {
    const server = await aServer()
    const closing = `GET /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`
    const received = await exchange(server, signIn(counted) + health.repeat(98) + closing)
    const answers = received.split(/(?=HTTP\/1\.1 \d)/).map(readAnswer)
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(100).fill(200))
    expect(JSON.parse(answers[0]!.text)).to.include.keys('access', 'refresh')
  })
})

/** The application on another port with short timeouts; ms. */
async function anImpatientServer(
  { composed }: TestServer,
  timeouts: Parameters<typeof composed.app.createServer>[0] = { headersTimeout: 20, requestTimeout: 40 },
) {
  const { server } = composed.app.createServer({ connectionsCheckingInterval: 10, ...timeouts })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => promisify(server.getConnections.bind(server))(),
    close: () => new Promise(resolve => server.close(resolve)),
  }
}
