// Admin pages of client registration: initial access tokens, self-registered applications, and their adoption.
import { expect } from 'chai'
import { aResourceServer, authorizeQuery } from '../support/authorizations.js'
import { asAdministrator } from '../support/issuer.js'
import { aRegistered, aTool, callback, manage, register, registered } from '../support/registrations.js'
import { aServer, password, settle } from '../support/server.js'
import { aVisitor, localOf } from '../support/visitor.js'

const admin = { username: 'admin', password }
const page = '/admin/applications/-/tokens'

async function anAdministrator(policy: Parameters<typeof aServer>[0] = {}) {
  const server = await aServer(policy)
  const visitor = aVisitor(server)
  await visitor.signIn(admin)
  return { server, visitor }
}

describe('the page of initial access tokens', () => {
  it('refuses invalid fields, shows a new token once, and ends it', async () => {
    const { server, visitor } = await anAdministrator({ policy: { client_registration: 'token' } })
    await aResourceServer(server, 'books', 'books:read')
    await settle(server.composed)
    const make = (fields: Record<string, string>) => visitor.submit(page, fields, page)
    const wrong = { name: '', most_uses: 'many', expires: '7d' }
    for (const fields of [
      wrong,
      { ...wrong, name: 'a', most_uses: '0' },
      { ...wrong, name: 'a', most_uses: '', expires: 'ever' },
    ]) {
      const { status, text } = await make(fields)
      expect([status, /class="problem"/.test(text)], JSON.stringify(fields)).to.deep.equal([400, true])
    }
    for (const scope of ['darvoza:admin', 'unheard:of'])
      expect((await make({ name: 'a', most_uses: '', expires: '7d', [`scopes:${scope}`]: '1' })).status).to.equal(400)
    expect(await server.composed.parts.registrations.initialAccessTokens.list()).to.deep.equal([])
    const made = await make({ name: 'Tools <b>', most_uses: '2', expires: '7d', 'scopes:books:read': '1' })
    expect([made.status, made.headers.get('cache-control')]).to.deep.equal([200, 'no-store'])
    const token = /dvz_iat_[A-Za-z0-9_-]{43}/.exec(made.text.replaceAll('<wbr>', ''))![0]
    expect((await register(server, { ...aTool, scope: 'books:read' }, token)).status).to.equal(201)
    const listed = (await visitor.open(page)).text
    expect(listed).to.include('Tools &lt;b&gt;').and.include('books:read').and.include('1 of 2')
    expect(listed.replaceAll('<wbr>', '')).to.include(token.slice(-4)).and.not.include(token)
    const [one] = await server.composed.parts.registrations.initialAccessTokens.list()
    expect(localOf(await visitor.submit(`${page}/${one!.id}/end`, {}, page))).to.equal(page)
    expect((await register(server, aTool, token)).status).to.equal(401)
  }).timeout(60_000)
})

describe('an application that registered itself', () => {
  it('is marked as such on admin and consent pages until an administrator adopts it', async () => {
    const { server, visitor } = await anAdministrator({ policy: { client_registration: 'open' } })
    const mine = await registered(server)
    const { client_id: id } = mine
    await aRegistered(server, 'other')
    const own = `/admin/applications/${id}`
    const list = await visitor.open('/admin/applications?origin=registration')
    expect(list.text).to.include(own).and.include('registered itself').and.not.include('/admin/applications/darvoza')
    expect((await visitor.open('/admin/applications?origin=administrator')).text).to.not.include(own)
    expect((await visitor.open(own)).text).to.include('It registered itself on')
    const query = authorizeQuery(id, { redirect_uri: callback })
    const person = await server.aUser()
    const browser = aVisitor(server)
    await browser.signIn(person)
    const asked = await browser.open(`/oauth/authorize?${query}`)
    expect(asked.text).to.include('Tool registered itself here on').and.include('tool.example')
    // An administrator may not change what the application has stated about itself.
    const administrator = await asAdministrator(server)
    for (const named of [
      { client_name: 'Ours' },
      { redirect_uris: ['https://ours.example/'] },
      { contacts: ['a@b.example'] },
    ]) {
      const refused = await administrator.patch(`/api/admin/applications/${id}`, named)
      expect([refused.status, refused.text.includes('adopt it first')], refused.text).to.deep.equal([400, true])
    }
    const settings = `${own}?tab=settings`
    const fixed = await visitor.open(settings)
    expect(fixed.text)
      .to.match(/<input[^>]* name="client_name"[^>]* readonly/)
      .and.not.include('name="first_party"')
    expect(localOf(await visitor.submit(own, { client_name: 'Ours' }, settings))).to.equal(settings)
    const { applications } = server.composed.parts.applications
    expect((await applications.require(id)).name).to.equal('Tool')
    // Only the version that the administrator has looked at is adopted, no later one.
    const seen = await visitor.open(own)
    expect(seen.text.replaceAll('<wbr>', '')).to.include(`Its codes go to ${callback}.`)
    const version = /name="version" value="(\d+)"/.exec(seen.text)![1]!
    const elsewhere = { ...aTool, client_id: id, redirect_uris: ['https://evil.example/'] }
    expect((await manage(server, 'PUT', mine, elsewhere)).status).to.equal(200)
    expect(localOf(await visitor.submit(`${own}/adopt`, { version }, own))).to.equal(own)
    expect((await visitor.open(own)).text)
      .to.include('changed itself after you were shown it')
      .and.include('It registered itself')
    expect((await manage(server, 'PUT', mine, { ...aTool, client_id: id })).status).to.equal(200)
    const third = String(Number(version) + 2)
    expect(localOf(await visitor.submit(`${own}/adopt`, { version: third }, own))).to.equal(own)
    expect((await administrator.patch(`/api/admin/applications/${id}`, { client_name: 'Ours' })).status).to.equal(200)
    const after = await visitor.open(own)
    expect(after.text).to.not.include('It registered itself').and.not.include(`${own}/adopt`)
    expect((await browser.open(`/oauth/authorize?${query}`)).text).to.not.include('registered itself')
  })
})
