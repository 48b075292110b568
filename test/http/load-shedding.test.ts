import { connect } from 'node:net'
import { expect } from 'chai'
import { aConfidentialApplication, basic, inForm } from '../support/applications.js'
import { type Answer, aClient, type Client, type Pair } from '../support/client.js'
import { aPause } from '../support/pause.js'
import { aServer, settle, type TestServer } from '../support/server.js'

/** How many requests may be under way at once while the event loop is busy. */
const most = 32

describe('load shedding while the event loop is busy', () => {
  let server: TestServer
  let client: Client
  let pair: Pair
  let busy: boolean
  let hold: ReturnType<typeof aPause> | null
  let onRequest = () => {}
  let underWay: Promise<Answer>[]

  /** Sends `count` refreshes that stay under way. */
  async function begin(count: number): Promise<void> {
    const pause = aPause()
    pause.arm()
    hold = pause
    const all = new Promise<void>(resolve => {
      let come = 0
      onRequest = () => void (++come === count && resolve())
    })
    underWay = Array.from({ length: count }, () => client.refresh(pair.refresh))
    // One is held at the pause; the others wait for its batch.
    await Promise.all([pause.reached, all])
    onRequest = () => {}
  }

  beforeEach(async () => {
    busy = false
    hold = null
    server = await aServer({
      pauses: { rotationClaimed: async () => hold?.here() },
      ports: { mostUnderWay: () => (busy ? most : Number.POSITIVE_INFINITY) },
      onRequest: () => onRequest(),
    })
    client = aClient(server)
    pair = await client.signIn(await server.aUser())
  })

  it('answers further refreshes with 503 and Retry-After, spends no token, and serves those under way', async () => {
    const other = await client.signIn(await server.aUser())
    await begin(most)
    busy = true
    const told: Answer[] = []
    for (let times = 0; times < 6; times++) told.push(await client.refresh(other.refresh))
    for (const { status, body, headers } of told) {
      expect(status).to.equal(503)
      expect(body).to.include({ code: 'server_busy', detail: 'Too many requests at once; try again in a moment.' })
      expect(headers.get('retry-after')).to.match(/^[123]$/)
    }
    expect(told.map(one => one.headers.get('retry-after'))).to.deep.equal(['1', '2', '3', '1', '2', '3'])
    expect(new Set(told.map(one => one.headers.get('x-request-id'))).size).to.equal(6)
    // The first three were made by the steps of the route, the others are modelled on them.
    const wholly = ({ headers, text }: Answer) => [
      text,
      [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date'),
    ]
    expect(told.slice(3).map(wholly)).to.deep.equal(told.slice(0, 3).map(wholly))
    hold!.letGo()
    for (const { status } of await Promise.all(underWay)) expect(status).to.equal(200)
    expect((await client.refresh(other.refresh)).status).to.equal(200)
  })

  it('answers 503 at the often used routes, each in its wire format, and serves all others', async () => {
    const secret = await aConfidentialApplication(server, 'shop', { metadata: { grant_types: ['client_credentials'] } })
    await settle(server.composed)
    await begin(most)
    busy = true
    const headers = { ...inForm, ...basic('shop', secret) }
    for (const path of ['/oauth/token', '/oauth/introspect']) {
      const { status, body, headers: answered } = await client.send('POST', path, { headers, body: 'token=a' })
      expect([status, body.error], path).to.deep.equal([503, 'temporarily_unavailable'])
      expect(answered.get('retry-after')).to.match(/^[123]$/)
    }
    expect((await client.verify(pair.access)).body.code).to.equal('server_busy')
    for (const path of ['/healthz', '/readyz', '/.well-known/jwks.json', '/api/me/'])
      expect((await client.get(path, pair.access)).status, path).to.equal(200)
    // Requests that end something are not shed, since clients send them once.
    const revoked = await client.send('POST', '/oauth/revoke', { headers, body: 'token=a' })
    expect(revoked.status, revoked.text).to.not.equal(503)
    expect((await client.post('/api/token/blacklist/', { refresh: pair.refresh })).status).to.equal(200)
    hold!.letGo()
    await Promise.all(underWay)
  })

  it('answers 503 server_busy also for a quoted charset and for a request with an Origin header', async () => {
    await begin(most)
    busy = true
    const ways: Record<string, string>[] = [
      { 'Content-Type': 'application/json; charset="utf-8"' },
      { 'Content-Type': 'application/json', Origin: 'https://shop.example' },
    ]
    for (const headers of ways) {
      const { status, body } = await client.send('POST', '/api/token/verify/', { headers, body: '{"token":"a"}' })
      expect([status, body.code]).to.deep.equal([503, 'server_busy'])
    }
    hold!.letGo()
    await Promise.all(underWay)
  })

  it('refuses no request while the event loop is idle or fewer than the limit are under way', async () => {
    await begin(most)
    const next = client.verify(pair.access)
    expect((await next).status).to.equal(200)
    hold!.letGo()
    await Promise.all(underWay)
    busy = true
    await begin(most - 1)
    expect((await client.verify(pair.access)).status).to.equal(200)
    hold!.letGo()
    await Promise.all(underWay)
  })

  it('does not count requests whose body has not arrived', async () => {
    const { port } = new URL(server.url)
    const lines = ['POST /api/token/verify/ HTTP/1.1', 'Host: a', 'Content-Type: application/json', 'Content-Length: 9']
    const silent = Array.from({ length: 2 * most }, () => connect(Number(port), '127.0.0.1'))
    const all = new Promise<void>(resolve => {
      let come = 0
      onRequest = () => void (++come === silent.length && resolve())
    })
    for (const socket of silent) socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    await all
    busy = true
    expect((await client.verify(pair.access)).status).to.equal(200)
    expect((await client.refresh(pair.refresh)).status).to.equal(200)
    for (const socket of silent) socket.destroy()
  })

  it('extends the reuse grace of a lost refresh answer while its client is refused, and no further', async () => {
    const [lost, late] = [await client.signIn(await server.aUser()), await client.signIn(await server.aUser())]
    for (const { refresh } of [lost, late]) expect((await client.refresh(refresh)).status).to.equal(200)
    // The client retries within the grace of 10 s, and is refused with server_busy until the grace has passed.
    server.clock.advance('8s')
    await begin(most)
    busy = true
    for (let seconds = 0; seconds < 15; seconds += 3) {
      expect((await client.refresh(lost.refresh)).body.code).to.equal('server_busy')
      server.clock.advance('3s')
    }
    busy = false
    hold!.letGo()
    await Promise.all(underWay)
    expect((await client.refresh(lost.refresh)).status).to.equal(200)
    server.clock.advance('30s')
    expect((await client.refresh(late.refresh)).body.reason).to.equal('token_reused')
  })

  it('logs one line when it begins, and counts each refused request in shed_requests', async () => {
    await begin(most)
    busy = true
    for (let times = 0; times < 5; times++) await client.verify(pair.access)
    hold!.letGo()
    await Promise.all(underWay)
    const lines = server.logged.filter(line => line.startsWith('requests cannot be served'))
    expect(lines).to.have.length(1)
    expect(lines[0]).to.include('server_busy')
    const { tokens, logs } = server.composed.parts
    await tokens.counters.flush()
    busy = false
    expect((await logs.figures.series('24h')).totals.shed_requests).to.equal(5)
  })
})
