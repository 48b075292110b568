// Consents of a user, listed and withdrawn by the API at /api/me/applications/.
import { expect } from 'chai'
import { hashOfCode } from '../../server/identity/authorizations/code-text.js'
import { aSessionOf } from '../support/applications.js'
import { aBrowserOf, anAgreedApplication, aRequest, aResourceServer, aWebsite } from '../support/authorizations.js'
import { aClient } from '../support/client.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, password, settle } from '../support/server.js'
import { sessionsOf } from '../support/sessions.js'

const path = '/api/me/applications/'

onEachEngine('applications at /api/me/applications/', engine => {
  it('answer 404 to a withdrawal by another user, a second one, and of an unknown application', async () => {
    const { server, client, amy, token } = await aHouse(engine)
    const ben = (await client.signIn(await server.aUser({ username: 'ben' }))).access
    expect((await client.delete(`${path}shop/`, ben)).status).to.equal(404)
    expect((await client.delete(`${path}shop/`, token)).status).to.equal(204)
    expect((await client.delete(`${path}shop/`, token)).status).to.equal(404)
    expect((await client.delete(`${path}darvoza/`, token)).status).to.equal(404)
    expect((await client.delete(`${path}nobody/`, token)).status).to.equal(404)
    expect(await sessionsOf(server, amy.id)).to.have.length(2)
  })

  it('are listed with name, scopes, number of sessions, and times of consent and last use', async () => {
    const { server, client, amy, token, decide } = await aHouse(engine)
    await aResourceServer(server, 'api', 'read')
    await settle(server.composed)
    const since = server.clock.now()
    await decide(['read', 'openid'], { scope: ['openid', 'read'], resources: ['https://api.example'] })
    server.clock.advance('5m')
    await aSessionOf(server, amy, 'shop')
    await aWebsite(server, 'intranet', { name: 'Intranet', metadata: { first_party: true } })
    await aSessionOf(server, amy, 'intranet')
    await aWebsite(server, 'weather', { name: 'Weather' })
    const { body } = await client.get(path, token)
    const at = new Date(server.clock.now()).toISOString()
    expect(body).to.deep.equal({
      results: [
        {
          client_id: 'intranet',
          client_name: 'Intranet',
          client_uri: null,
          first_party: true,
          since: null,
          scopes: [],
          sessions: 1,
          last_used_at: at,
        },
        {
          client_id: 'shop',
          client_name: 'Shop',
          client_uri: 'https://shop.example',
          first_party: false,
          since: new Date(since).toISOString(),
          scopes: [
            { name: 'openid', resource: null },
            { name: 'profile', resource: null },
            { name: 'read', resource: 'https://api.example' },
          ],
          sessions: 1,
          last_used_at: at,
        },
      ],
    })
  })

  it('lose consent, codes and sessions, offline ones included, by a withdrawal; no other does', async () => {
    const { server, client, amy, token, decide } = await aHouse(engine)
    const code = await decide(['openid', 'profile'])
    const own = await aSessionOf(server, amy, 'shop')
    const offline = await aSessionOf(server, amy, 'shop', { offline: true, browserSid: null })
    const ben = await server.aUser({ username: 'ben' })
    const bens = await aSessionOf(server, ben, 'shop')
    await aWebsite(server, 'other')
    const other = await aSessionOf(server, amy, 'other')
    expect((await client.delete(`${path}shop`, token)).status).to.equal(204)
    const { codeStore, consentStore, sessionStore, database } = server.composed.parts.storage
    const reason = async ({ session }: { session: { id: string } }) =>
      (await sessionStore.find(database, session.id))?.endedReason
    expect(await Promise.all([own, offline, bens, other].map(reason))).to.deep.equal([
      'consent_withdrawn',
      'consent_withdrawn',
      null,
      null,
    ])
    expect(await codeStore.find(database, hashOfCode(code))).to.equal(null)
    expect(await consentStore.find(database, amy.id, 'shop')).to.equal(null)
    expect(
      (await client.get(path, token)).body.results.map((one: { client_id: string }) => one.client_id),
    ).to.deep.equal(['other'])
    const { results } = await server.composed.parts.logs.auditLog.ofPerson(amy.id, Number.MAX_SAFE_INTEGER, 1)
    expect(results.map(one => [one.action, JSON.parse(one.beforeJson!)])).to.deep.equal([
      ['consent_withdrawn', { application: 'shop', scope: ['openid', 'profile'] }],
    ])
    expect(await decide(null).catch(error => error.code)).to.equal('consent_required')
  })

  it('can be withdrawn with 205 live sessions', async () => {
    const { server, client, amy, token } = await aHouse(engine)
    for (let session = 0; session < 205; session++) await aSessionOf(server, amy, 'shop')
    expect((await client.get(path, token)).body.results[0].sessions).to.equal(205)
    expect((await client.delete(`${path}shop`, token)).status).to.equal(204)
    expect((await client.get(path, token)).body.results).to.deep.equal([])
    expect(await sessionsOf(server, amy.id)).to.have.length(2)
  })

  it('can be withdrawn by a percent-encoded client_id where the client_id is a URL', async () => {
    const { server, client, amy, token } = await aHouse(engine)
    const id = 'https://tool.example/client.json'
    await aWebsite(server, id, { metadata: { redirect_uris: ['https://tool.example/callback'] } })
    await aSessionOf(server, amy, id)
    expect((await client.delete(path + encodeURIComponent(id), token)).status).to.equal(204)
  })

  it('keep no consent and no code when decisions race with a withdrawal', async () => {
    const { server, amy, decide } = await aHouse(engine)
    const { consents } = server.composed.parts.authorizations
    const { consentStore, database } = server.composed.parts.storage
    for (let round = 0; round < 10; round++) {
      await decide(['openid', 'profile'])
      const remembered = Array.from({ length: 4 }, () => decide(null).catch(error => error.code as string))
      const [, ...answers] = await Promise.all([consents.withdraw(amy.id, 'shop', 'system'), ...remembered])
      expect(await consentStore.find(database, amy.id, 'shop')).to.equal(null)
      const [row] = await database.read<{ count: number }>('SELECT COUNT(*) AS count FROM code', [])
      expect(row?.count, `round ${round}: ${answers.join(' ')}`).to.equal(0)
    }
  })

  it('can be withdrawn by the role support for a plain user, but not for an administrator', async () => {
    const { server, amy } = await aHouse(engine)
    const { consents } = server.composed.parts.authorizations
    const helper = await server.aUser({ username: 'helper', roles: ['support'] })
    const id = await anAgreedApplication(server, amy.id)
    await consents.withdraw(amy.id, id, `user:${helper.id}`)
    const root = (await server.composed.parts.people.users.findByName('admin'))!
    const its = await anAgreedApplication(server, root.id)
    expect(await consents.withdraw(root.id, its, `user:${helper.id}`).catch(error => error.code)).to.equal(
      'permission_denied',
    )
    expect((await consents.listOf(root.id)).map(one => one.application.id)).to.deep.equal([its])
  })
})

/** Amy is signed in with a browser and with an API client, and has consented to `shop`. */
async function aHouse(engine: Engine) {
  const server = await aServer({ engine })
  const amy = await server.aUser({ username: 'amy' })
  const client = aClient(server)
  const { access: token } = await client.signIn({ username: 'amy', password })
  await aWebsite(server, 'shop', { name: 'Shop', metadata: { client_uri: 'https://shop.example' } })
  const { browser, actor } = await aBrowserOf(server, amy)
  const decide = async (consented: readonly string[] | null, changes: Parameters<typeof aRequest>[2] = {}) =>
    (
      await server.composed.parts.authorizations.decisions.decide(
        browser,
        aRequest(server, 'shop', changes),
        consented,
        actor,
      )
    ).code
  await decide(['openid', 'profile'])
  return { server, amy, client, token, decide }
}
