// APIs that use the verifier kit, in each framework's own idiom; and nginx, which asks a process with the kit.
import { expect } from 'chai'
import { freePort, waitFor } from '../support/mariadb.js'
import { anNginx, onNginx } from '../support/nginx.js'
import {
  audience,
  call,
  expectGuarded,
  type Orders,
  orders,
  type Running,
  running,
  stillLetIn,
} from '../support/orders.js'

/** How long after a sign-out a token is accepted at most, in ms, plus what a busy machine needs for a request. */
const bound = 2_000 + 500

async function started(one: Orders, folder: string, file: string, port: number): Promise<Running> {
  return running(folder, [process.execPath, file], port, {
    ISSUER: one.server.settings.issuer,
    AUDIENCE: audience,
    CLIENT_SECRET: one.secret,
    PORT: String(port),
  })
}

describe('an API with the verifier kit', function () {
  this.timeout(60_000)

  it('refuses invalid and signed-out tokens in Koa, Express and Fastify, and answers 503 in an outage', async () => {
    const one = await orders()
    const apis = await Promise.all(
      ['koa.js', 'express.js', 'fastify.js'].map(async file =>
        started(one, 'resource-servers', file, await freePort()),
      ),
    )
    try {
      for (const { url } of apis) await expectGuarded(url, one)
      const [, express] = apis
      const denied = await call(express!.url, one.reader.access_token, 'POST')
      expect(await denied.json()).to.include({ detail: 'Ask the head of sales.', reason: 'permission_denied' })
      await call(express!.url, one.writer.access_token)
      await one.signOut(one.writer)
      const since = performance.now()
      const each = await Promise.all(apis.map(({ url }) => stillLetIn(url, one.writer.access_token, since, 8_000)))
      for (const time of each) expect(time).to.be.below(bound)

      // 503 only once the lease has ended; until then the token is accepted.
      await one.server.close()
      const silent = await waitFor(async () => {
        const answer = await call(express!.url, one.reader.access_token)
        if (answer.status === 200) throw new Error('still let in')
        return answer
      })
      expect(silent.status).to.equal(503)
      expect(Number(silent.headers.get('retry-after'))).to.be.above(0)
    } finally {
      await Promise.all(apis.map(({ stop }) => stop()))
    }
  })
})

onNginx('nginx with a process that uses the verifier kit', function () {
  this.timeout(60_000)

  it('refuses invalid and signed-out tokens, and passes the user to the API', async () => {
    const one = await orders()
    const [port, api, gatePort] = await Promise.all([freePort(), freePort(), freePort()])
    const gate = await started(one, 'nginx-kit', 'gate.js', gatePort)
    const nginx = await anNginx('nginx-kit', port, {
      '127.0.0.1:8080': `127.0.0.1:${port}`,
      '127.0.0.1:8000': `127.0.0.1:${api}`,
      '127.0.0.1:9000': `127.0.0.1:${gatePort}`,
    })
    try {
      await expectGuarded(nginx.url, one)
      const { user, access_token } = one.reader
      const claimed = { 'X-Sub': '1', 'X-Permissions': 'orders:write' }
      expect(await (await call(nginx.url, access_token, 'GET', claimed)).text()).to.equal(
        `sub=${user.id} scope=orders:read permissions= token=\n`,
      )
      const denied = await call(nginx.url, one.lister.access_token)
      expect(denied.headers.get('www-authenticate')).to.contain('error="insufficient_scope"')
      await call(nginx.url, one.writer.access_token)
      await one.signOut(one.writer)
      expect(await stillLetIn(nginx.url, one.writer.access_token, performance.now(), 8_000)).to.be.below(bound)
      await gate.stop()
      const silent = await call(nginx.url, access_token)
      expect([silent.status, silent.headers.get('retry-after')]).to.deep.equal([503, '1'])
    } finally {
      await Promise.all([nginx.stop(), gate.stop()])
    }
  })
})
