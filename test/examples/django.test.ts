// Django REST framework protects an API: by simplejwt with settings only, and by an authentication class that uses
// introspection.
import { expect } from 'chai'
import { aKeyOf } from '../support/api-keys.js'
import { onDjango } from '../support/django.js'
import { freePort } from '../support/mariadb.js'
import { audience, call, expectGuarded, orders, running, stillLetIn } from '../support/orders.js'

async function aProject(folder: string, issuer: string, env: Record<string, string> = {}) {
  const port = await freePort()
  const command = ['/usr/bin/python3', 'manage.py', 'runserver', '--noreload', `127.0.0.1:${port}`]
  return running(folder, command, port, { ISSUER: issuer, AUDIENCE: audience, PYTHONDONTWRITEBYTECODE: '1', ...env })
}

onDjango('a Django REST framework project', function () {
  this.timeout(60_000)

  it('with JWK_URL of simplejwt refuses invalid tokens, and accepts a signed-out one until it expires', async () => {
    const one = await orders()
    const { url, stop } = await aProject('django-jwk-url', one.server.settings.issuer)
    try {
      await expectGuarded(url, one)
      await one.signOut(one.writer)
      // Only its `exp` ends it: an expired token was refused above.
      expect((await call(url, one.writer.access_token)).status).to.equal(200)
      await one.server.close()
      expect((await call(url, one.reader.access_token)).status, 'with the keys that it has').to.equal(200)
    } finally {
      await stop()
    }
  })

  it('with introspection caches answers, refuses soon after a sign-out, and answers 503 in an outage', async () => {
    const one = await orders()
    const { url, stop } = await aProject('django-introspection', one.server.settings.issuer, {
      CLIENT_SECRET: one.secret,
      REMEMBER: '1',
    })
    try {
      await expectGuarded(url, one)
      await call(url, one.writer.access_token)
      const before = one.asked()
      for (let time = 0; time < 5; time++) expect((await call(url, one.writer.access_token)).status).to.equal(200)
      expect(one.asked() - before, 'remembered').to.be.at.most(1)

      const { id } = await one.server.aUser({ permissions: ['orders:read'] })
      const { text } = await aKeyOf(one.server, id, { scopes: ['orders:read'], resource: audience })
      const byKey = (Authorization: string) => call(url, undefined, 'GET', { Authorization })
      expect((await byKey(`Bearer ${text}`)).status, 'an API key that poses as a token').to.equal(401)
      expect((await byKey(`Token ${one.reader.access_token}`)).status, 'the other way round').to.equal(401)
      expect((await byKey(`Token ${text}`)).status).to.equal(200)

      await one.signOut(one.writer)
      expect(await stillLetIn(url, one.writer.access_token, performance.now(), 5_000)).to.be.below(1_000)

      await one.server.close()
      const silent = await call(url, one.lister.access_token)
      expect([silent.status, silent.headers.get('retry-after')]).to.deep.equal([503, '1'])
    } finally {
      await stop()
    }
  })
})
