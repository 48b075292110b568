// API keys on the pages: the account page, the pages of administrators, and the token inspector.
import { expect } from 'chai'
import { aResourceServer } from '../support/authorizations.js'
import { aClient } from '../support/client.js'
import { aServer, issuer, password, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { countOf } from '../support/statements.js'
import { aVisitor, localOf, type Seen, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }
const form = '/account/keys/new'
const usual = { name: 'Nightly', resource: '', expires: '90d', until: '', 'own:darvoza:account': '1' }

/** Amy has the role support, and a role with the permission orders:read. */
async function aHouse() {
  const server = await aServer()
  await aResourceServer(server, 'orders', 'orders:read')
  await server.composed.parts.people.roles.create('seller', ['orders:read'], 'system')
  const amy = await server.aUser({ username: 'amy', roles: ['support', 'seller'] })
  const visitor = aVisitor(server)
  await visitor.signIn(amy)
  await settle(server.composed)
  return { server, visitor, amy }
}

const keysOf = ({ composed }: TestServer, userId: number) => composed.parts.apiKeys.apiKeys.listOf(userId)
const shownIn = ({ text }: Seen): string | undefined => /data-copy="(dvz_key_[\w-]{43})"/.exec(text)?.[1]
const asKey = (server: TestServer, text: string, path: string) =>
  aClient(server).send('GET', path, { headers: { Authorization: `Token ${text}` } })

describe('the API keys page of the account', () => {
  it('offers only scopes that the user holds, and lists no key at first', async () => {
    const { visitor } = await aHouse()
    expect((await visitor.open('/account/keys')).text).to.include('You have no API keys')
    const { text } = await visitor.open(form)
    const offered = [...text.matchAll(/name="(?:own|others):([\w:]+)"/g)].map(([, name]) => name)
    expect(offered).to.deep.equal([
      ...['darvoza:account', 'darvoza:sessions:end', 'darvoza:sessions:read', 'darvoza:users:read'],
      'orders:read',
    ])
    expect(text).to.include('May orders:read at orders').and.include('What no key may ever do')
  })

  it('refuses an invalid form with the reason, keeps the typed values, and creates no key', async () => {
    const { server, visitor } = await aHouse()
    const token = visitor.tokenOn(await visitor.open(form), form)
    const before = await snapshotOf(server)
    const wrong: [Record<string, string>, string][] = [
      [{ name: ' ' }, 'fill this in'],
      [{ 'own:darvoza:account': '' }, 'fill this in'],
      [{ 'own:darvoza:keys:write': '1' }, 'does not have “darvoza:keys:write”'],
      [{ resource: 'https://nobody.example' }, 'No resource server is known'],
      [{ expires: 'soon' }, 'fill this in'],
      [{ expires: 'date' }, 'fill this in'],
      [{ expires: 'date', until: 'tomorrow' }, 'must be a day such as'],
      [{ expires: 'date', until: '2001-01-31' }, 'It must lie in the future'],
    ]
    for (const [changes, told] of wrong) {
      const fields: Record<string, string> = { ...usual, _token: token, ...changes }
      // Browsers do not send an unticked checkbox.
      if (changes['own:darvoza:account'] === '') delete fields['own:darvoza:account']
      const { status, text } = await visitor.send('POST', form, { form: fields, headers: ownSite })
      expect(status, JSON.stringify(changes)).to.equal(400)
      expect(text, JSON.stringify(changes)).to.match(new RegExp(told)).and.include('class="problem"')
      if (changes.name === undefined) expect(text).to.include('value="Nightly"')
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('asks for the password when the sign-in is older than five minutes', async () => {
    const { server, visitor } = await aHouse()
    server.clock.advance('6m')
    const asked = await visitor.open(form)
    expect([asked.status, asked.text.includes('name="_proof"')]).to.deep.equal([401, true])
  })

  it('creates a key that is shown once, has only the ticked scopes, and is listed by its ending', async () => {
    const { server, visitor, amy } = await aHouse()
    const made = await visitor.submit(form, { ...usual, 'others:orders:read': '1' }, form)
    const text = shownIn(made)!
    expect([made.status, made.headers.get('cache-control')]).to.deep.equal([200, 'no-store'])
    expect(made.text).to.include(`Authorization: Token ${text}`.replaceAll("'", '&#39;'))
    expect((await asKey(server, text, '/api/me/')).body.username).to.equal('amy')
    expect((await asKey(server, text, '/api/admin/users/')).body.code).to.equal('api_key_scope')
    // A scope of a resource server is left out of a key for this server.
    const [key] = await keysOf(server, amy.id)
    expect([key!.scopes, key!.resource, key!.elevated]).to.deep.equal([['darvoza:account'], null, false])
    expect(key!.expiresAt! - server.clock.now()).to.be.within(89 * 86_400_000, 90 * 86_400_000)
    const page = await visitor.open('/account/keys')
    expect(page.text)
      .to.include(`dvz_key_…${text.slice(-4)}`)
      .and.include('See and change the own account')
    for (const everything of [
      page.text,
      (await visitor.open(form)).text,
      server.logged.join(),
      await snapshotOf(server),
    ])
      expect(everything).to.not.include(text)
  })

  it('escapes the resource identifier in the curl command (shell injection)', async () => {
    const { server, visitor } = await aHouse()
    const resource = `https://orders.example/$(id);'&x`
    await server.composed.parts.applications.applications.change('orders', { resource }, 'system')
    await settle(server.composed)
    const fields = { ...usual, resource, 'others:orders:read': '1' }
    const { text } = await visitor.submit(form, fields, form)
    const copied = /data-copy="(curl[^"]*)"/.exec(text)![1]!.replaceAll('&#39;', "'").replaceAll('&amp;', '&')
    expect(copied).to.match(/ 'https:\/\/orders\.example\/\$\(id\);'\\''&x'$/)
  })

  it('shows an example request that the new key may make', async () => {
    const { server, visitor } = await aHouse()
    const { 'own:darvoza:account': _, ...others } = usual
    const made = await visitor.submit(form, { ...others, 'own:darvoza:users:read': '1' }, form)
    const path = new RegExp(`${issuer}(/api/[^\\s"<'&]+)`).exec(made.text)![1]!
    expect(path).to.equal('/api/admin/users/')
    expect((await asKey(server, shownIn(made)!, path)).status).to.equal(200)
  })

  it('creates a key for a resource server until a chosen day, and one without expiry with a warning', async () => {
    const { server, visitor, amy } = await aHouse()
    const day = new Date(server.clock.now() + 5 * 86_400_000).toISOString().slice(0, 10)
    const fields = { ...usual, resource: 'https://orders.example', 'others:orders:read': '1', elevated: '1' }
    await visitor.submit(form, { ...fields, expires: 'date', until: day }, form)
    const [key] = await keysOf(server, amy.id)
    expect([key!.scopes, key!.resource, key!.elevated]).to.deep.equal([
      ['orders:read'],
      'https://orders.example',
      false,
    ])
    expect(new Date(key!.expiresAt! - 1).toISOString().slice(0, 10)).to.equal(day)
    const made = await visitor.submit(form, { ...usual, elevated: '1', expires: 'never' }, form)
    expect(made.text).to.include('This key never expires')
    const forever = (await keysOf(server, amy.id)).find(one => one.expiresAt === null)!
    expect(forever.elevated).to.equal(true)
  })

  it('ends a key at once, and answers 404 for a key of another user', async () => {
    const { server, visitor, amy } = await aHouse()
    const text = shownIn(await visitor.submit(form, usual, form))!
    const { key: others } = await server.composed.parts.apiKeys.apiKeys.create(
      1,
      { name: 'Other', scopes: ['darvoza:account'] },
      'system',
    )
    const [key] = await keysOf(server, amy.id)
    const action = `/account/keys/${key!.id}/end`
    const _token = visitor.tokenOn(await visitor.open('/account/keys'), action)
    const refused = await visitor.send('POST', `/account/keys/${others.id}/end`, { form: { _token }, headers: ownSite })
    expect(refused.status).to.equal(404)
    expect((await keysOf(server, 1))[0]!.state).to.equal('active')
    expect((await asKey(server, text, '/api/me/')).status).to.equal(200)
    expect(localOf(await visitor.submit(action, {}, '/account/keys'))).to.equal('/account/keys')
    expect((await asKey(server, text, '/api/me/')).status).to.equal(401)
    const { text: told } = await visitor.open('/account/keys')
    expect(told).to.include('The API key has ended.').and.include('Ended by hand').and.not.include(action)
  })
})

describe('API keys on the pages of administrators', () => {
  async function anOffice() {
    const house = await aHouse()
    const administrator = aVisitor(house.server)
    await administrator.signIn(admin)
    const own = await house.visitor.submit(form, usual, form)
    return { ...house, administrator, text: shownIn(own)! }
  }

  it('are created for a user whose password the creator may set, with permissions both have', async () => {
    const { server, administrator, amy, visitor } = await anOffice()
    const action = `/admin/users/${amy.id}/keys/new`
    const made = await administrator.submit(action, { ...usual, 'own:darvoza:users:read': '1' }, action)
    expect((await asKey(server, shownIn(made)!, '/api/admin/users/')).status).to.equal(200)
    const given = { ...usual, 'own:darvoza:keys:write': '1' }
    expect((await administrator.submit(action, given, action)).text).to.include('does not have “darvoza:keys:write”')
    // The role support sees keys of others, and may not create any.
    expect((await visitor.open(`/admin/users/${amy.id}`)).text)
      .to.include('Nightly')
      .and.not.include(action)
    expect((await visitor.open('/admin/users/1/keys/new')).status).to.equal(403)
    const { roles } = server.composed.parts.people
    await roles.create('deputy', ['darvoza:users:read', 'darvoza:users:write', 'darvoza:sessions:read'], 'system')
    const deputy = aVisitor(server)
    await deputy.signIn(await server.aUser({ roles: ['deputy'] }))
    const page = await deputy.open(action)
    expect(page.text).to.include('own:darvoza:users:read').and.not.include('own:darvoza:sessions:end')
    expect((await deputy.submit('/admin/users/1/keys/new', usual, '/admin/users/1/keys/new')).status).to.equal(403)
    expect(await keysOf(server, 1)).to.deep.equal([])
  })

  it('are listed with their users, filtered, exported as CSV, and ended', async () => {
    const { server, administrator, amy, text } = await anOffice()
    const { apiKeys } = server.composed.parts.apiKeys
    await apiKeys.create(1, { name: 'Backup', scopes: ['darvoza:audit:read'], elevated: true }, 'system')
    const list = async (query: string) => (await administrator.open(`/admin/api-keys${query}`)).text
    expect(await list(''))
      .to.include('Nightly')
      .and.include('Backup')
      .and.include('>elevated<')
    expect(await list('?user=amy'))
      .to.include('Nightly')
      .and.not.include('Backup')
    expect(await list(`?text=${text.slice(-4)}`))
      .to.include('Nightly')
      .and.not.include('Backup')
    expect(await list('?state=ended')).to.include('No such API key was found')
    const file = await administrator.send('GET', '/admin/api-keys.csv?user=amy')
    expect(file.text.trim().split('\r\n')).to.have.length(2)
    expect(file.text).to.include('Nightly').and.not.include(text)
    const [key] = await keysOf(server, amy.id)
    const page = `/admin/users/${amy.id}`
    const ended = await administrator.submit(`/admin/api-keys/${key!.id}/end`, { back: page }, page)
    expect(localOf(ended)).to.equal(page)
    expect((await asKey(server, text, '/api/me/')).status).to.equal(401)
    expect(await list('?state=ended')).to.include('Nightly')
  })

  it('are judged by the token inspector, which neither shows them nor counts as a use', async () => {
    const { server, administrator, amy, text } = await anOffice()
    const inspect = (token: string) => administrator.submit('/admin/inspector', { token }, '/admin/inspector')
    for (const token of [text, `Authorization: Token ${text}`]) {
      const { text: told } = await inspect(token)
      expect(told).to.include('The API key is valid').and.include('amy').and.include('See and change the own account')
      expect(told).to.not.include(text)
    }
    expect((await inspect(`${text.slice(0, -1)}*`)).text).to.include('api_key_unknown')
    await server.composed.parts.people.users.disable(amy.id, 'system')
    expect((await inspect(text)).text)
      .to.include('user_inactive')
      .and.include('The user was disabled')
    await server.composed.jobs.settled()
    expect((await keysOf(server, amy.id))[0]!.lastUsedAt).to.equal(null)
  })

  it('cost each page a fixed number of SQL reads', async () => {
    const { server, administrator, visitor } = await anOffice()
    const page = (by: Visitor, path: string) =>
      countOf(server, async () => {
        expect((await by.send('GET', path)).status).to.equal(200)
      })
    // The browser session, and the keys.
    expect(await page(visitor, '/account/keys'), 'own').to.deep.equal({ reads: 2, writes: 0 })
    // The browser session, and the list of resource servers: how far it is read, its ids and its rows.
    expect(await page(visitor, form), 'new').to.deep.equal({ reads: 4, writes: 0 })
    // The browser session, the ids of the list, the keys, and their users.
    expect(await page(administrator, '/admin/api-keys'), 'everybody').to.deep.equal({ reads: 4, writes: 0 })
  })
})
