// The admin pages of policies, roles and keys: permissions, refused forms, and effects.
import { expect } from 'chai'
import { policyNames } from '../../server/policy/policies.js'
import { aClient } from '../support/client.js'
import { accessKeys } from '../support/keys.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

async function asAdmin(server: TestServer): Promise<Visitor> {
  const visitor = aVisitor(server)
  await visitor.signIn(admin)
  return visitor
}

/** Submits the form of a policy group, which leads to the preview. */
async function preview(visitor: Visitor, group: string, fields: Record<string, string>) {
  const action = `/admin/policies/change?group=${group}`
  const version = /name="version" value="(\d+)"/.exec((await visitor.open(action)).text)![1]!
  return visitor.submit(action, { version, ...fields }, action)
}

/** The hidden fields of the preview's form. */
function hiddenOn(text: string, action: string): Record<string, string> {
  const form = [...text.matchAll(/<form\b[\s\S]*?<\/form>/g)].find(one => one[0].includes(`action="${action}"`))![0]
  const fields = [...form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return Object.fromEntries(fields.map(([, name, value]) => [name, value!.replaceAll('&amp;', '&')]))
}

const policyOf = async (server: TestServer) => (await server.composed.parts.policies.policies.show()).policy

describe('the admin pages of policies, roles and keys', () => {
  const paths = [
    ...['/admin/policies', '/admin/policies/change', '/admin/policies/versions', '/admin/policies/versions/3/undo'],
    ...['/admin/roles', '/admin/roles/admin', '/admin/roles/clerk', '/admin/keys'],
    '/admin/policies/preview?reuse_grace=5s&version=3&apply=refresh',
  ]

  it('are shown to an administrator in three languages, and answer 403 without the permission', async () => {
    const server = await aServer()
    await server.composed.parts.people.roles.create('clerk', ['orders:write'], 'system')
    await server.setPolicy({ reuse_grace: 7 })
    const visitor = await asAdmin(server)
    const stranger = aVisitor(server)
    await stranger.signIn(await server.aUser({ roles: ['clerk'] }))
    for (const path of paths) {
      for (const language of ['en', 'uz', 'ru']) {
        const { status, text } = await visitor.send('GET', path, { headers: { 'Accept-Language': language } })
        expect(status, `${path} ${language}`).to.equal(200)
        expect(text, path).to.not.match(/>(policies|roles|keys)\.\w+/)
      }
      expect((await stranger.send('GET', path)).status, path).to.equal(403)
      expect((await aVisitor(server).send('GET', path)).status, path).to.equal(303)
    }
  })

  it('show every policy by name, and the role auditor no form that changes anything', async () => {
    const server = await aServer()
    const auditor = aVisitor(server)
    await auditor.signIn(await server.aUser({ roles: ['auditor'] }))
    const { text } = await auditor.open('/admin/policies')
    for (const name of policyNames) expect(text).to.include(`<code>${name}</code>`)
    expect(text).to.not.include('/admin/policies/change')
    for (const path of [
      '/admin/keys',
      '/admin/roles',
      '/admin/roles/-/matrix',
      '/admin/roles/support',
      '/admin/policies/versions',
    ]) {
      const page = await auditor.open(path)
      expect(page.status, path).to.equal(200)
      expect(page.text, path).to.not.match(/action="\/admin\//)
    }
  })
})

describe('a policy change on the admin pages', () => {
  it('is refused with an error in words, and keeps the typed values', async () => {
    const server = await aServer()
    const visitor = await asAdmin(server)
    const before = await snapshotOf(server)
    const cases: [string, Record<string, string>, string][] = [
      ['lifetimes', { access_token_lifetime: 'soon' }, 'Enter a duration such as 90 seconds'],
      ['lifetimes', { access_token_lifetime: '1,5 hours' }, 'Enter whole numbers'],
      ['lifetimes', { access_token_lifetime: '2d' }, 'From 10 seconds to 1 day.'],
      ['lifetimes', { refresh_token_lifetime: '40d' }, 'longer than the whole session may'],
      ['lifetimes', { rotate_refresh_tokens: 'maybe' }, 'Choose one of the options.'],
      ['sessions', { max_sessions_per_user: '-1' }, 'Enter a whole number.'],
      ['tokens', { user_id_claim: 'sid' }, 'Another claim already has this name.'],
      ['tokens', { audience: 'a b' }, 'without spaces'],
      ['people', { password_min_length: '8' }, 'You have changed nothing yet.'],
    ]
    for (const [group, fields, problem] of cases) {
      const { status, text } = await preview(visitor, group, fields)
      expect(status, problem).to.equal(400)
      expect(text).to.include(problem)
      // A select element cannot show a value that is none of its options.
      for (const value of Object.values(fields)) if (value !== 'maybe') expect(text).to.include(`"${value}"`)
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('is previewed against the present policy from a link without a version, and from none of an earlier version', async () => {
    const server = await aServer()
    const visitor = await asAdmin(server)
    const shown = await visitor.open('/admin/policies/preview?reuse_grace=5s')
    expect(shown.status).to.equal(200)
    const { version } = await server.composed.parts.policies.policies.show()
    expect(hiddenOn(shown.text, '/admin/policies')).to.include({ changes: 'reuse_grace=5s', version: String(version) })
    await server.setPolicy({ reuse_grace: 7 })
    for (const wrong of [String(version), '', '0', `${version + 1}&version=${version + 1}`]) {
      const answer = await visitor.send('GET', `/admin/policies/preview?reuse_grace=5s&version=${wrong}`)
      expect(localOf(answer), wrong).to.equal('/admin/policies/change')
    }
    expect((await visitor.open('/admin/policies/preview?reuse_grace=never')).text).to.not.include('name="changes"')
  })

  it('previews the sessions it would end, asks for the password, takes effect, and can be undone', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amy' })
    const { refresh } = await client.signIn(amy)
    server.clock.advance('2h')
    const visitor = await asAdmin(server)
    const weighed = await preview(visitor, 'lifetimes', { access_token_lifetime: '30m', refresh_token_lifetime: '1h' })
    const shown = await visitor.open(localOf(weighed))
    expect(shown.text)
      .to.include('>1 session will end at its next refresh<')
      .and.include('>amy<')
      .and.include('has lain idle')
    // Text and button say the same; the button is red only where sessions end at once.
    const button = /<button class="button (\w+)"[^>]*><span>(Save: [^<]+)/
    expect(button.exec(shown.text)?.slice(1)).to.deep.equal(['primary', 'Save: 1 session will end at its next refresh'])
    expect(shown.text).to.include('30 minutes').and.not.include('itself')
    const now = await visitor.open(localOf(weighed).replace('apply=refresh', 'apply=now'))
    expect(button.exec(now.text)?.slice(1)).to.deep.equal([
      'danger',
      'Save: 1 session will end at its next refresh, which is due now',
    ])
    // The address holds the whole change, so that it can be shared.
    expect(localOf(weighed)).to.match(/access_token_lifetime=30m&refresh_token_lifetime=1h&version=\d+&apply=refresh$/)

    server.clock.advance('6m')
    const form = { ...hiddenOn(shown.text, '/admin/policies'), reason: 'lost <phones>' }
    const asked = await visitor.send('POST', '/admin/policies', { form, headers: ownSite })
    expect(asked.status).to.equal(401)
    const kept = hiddenOn(asked.text, '/admin/policies')
    const proven = { ...kept, reason: 'lost <phones>', _proof: password }
    expect(localOf(await visitor.send('POST', '/admin/policies', { form: proven, headers: ownSite }))).to.equal(
      '/admin/policies',
    )
    expect(await policyOf(server)).to.include({ access_token_lifetime: 1_800, refresh_token_lifetime: 3_600 })
    expect((await visitor.open('/admin/policies')).text).to.include('Saved as version')

    const versions = (await visitor.open('/admin/policies/versions')).text
    expect(versions).to.include('1 day → 1 hour').and.include('Why: lost &lt;phones&gt;').and.include('admin')
    const action = /href="(\/admin\/policies\/versions\/\d+\/undo)"/.exec(versions)![1]!
    const undone = await visitor.submit(action, { apply: 'now', reason: 'found' }, `${action}?apply=now`)
    expect(localOf(undone)).to.equal('/admin/policies/versions')
    expect(await policyOf(server)).to.include({ access_token_lifetime: 3_600, refresh_token_lifetime: 86_400 })
    await settle(server.composed)
    expect((await client.post('/api/token/refresh/', { refresh })).status).to.equal(200)
    // It cannot be undone twice.
    expect((await visitor.open(action)).text).to.include('cannot be undone: what it set')
  })

  it('applies to new sessions alone where that is possible, and can be extended to all', async () => {
    const server = await aServer()
    await aClient(server).signIn(await server.aUser())
    server.clock.advance('2h')
    const visitor = await asAdmin(server)
    const path = localOf(await preview(visitor, 'lifetimes', { refresh_token_lifetime: '1h' }))
    const forNew = path.replace('apply=refresh', 'apply=new')
    const shown = await visitor.open(forNew)
    expect(shown.text).to.include('No session will end')
    await visitor.submit('/admin/policies', { ...hiddenOn(shown.text, '/admin/policies'), reason: 'x' }, forNew)
    const forAll = /href="(\/admin\/policies\/preview[^"]+)"/.exec(
      (await visitor.open('/admin/policies/versions')).text,
    )![1]!
    const again = await visitor.open(forAll.replaceAll('&amp;', '&'))
    expect(again.text).to.include('1 session will end').and.include('Nothing changes for new sessions')

    const others = localOf(await preview(visitor, 'people', { password_min_length: '12' }))
    expect((await visitor.open(others.replace('apply=refresh', 'apply=new'))).text)
      .to.include('It cannot apply to new sessions only')
      .and.not.include('apply=new')
  })

  it('accepts 0 as a duration; the list of versions reaches every version', async () => {
    const server = await aServer()
    const visitor = await asAdmin(server)
    const path = localOf(await preview(visitor, 'lifetimes', { reuse_grace: '0' }))
    const form = { ...hiddenOn((await visitor.open(path)).text, '/admin/policies'), reason: 'strict' }
    await visitor.send('POST', '/admin/policies', { form, headers: ownSite })
    expect(await policyOf(server)).to.include({ reuse_grace: 0 })
    for (let more = 1; more <= 25; more++) await server.setPolicy({ reuse_grace: more })
    const [{ version } = { version: 0 }] = await server.composed.parts.policies.policies.versions({
      before: 1_000,
      limit: 1,
    })
    const first = (await visitor.open('/admin/policies/versions')).text
    expect(first).to.include(`1–25 of ${version}`)
    const next = /href="(\/admin\/policies\/versions\?before=\d+)"/.exec(first)![1]!
    expect((await visitor.open(next)).text).to.include(`26–${version} of ${version}`)
  })

  it('answers 409 when another change was saved after its preview', async () => {
    const server = await aServer()
    const visitor = await asAdmin(server)
    const path = localOf(await preview(visitor, 'lifetimes', { reuse_grace: '5s' }))
    const { text } = await visitor.open(path)
    await server.setPolicy({ reuse_grace: 20 })
    const form = { ...hiddenOn(text, '/admin/policies'), reason: 'x' }
    expect((await visitor.send('POST', '/admin/policies', { form, headers: ownSite })).status).to.equal(409)
    expect((await visitor.open(path)).text).to.include('Somebody has changed the policy in the meantime.')
    expect(await policyOf(server)).to.include({ reuse_grace: 20 })
  })

  it('is not made by a forged preview address or form, whose values are escaped', async () => {
    const server = await aServer()
    const visitor = await asAdmin(server)
    const before = await snapshotOf(server)
    for (const query of ['', '?version=2', '?nothing=1&version=2', '?reuse_grace=%3Cb%3E&version=2&apply=now']) {
      const { status, text } = await visitor.open(`/admin/policies/preview${query}`)
      expect(status, query).to.equal(200)
      expect(text).to.not.include('<b>')
    }
    for (const version of ['0', '1', '99', 'x', '1e1', '99999999999'])
      expect((await visitor.open(`/admin/policies/versions/${version}/undo`)).status, version).to.equal(404)
    const _token = visitor.tokenOn(await visitor.open('/account'), '/logout')
    const forms: Record<string, string>[] = [
      {},
      { changes: 'reuse_grace=5s' },
      { changes: 'reuse_grace=5s', apply: 'later', version: '2' },
    ]
    for (const fields of forms)
      await visitor.send('POST', '/admin/policies', { form: { _token, reason: 'x', ...fields }, headers: ownSite })
    // Opening a page consumes the pending notice.
    await visitor.open('/account')
    expect(await snapshotOf(server)).to.equal(before)
  })
})

describe('roles on the admin pages', () => {
  it('are created, changed, renamed and deleted; tokens of holders become stale, sessions stay', async () => {
    const server = await aServer()
    const visitor = await asAdmin(server)
    const made = await visitor.submit(
      '/admin/roles',
      { name: 'clerk', 'own:darvoza:users:read': '1', permissions: 'orders:read\n orders:write,' },
      '/admin/roles/-/new',
    )
    expect(localOf(made)).to.equal('/admin/roles/clerk')
    const roleOf = async (name: string) => (await server.composed.parts.people.roles.require(name)).permissions
    expect(await roleOf('clerk')).to.deep.equal(['darvoza:users:read', 'orders:read', 'orders:write'])

    const amy = await server.aUser({ username: 'amy', roles: ['clerk'] })
    const client = aClient(server)
    const { access, refresh } = await client.signIn(amy)
    const page = await visitor.open('/admin/roles/clerk')
    expect(page.text).to.include('1 holder is signed in').and.include('>amy<').and.include('orders:read\norders:write')
    await visitor.submit('/admin/roles/clerk/permissions', { permissions: 'orders:read' }, '/admin/roles/clerk')
    expect(await roleOf('clerk')).to.deep.equal(['orders:read'])
    expect((await client.get('/api/me/', access)).body).to.include({ reason: 'token_stale' })
    expect((await client.post('/api/token/refresh/', { refresh })).status).to.equal(200)

    const renamed = await visitor.submit('/admin/roles/clerk/name', { name: 'seller' }, '/admin/roles/clerk')
    expect(localOf(renamed)).to.equal('/admin/roles/seller')
    expect((await visitor.open('/admin/roles/clerk')).status).to.equal(404)
    expect((await visitor.open('/admin/roles/seller')).text).to.include('1 user loses seller at once.')
    await visitor.submit('/admin/roles/seller/delete', {}, '/admin/roles/seller')
    expect((await server.composed.parts.people.users.require(amy.id)).roles).to.deep.equal([])
  })

  it('list their holders page by page, below the forms that change the role', async () => {
    const server = await aServer()
    const visitor = await asAdmin(server)
    await server.composed.parts.people.roles.create('clerk', ['orders:read'], 'system')
    for (let one = 0; one < 26; one++) await server.aUser({ roles: ['clerk'] })
    const { text } = await visitor.open('/admin/roles/clerk')
    expect(text).to.include('1–25 of 26')
    expect(text.indexOf('id="delete"')).to.be.above(0).and.below(text.indexOf('Who has clerk'))
    const next = /href="(\/admin\/roles\/clerk\?[^"]*row=26[^"]*)"/.exec(text)![1]!.replaceAll('&amp;', '&')
    expect((await visitor.open(next)).text).to.include('26–26 of 26')
    const refused = await visitor.submit('/admin/roles/clerk/name', { name: 'Clerk!' }, '/admin/roles/clerk')
    expect(refused.text).to.match(/id="rename" open/)
  })

  it('refuse an invalid or taken name, an invalid permission, and any change of a built-in role', async () => {
    const server = await aServer()
    const visitor = await asAdmin(server)
    const before = await snapshotOf(server)
    for (const [fields, problem] of [
      [{ name: 'Clerk!' }, 'Lowercase letters, digits, - and _ only'],
      [{ name: 'support' }, 'There is already a role with this name.'],
      [{ name: 'clerk', permissions: 'Orders&Write' }, 'is not a permission.'],
      [{ name: '' }, 'Please fill this in.'],
    ] as [Record<string, string>, string][]) {
      const { status, text } = await visitor.submit('/admin/roles', fields, '/admin/roles/-/new')
      expect(status, problem).to.equal(400)
      expect(text).to.include(problem)
    }
    const none = { name: '', permissions: 'Orders&Write' }
    for (const fields of [none, { ...none, name: 'Clerk!' }, { ...none, name: 'support' }])
      expect((await visitor.submit('/admin/roles', fields, '/admin/roles/-/new')).text, fields.name)
        .to.include('Please correct 2 things')
        .and.include('is not a permission.')
    const builtIn = await visitor.open('/admin/roles/support')
    expect(builtIn.text)
      .to.include('This role is built in')
      .and.not.match(/action="\/admin\/roles/)
    const form = { _token: visitor.tokenOn(builtIn, '/logout'), permissions: 'orders:read', name: 'helpers' }
    for (const act of ['permissions', 'name', 'delete'])
      expect((await visitor.send('POST', `/admin/roles/support/${act}`, { form, headers: ownSite })).status).to.equal(
        409,
      )
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('cannot be created with a permission that the creator lacks', async () => {
    const server = await aServer()
    await server.composed.parts.people.roles.create('chief', ['darvoza:roles:write', 'darvoza:users:read'], 'system')
    const visitor = aVisitor(server)
    await visitor.signIn(await server.aUser({ roles: ['chief'] }))
    const fields = { name: 'more', 'own:darvoza:keys:write': '1' }
    expect((await visitor.submit('/admin/roles', fields, '/admin/roles/-/new')).status).to.equal(403)
    expect((await server.composed.parts.people.roles.list()).map(role => role.name)).to.not.include('more')
  })
})

describe('keys and secrets on the admin pages', () => {
  const statesOf = async (server: TestServer) =>
    (await accessKeys(server)).map(({ state, revokedAt }) => (revokedAt === null ? state : 'revoked')).sort()

  it('rotate after a waiting time or immediately, separately for each algorithm', async () => {
    const server = await aServer()
    const visitor = await asAdmin(server)
    expect((await visitor.open('/admin/keys')).text)
      .to.include('for up to 5 minutes')
      .and.include('What the states mean')
    expect((await visitor.submit('/admin/keys/rotate', {}, '/admin/keys')).status).to.equal(303)
    expect(await statesOf(server)).to.deep.equal(['active', 'pending'])
    expect((await visitor.open('/admin/keys')).text).to.include('is published, and signs from')
    await visitor.submit('/admin/keys/rotate', { now: '1' }, '/admin/keys')
    expect(await statesOf(server)).to.deep.equal(['active', 'retiring'])
    expect((await visitor.open('/admin/keys')).text).to.include('may refuse its tokens')
    // Each algorithm has a form of its own.
    await visitor.submit('/admin/keys/rotate', { algorithm: 'RS256', now: '1' }, '/admin/keys')
    const rsa = (await server.composed.parts.keys.keyRing.list()).filter(key => key.algorithm === 'RS256')
    expect(rsa.map(key => key.state).sort()).to.deep.equal(['active', 'retiring'])
    expect(await statesOf(server)).to.deep.equal(['active', 'retiring'])
    const unused = await visitor.submit('/admin/keys/rotate', { algorithm: 'PS256' }, '/admin/keys')
    expect(unused.status).to.equal(400)
  })

  it('are revoked: tokens signed with them get token_key_revoked, and sessions can refresh', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access, refresh } = await client.signIn(await server.aUser())
    const visitor = await asAdmin(server)
    const { kid } = (await accessKeys(server))[0]!
    expect((await visitor.open('/admin/keys')).text).to.include('2 live sessions stay')
    await visitor.submit(`/admin/keys/${kid}/revoke`, {}, '/admin/keys')
    expect(await statesOf(server)).to.deep.equal(['active', 'revoked'])
    expect((await client.get('/api/me/', access)).body).to.include({ reason: 'token_key_revoked' })
    expect((await client.post('/api/token/refresh/', { refresh })).status).to.equal(200)
    const _token = visitor.tokenOn(await visitor.open('/admin/keys'), '/admin/keys/rotate')
    for (const path of ['/admin/keys/nothing/revoke', '/admin/keys/secrets/audit/revoke'])
      expect((await visitor.send('POST', path, { form: { _token }, headers: ownSite })).status, path).to.equal(404)
  })

  it('are removed only when unneeded, with the permission, and after the password was typed again', async () => {
    const server = await aServer()
    const client = aClient(server)
    const visitor = await asAdmin(server)
    const old = (await accessKeys(server))[0]!
    const action = `/admin/keys/${old.kid}/remove`
    const page = await visitor.open('/admin/keys')
    expect(page.text).to.not.include('/remove"')
    const auditor = aVisitor(server)
    await auditor.signIn(await server.aUser({ roles: ['auditor'] }))
    const theirs = auditor.tokenOn(await auditor.open('/admin/keys'), '/logout')
    const before = await snapshotOf(server)
    const send = async (from: Visitor, token: string) =>
      (await from.send('POST', action, { form: { _token: token }, headers: ownSite })).status
    expect(await send(visitor, visitor.tokenOn(page, '/admin/keys/rotate'))).to.equal(409)
    expect(await send(auditor, theirs)).to.equal(403)
    expect(await snapshotOf(server)).to.equal(before)

    await visitor.submit('/admin/keys/rotate', { now: '1' }, '/admin/keys')
    expect((await visitor.open('/admin/keys')).text).to.not.include(action)
    server.clock.advance('67m')
    const ready = await visitor.open('/admin/keys')
    expect(ready.text).to.include(action).and.include('No token that it signed can be live any more')
    const _token = visitor.tokenOn(ready, action)
    expect((await visitor.send('POST', action, { form: { _token }, headers: ownSite })).status).to.equal(401)
    const form = { _token, _proof: password }
    expect(localOf(await visitor.send('POST', action, { form, headers: ownSite }))).to.equal('/admin/keys')
    expect((await visitor.open('/admin/keys')).text).to.include('is removed; nothing needed it.')
    expect(await statesOf(server)).to.deep.equal(['active', 'gone'])
    const [noted] = await server.composed.parts.logs.auditLog.search({ before: 1e9, limit: 1, action: 'key_removed' })
    expect(noted).to.include({ actor: 'user:1', subject: old.kid })
    const jwks = (await client.get('/.well-known/jwks.json')).body as { keys: { kid: string }[] }
    expect(jwks.keys.map(key => key.kid)).to.not.include(old.kid)
  })

  it('are revoked: the device secret ends no session, the refresh secret ends all', async () => {
    const server = await aServer()
    const client = aClient(server)
    const { access } = await client.signIn(await server.aUser())
    const visitor = await asAdmin(server)
    await visitor.submit('/admin/keys/secrets/device/revoke', {}, '/admin/keys')
    expect((await client.get('/api/me/', access)).status).to.equal(200)
    expect((await visitor.open('/admin/keys')).text).to.include('no device is known any more')
    const ended = await visitor.submit('/admin/keys/secrets/refresh/revoke', {}, '/admin/keys')
    expect(localOf(ended)).to.equal('/login')
    expect((await client.get('/api/me/', access)).status).to.equal(401)
    expect((await visitor.open('/admin/keys')).text).to.match(/Your session was ended|You were signed out everywhere/)
  })
})
