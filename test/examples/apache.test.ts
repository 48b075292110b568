// Apache protects an API that does not check tokens itself.
import { existsSync } from 'node:fs'
import { expect } from 'chai'
import { copied } from '../support/copied.js'
import { missing } from '../support/engines.js'
import { freePort } from '../support/mariadb.js'
import { audience, call, expectGuarded, orders, running, stillLetIn } from '../support/orders.js'

const program = '/usr/sbin/apache2'
const installed = [program, '/usr/lib/apache2/modules/mod_oauth2.so'].every(existsSync)

const onModOauth2 = (title: string, define: (this: Mocha.Suite) => void) =>
  installed
    ? describe(title, define)
    : missing(title, 'mod_oauth2 is not installed (apt-get install apache2-bin libapache2-mod-oauth2)')

onModOauth2('Apache with mod_oauth2', function () {
  this.timeout(60_000)

  it('refuses invalid tokens; after a sign-out within 2.5 s by introspection, but not by the JWKS', async () => {
    const one = await orders()
    const ports = await Promise.all([freePort(), freePort(), freePort()])
    const [port, jwks, api] = ports
    const folder = copied('apache-mod-oauth2', {
      '127.0.0.1:4000': new URL(one.server.url).host,
      'http://localhost:4000': one.server.settings.issuer,
      '127.0.0.1:8080': `127.0.0.1:${port}`,
      '127.0.0.1:8081': `127.0.0.1:${jwks}`,
      '127.0.0.1:8000': `127.0.0.1:${api}`,
      'http://localhost:8000/': audience,
      'client_secret=SECRET': `client_secret=${one.secret}`,
    })
    const { stop } = await running('apache-mod-oauth2', [program, '-d', folder, '-f', 'try.conf', '-DFOREGROUND'], port)
    const [byAsking, byKeys] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${jwks}`]
    const { user, access_token } = one.writer
    try {
      for (const [url, otherwise] of [
        [byAsking, {}],
        // Signed by a known key, and refused for their claims.
        [byKeys, { 'of another audience': 403, 'of another issuer': 403, 'an ID token': 403 }],
      ] as const) {
        await expectGuarded(url, one, otherwise)
        const claimed = { 'X-Sub': '1', X_Sub: '1' }
        const seen = await call(url, access_token, 'GET', claimed)
        expect(seen.headers.get('x-seen')).to.equal(`sub=${user.id} token=`)
      }

      const before = one.asked()
      for (let time = 0; time < 5; time++) await call(byAsking, access_token)
      expect(one.asked() - before, 'remembered').to.be.at.most(2)
      await one.signOut(one.writer)
      // mod_oauth2 caches for whole seconds; the rest is for the requests.
      expect(await stillLetIn(byAsking, access_token, performance.now(), 5_000)).to.be.below(2_500)
      expect((await call(byKeys, access_token)).status).to.equal(200)

      await one.server.close()
      // mod_oauth2 cannot answer 503, of which the README warns.
      expect((await call(byAsking, one.lister.access_token)).status).to.equal(401)
      expect((await call(byKeys, one.reader.access_token)).status, 'with the keys that it has').to.equal(200)
    } finally {
      await stop()
    }
  })
})
