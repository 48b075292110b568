// Consents on the pages: the account page of a user, and the admin page of that user.
import { expect } from 'chai'
import { aSessionOf, changeApplication } from '../support/applications.js'
import { anAgreedApplication, aWebsite } from '../support/authorizations.js'
import { aClient } from '../support/client.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, password } from '../support/server.js'
import { devicesOf } from '../support/sessions.js'
import { countOf } from '../support/statements.js'
import { aVisitor, localOf } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

onEachEngine('the applications page of the account', engine => {
  it('says that no application acts for a user without consents', async () => {
    const server = await aServer({ engine })
    const visitor = aVisitor(server)
    await visitor.signIn(await server.aUser())
    expect((await visitor.open('/account/applications')).text).to.include('No application acts for you')
  })

  it('shows an application with its scopes in words, and answers 404 for one of another user', async () => {
    const { server, visitor, amy, id } = await aHouse(engine)
    const ben = await server.aUser()
    const bens = await anAgreedApplication(server, ben.id)
    const page = await visitor.open('/account/applications')
    expect(page.text).to.include('Weather').and.include('See your e-mail address').and.include('1 live session')
    expect(page.text).to.not.include(bens).and.not.include('Not reviewed by an administrator')
    await changeApplication(server, id, { origin: 'registration' })
    expect((await visitor.open('/account/applications')).text).to.include('Not reviewed by an administrator')
    const form = { _token: visitor.tokenOn(page, `/account/applications/${id}/withdraw`) }
    const refused = await visitor.send('POST', `/account/applications/${bens}/withdraw`, { form, headers: ownSite })
    expect(refused.status).to.equal(404)
    const { consents } = server.composed.parts.authorizations
    expect(await consents.remembered(ben.id, bens)).to.not.equal(null)
    expect(await consents.remembered(amy.id, id)).to.not.equal(null)
  })

  it('withdraws a consent, ends its sessions, and records it in the security events', async () => {
    const { server, visitor, amy, id, session } = await aHouse(engine)
    const action = `/account/applications/${id}/withdraw`
    const answer = await visitor.submit(action, {}, '/account/applications')
    expect(localOf(answer)).to.equal('/account/applications')
    const page = await visitor.open('/account/applications')
    expect(page.text).to.include('Weather no longer has access.').and.include('No application acts for you')
    const { sessionStore, database } = server.composed.parts.storage
    expect((await sessionStore.find(database, session.id))?.endedReason).to.equal('consent_withdrawn')
    expect(await server.composed.parts.authorizations.consents.listOf(amy.id)).to.deep.equal([])
    expect((await visitor.open('/account/events')).text).to.include('Withdrew the access of an application')
  })

  it('ends the sessions of a first-party application, which has no consent', async () => {
    const { server, visitor, amy } = await aHouse(engine)
    await aWebsite(server, 'intranet', { name: 'Intranet', metadata: { first_party: true } })
    await aSessionOf(server, amy, 'intranet')
    const page = await visitor.open('/account/applications')
    expect(page.text).to.include('part of this server').and.include('Sign out of it')
    await visitor.submit('/account/applications/intranet/withdraw', {}, '/account/applications')
    expect((await visitor.open('/account/applications')).text).to.not.include('part of this server')
  })

  it('costs four SQL reads and no write', async () => {
    const { server, visitor } = await aHouse(engine)
    const counted = await countOf(server, async () => {
      expect((await visitor.send('GET', '/account/applications')).status).to.equal(200)
    })
    // The browser session, the consents, the live sessions, and the applications.
    expect(counted).to.deep.equal({ reads: 4, writes: 0 })
  })
})

onEachEngine('the applications of a user', engine => {
  it('are listed and withdrawn by an administrator, by page and by API', async () => {
    const { server, amy, id } = await aHouse(engine)
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const client = aClient(server)
    const token = (await client.signIn(admin)).access
    const listed = await client.get(`/api/admin/users/${amy.id}/applications`, token)
    expect(listed.body.results.map((one: { client_id: string }) => one.client_id)).to.deep.equal([id])
    const page = await visitor.open(`/admin/users/${amy.id}`)
    expect(page.text).to.include('Applications that act for this user').and.include('email')
    const action = `/admin/users/${amy.id}/applications/${id}/withdraw`
    const form = { _token: visitor.tokenOn(page, action) }
    expect(localOf(await visitor.send('POST', action, { form, headers: ownSite }))).to.equal(`/admin/users/${amy.id}`)
    expect((await client.get(`/api/admin/users/${amy.id}/applications`, token)).body.results).to.deep.equal([])
    expect((await client.delete(`/api/admin/users/${amy.id}/applications/${id}`, token)).status).to.equal(404)
    const more = await anAgreedApplication(server, amy.id)
    expect((await client.delete(`/api/admin/users/${amy.id}/applications/${more}`, token)).status).to.equal(204)
  })

  it('are shown by name at devices, once each with the number of sessions', async () => {
    const { server, visitor, amy, id } = await aHouse(engine)
    await aSessionOf(server, amy, id)
    const deviceId = (await devicesOf(server, amy.id))[0]!.device.id
    await server.composed.parts.storage.database.write('UPDATE session SET device_id = ? WHERE user_id = ?', [
      deviceId,
      amy.id,
    ])
    expect((await visitor.open('/account/devices')).text).to.include('Signed in to Darvoza and Weather (2)')
    const root = aVisitor(server)
    await root.signIn(admin)
    expect((await root.open(`/admin/users/${amy.id}`)).text).to.include('Weather (2)')
    const rows = [
      ...(await root.open(`/admin/devices/${deviceId}`)).text.matchAll(/\/admin\/sessions\/[^"]+">([^<]+)</g),
    ]
    const order = rows.map(match => match[1]).join()
    expect(order).to.be.oneOf(['Weather,Weather,Darvoza', 'Darvoza,Weather,Weather'])
  })
})

/** Amy's browser is signed in; an application has her consent and a session. */
async function aHouse(engine: Engine) {
  const server = await aServer({ engine })
  const amy = await server.aUser({ username: 'amy' })
  const visitor = aVisitor(server)
  await visitor.signIn(amy)
  const id = await anAgreedApplication(server, amy.id)
  const { session } = await aSessionOf(server, amy, id)
  return { server, amy, visitor, id, session }
}
