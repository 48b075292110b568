// nginx protects an API that does not check tokens itself.
import { expect } from 'chai'
import { basic } from '../support/applications.js'
import { freePort } from '../support/mariadb.js'
import { anNginx, onNginx } from '../support/nginx.js'
import { audience, call, expectGuarded, orders, stillLetIn } from '../support/orders.js'

onNginx('nginx', function () {
  this.timeout(60_000)

  it('passes only verified user headers by auth_request and introspection, and refuses after a sign-out', async () => {
    const one = await orders()
    const [port, api] = await Promise.all([freePort(), freePort()])
    const { url, stop } = await anNginx('nginx-introspection', port, {
      '127.0.0.1:4000': new URL(one.server.url).host,
      '127.0.0.1:8080': `127.0.0.1:${port}`,
      '127.0.0.1:8000': `127.0.0.1:${api}`,
      'http://localhost:8000/': audience,
      'Basic b3JkZXJzOg==': basic('orders', one.secret).Authorization,
    })
    try {
      await expectGuarded(url, one)
      const claimed = { 'X-Sub': '1', X_Sub: '1', 'X-Permissions': 'orders:write', 'X-Scope': 'orders:all' }
      const { user, access_token } = one.reader
      expect(await (await call(url, access_token, 'GET', claimed)).text()).to.equal(
        `sub=${user.id} scope=orders:read permissions= token=\n`,
      )
      for (const token of [`${access_token}&token=${access_token}`, `${access_token}%26x`, `${access_token} x`])
        expect((await call(url, token)).status).to.equal(401)
      for (const path of ['/_darvoza/introspect', '/_darvoza/decide', '/other', '/orders/..%2fother'])
        expect((await fetch(url + path)).status, path).to.equal(404)
      const denied = await call(url, access_token, 'POST')
      expect(denied.headers.get('www-authenticate')).to.equal('Bearer error="insufficient_scope"')

      const before = one.asked()
      for (let time = 0; time < 5; time++) await call(url, one.writer.access_token)
      expect(one.asked() - before, 'remembered').to.be.at.most(2)
      await one.signOut(one.writer)
      // Two seconds, since nginx caches for whole seconds; the rest is for the requests.
      expect(await stillLetIn(url, one.writer.access_token, performance.now(), 5_000)).to.be.below(2_500)

      await one.server.close()
      const silent = await call(url, 'never-seen')
      expect([silent.status, silent.headers.get('retry-after')]).to.deep.equal([503, '1'])
    } finally {
      await stop()
    }
  })
})
