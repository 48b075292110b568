// API keys through HTTP: who may create them, what they permit, and how they end.
import { expect } from 'chai'
import { aKeyOf, byKey } from '../support/api-keys.js'
import { type Answer, aClient, type Client } from '../support/client.js'
import { type Engine, onEachEngine, sqlite } from '../support/engines.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { countOf } from '../support/statements.js'

const admin = { username: 'admin', password }

async function aWorld(engine: Engine = sqlite) {
  const server = await aServer({ engine })
  const client = aClient(server)
  const token = (await client.signIn(admin)).access
  return { server, client, token }
}

const whyOf = ({ status, body }: Answer) => [status, body?.reason ?? body?.code]
const permissionDenied = { detail: 'You do not have permission to perform this action.' }

describe('creating an API key', () => {
  let world: { server: TestServer; client: Client; token: string }
  beforeEach(async () => {
    world = await aWorld()
  })
  const asked = { name: 'Nightly', scopes: ['darvoza:account'] }

  it('is refused without a recent sign-in, and by API keys, also elevated ones', async () => {
    const { server, client } = world
    const amy = await server.aUser({ roles: ['support'] })
    const { access } = await client.signIn(amy)
    server.clock.advance('6m')
    const before = await snapshotOf(server)
    const late = await client.post('/api/me/keys/', asked, access)
    expect(whyOf(late)).to.deep.equal([401, 'insufficient_user_authentication'])
    expect(late.headers.get('www-authenticate')).to.include('max_age="300"')
    const { text } = await aKeyOf(server, amy.id, { scopes: ['darvoza:account'], elevated: true })
    expect(whyOf(await byKey(client, text).post('/api/me/keys/', asked))).to.deep.equal([403, 'not_by_api_key'])
    const root = await aKeyOf(server, 1, { scopes: ['darvoza:users:write'], elevated: true })
    const path = `/api/admin/users/${amy.id}/keys`
    expect(whyOf(await byKey(client, root.text).post(path, asked))).to.deep.equal([403, 'not_by_api_key'])
    expect(JSON.parse(before).api_key.length).to.equal(JSON.parse(await snapshotOf(server)).api_key.length - 2)
  })

  it('is refused below HTTP for API keys and for tokens with a ceiling', async () => {
    const { server } = world
    const { apiKeys } = server.composed.parts.apiKeys
    const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }
    const of = (credential: object) => ({ name: 'user:1', origin, credential }) as never
    const key = { apiKeyId: 'a', permission: null, recent: false, ceiling: ['darvoza:account'] }
    const error = await apiKeys.create(1, asked, of(key)).catch(error => error.code)
    expect(error).to.equal('not_by_api_key')
    const token = { sid: 'a', permission: null, beforeNewPassword: false, ceiling: ['darvoza:account'] }
    expect(await apiKeys.create(1, asked, of(token)).catch(error => error.code)).to.equal('insufficient_scope')
  })

  it('answers 400 naming the invalid fields, and creates nothing', async () => {
    const { server, client } = world
    const amy = await server.aUser({ permissions: ['orders:read'] })
    const { access } = await client.signIn(amy)
    const before = await snapshotOf(server)
    const wrong = {
      name: ' ',
      scopes: [],
      resource: 'https://nobody.example',
      expires_at: '2000-01-01',
      elevated: false,
    }
    const answer = await client.post('/api/me/keys/', wrong, access)
    expect([answer.status, Object.keys(answer.body)]).to.deep.equal([400, ['name']])
    const all = await client.post('/api/me/keys/', { ...wrong, name: 'a\u0000b'.replace('\u0000', '\u0007') }, access)
    expect(Object.keys(all.body).sort()).to.deep.equal(['expires_at', 'name', 'resource', 'scopes'])
    const refused: [object, string][] = [
      [{ scopes: ['orders:write'] }, 'The user does not have "orders:write".'],
      [{ scopes: ['darvoza:users:read'] }, 'The user does not have "darvoza:users:read".'],
      [{ scopes: ['darvoza:everything'] }, '"darvoza:everything" is not a permission.'],
      [{ scopes: ['revocations:read'] }, 'The user does not have "revocations:read".'],
      [{ scopes: [] }, 'This field is required.'],
      [{ scopes: 'orders:read' }, 'Expected a list of items but got type "str".'],
    ]
    for (const [more, said] of refused) {
      const { status, body } = await client.post('/api/me/keys/', { name: 'a', ...more }, access)
      expect([status, body]).to.deep.equal([400, { scopes: [said] }])
    }
    const now = new Date(server.clock.now()).toISOString()
    expect((await client.post('/api/me/keys/', { ...asked, expires_at: now }, access)).body).to.have.keys('expires_at')
    expect((await client.post('/api/me/keys/', { ...asked, expires_at: 'soon' }, access)).body).to.have.keys(
      'expires_at',
    )
    expect((await client.post('/api/me/keys/', { ...asked, user_id: 1 }, access)).body).to.have.keys('user_id')
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('for another user needs the right to set their password, and grants no more than the actor has', async () => {
    const { server, client, token } = world
    const helper = await server.aUser({ permissions: ['darvoza:users:write', 'orders:read'] })
    const byHelper = (await client.signIn(helper)).access
    const clerk = await server.aUser({ permissions: ['orders:read', 'orders:write'] })
    const auditor = await server.aUser({ roles: ['auditor'] })
    const make = (id: number, scopes: string[], by: string) =>
      client.post(`/api/admin/users/${id}/keys`, { name: 'For you', scopes }, by)
    expect((await make(1, ['darvoza:account'], byHelper)).body).to.deep.equal(permissionDenied)
    expect((await make(auditor.id, ['darvoza:account'], byHelper)).body).to.deep.equal(permissionDenied)
    expect((await make(clerk.id, ['orders:write'], byHelper)).body).to.deep.equal(permissionDenied)
    expect((await make(clerk.id, ['orders:read', 'darvoza:account'], byHelper)).status).to.equal(201)
    expect((await make(clerk.id, ['darvoza:users:read'], token)).status, 'not hers').to.equal(400)
    expect((await make(auditor.id, ['darvoza:users:read'], token)).status).to.equal(201)
    expect((await make(999_999, ['darvoza:account'], token)).status).to.equal(404)
    await server.composed.parts.people.users.disable(clerk.id, 'system')
    expect((await make(clerk.id, ['orders:read'], token)).body).to.have.keys('non_field_errors')
  })

  it('is refused beyond 50 live keys, also for simultaneous requests', async () => {
    const { server, client } = world
    const amy = await server.aUser()
    const { access } = await client.signIn(amy)
    for (let count = 0; count < 45; count++) await aKeyOf(server, amy.id, { scopes: ['darvoza:account'] })
    const answers = await Promise.all(Array.from({ length: 12 }, () => client.post('/api/me/keys/', asked, access)))
    expect(answers.filter(({ status }) => status === 201)).to.have.length(5)
    const refused = answers.find(({ status }) => status !== 201)!
    expect(refused.body).to.deep.equal({ non_field_errors: ['There are 50 live keys already: end one first.'] })
    const [one] = (await client.get('/api/me/keys/', access)).body.results
    await client.delete(`/api/me/keys/${one.id}`, access)
    expect((await client.post('/api/me/keys/', asked, access)).status).to.equal(201)
  })

  it('answers the key text once, with no-store; database and audit entry do not contain it', async () => {
    const { server, client, token } = world
    const expires_at = new Date(server.clock.now() + 3_600_000).toISOString()
    const more = { expires_at, elevated: true, scopes: ['darvoza:users:read', 'darvoza:account', 'darvoza:account'] }
    const made = await client.post('/api/me/keys/', { name: '  Nightly  ', ...more }, token)
    expect(made.status, made.text).to.equal(201)
    expect(made.headers.get('cache-control')).to.equal('no-store')
    const { key: text, id, ...shown } = made.body
    expect(text).to.match(/^dvz_key_[A-Za-z0-9_-]{43}$/)
    expect(shown).to.deep.equal({
      ...{ user_id: 1, name: 'Nightly', hint: text.slice(-4), scopes: ['darvoza:account', 'darvoza:users:read'] },
      ...{ resource: null, elevated: true, state: 'active', created_at: new Date(server.clock.now()).toISOString() },
      ...{ expires_at, last_used_at: null, last_used_address: null, ended_at: null, ended_reason: null },
    })
    const rows = await snapshotOf(server)
    expect(rows).to.not.include(text)
    expect(rows).to.not.include(text.slice('dvz_key_'.length, 30))
    const listed = (await client.get('/api/me/keys/', token)).body.results.find((one: { id: string }) => one.id === id)
    expect(listed).to.not.have.property('key')
    const [entry] = (await client.get('/api/admin/audit?limit=1', token)).body.results
    expect(entry).to.include({ action: 'api_key_created', subject: '1' })
    expect(entry.after).to.include({ api_key: id, name: 'Nightly', elevated: true })
    expect(JSON.stringify(entry)).to.not.include(text)
  })
})

describe('the Authorization header with an API key', () => {
  it('is refused with the texts of Django REST framework, a precise reason and a Token challenge', async () => {
    const { server, client } = await aWorld()
    const { text, key } = await aKeyOf(server, 1, {
      scopes: ['darvoza:account'],
      expiresAt: server.clock.now() + 60_000,
    })
    const ended = await aKeyOf(server, 1, { scopes: ['darvoza:account'] })
    await server.composed.parts.apiKeys.apiKeys.end(ended.key.id, 1, 'system')
    const unknown = `dvz_key_${'A'.repeat(43)}`
    const header = 'Invalid token header.'
    const cases: [header: string, detail: string, reason: string][] = [
      ['Token', `${header} No credentials provided.`, 'bad_api_key_header'],
      [`Token ${text} ${text}`, `${header} Token string should not contain spaces.`, 'bad_api_key_header'],
      [`Token ${text}\u00e9`, `${header} Token string should not contain invalid characters.`, 'bad_api_key_header'],
      [`Token ${unknown}`, 'Invalid token.', 'api_key_unknown'],
      ['Token garbage', 'Invalid token.', 'api_key_unknown'],
      [`Token ${text}=`, 'Invalid token.', 'api_key_unknown'],
      [`Token ${text.slice(0, -1)}`, 'Invalid token.', 'api_key_unknown'],
      [`Token ${text.toUpperCase()}`, 'Invalid token.', 'api_key_unknown'],
      [`Token ${key.id}`, 'Invalid token.', 'api_key_unknown'],
      [`Token ${ended.text}`, 'Invalid token.', 'api_key_ended'],
    ]
    for (const [authorization, detail, reason] of cases) {
      const answer = await client.send('GET', '/api/me/', { headers: { Authorization: authorization } })
      expect([answer.status, answer.body], authorization).to.deep.equal([401, { detail, reason }])
      const challenge = answer.headers.get('www-authenticate')
      expect(challenge, authorization)
        .to.match(/^Token realm="api"/)
        .and.include(`/errors/${reason}"`)
    }
    for (const scheme of ['Token', 'token', 'TOKEN']) {
      const answer = await client.send('GET', '/api/me/', { headers: { Authorization: `${scheme}   ${text}` } })
      expect(answer.status, scheme).to.equal(200)
    }
    // As a bearer token, outside the header or in place of a JWT an API key is not accepted.
    expect((await client.get('/api/me/', text)).body).to.include({ reason: 'token_malformed' })
    expect((await client.verify(text)).status).to.equal(401)
    expect((await client.refresh(text)).status).to.equal(401)
    expect((await client.get(`/api/me/?token=${text}`)).status).to.equal(401)
    const userinfo = await client.send('GET', '/oauth/userinfo', { headers: { Authorization: `Token ${text}` } })
    expect(userinfo.status).to.equal(401)
    // The key text in place of a key id: 403 where the scope does not allow the route, else 404.
    const { send } = byKey(client, text)
    expect((await send('DELETE', `/api/admin/api-keys/${text}/`)).status).to.equal(403)
    expect((await send('DELETE', `/api/me/keys/${text}/`)).status).to.equal(404)
    server.clock.advance('1m')
    expect(whyOf(await byKey(client, text).get('/api/me/'))).to.deep.equal([401, 'api_key_expired'])
    expect(server.logged.join()).to.not.include(text)
    expect(server.logged.join()).to.not.include(unknown)
  })

  it('is refused for users who are disabled, deleted or must change their password', async () => {
    const { server, client } = await aWorld()
    const { users } = server.composed.parts.people
    const amy = await server.aUser()
    const { get } = byKey(client, (await aKeyOf(server, amy.id, { scopes: ['darvoza:account'] })).text)
    const { database, userStore } = server.composed.parts.storage
    await userStore.update(database, amy.id, { mustChangePassword: true })
    expect(whyOf(await get('/api/me/'))).to.deep.equal([403, 'password_change_required'])
    await userStore.update(database, amy.id, { mustChangePassword: false })
    expect((await get('/api/me/')).status).to.equal(200)
    await users.disable(amy.id, 'system')
    const inactive = { detail: 'User inactive or deleted.', reason: 'user_inactive' }
    expect((await get('/api/me/')).body).to.deep.equal(inactive)
    await users.enable(amy.id, 'system')
    expect(whyOf(await get('/api/me/'))).to.deep.equal([401, 'api_key_ended'])
    await users.remove(amy.id, 'system')
    expect((await get('/api/me/')).body).to.deep.equal({ ...inactive, reason: 'user_unknown' })
    const row = (await snapshotOf(server)).match(/\{[^{}]*user_deleted[^{}]*\}|\{[^{}]*user_disabled[^{}]*\}/)
    expect(row).to.not.equal(null)
    const [key] = await server.composed.parts.apiKeys.apiKeys.listOf(amy.id)
    expect(key).to.include({ name: '', state: 'ended', endedWhy: 'user_disabled', lastUsedAddress: null })
  })
})

onEachEngine('rights of an API key', engine => {
  let world: { server: TestServer; client: Client; token: string }
  beforeEach(async () => {
    world = await aWorld(engine)
  })

  it('are its scopes as far as its user has them at that moment, also for an administrator’s key', async () => {
    const { server, client } = world
    const only = byKey(client, (await aKeyOf(server, 1, { scopes: ['darvoza:users:read'] })).text)
    expect((await only.get('/api/admin/users')).status).to.equal(200)
    for (const path of ['/api/admin/sessions', '/api/admin/audit', '/api/admin/keys', '/api/me/'])
      expect(whyOf(await only.get(path)), path).to.deep.equal([403, 'api_key_scope'])
    expect(whyOf(await only.post('/api/admin/users', { username: 'x' }))).to.deep.equal([403, 'api_key_scope'])

    const amy = await server.aUser({ roles: ['support'] })
    const hers = byKey(client, (await aKeyOf(server, amy.id, { scopes: ['darvoza:users:read'] })).text)
    expect((await hers.get('/api/admin/users')).status).to.equal(200)
    await server.composed.parts.people.users.setRoles(amy.id, [], 'system')
    expect((await hers.get('/api/admin/users')).body).to.deep.equal(permissionDenied)
    await server.composed.parts.people.users.setRoles(amy.id, ['auditor'], 'system')
    expect((await hers.get('/api/admin/users')).status).to.equal(200)
    expect(whyOf(await hers.get('/api/admin/audit'))).to.deep.equal([403, 'api_key_scope'])
  })

  it('include routes that need a recent sign-in only if it is elevated, and never setting a password', async () => {
    const { server, client } = world
    const scopes = ['darvoza:users:write', 'darvoza:roles:write', 'darvoza:users:read', 'darvoza:account']
    const plain = byKey(client, (await aKeyOf(server, 1, { scopes })).text)
    const elevated = byKey(client, (await aKeyOf(server, 1, { scopes, elevated: true })).text)
    const amy = await server.aUser()
    const user = `/api/admin/users/${amy.id}`
    expect(whyOf(await plain.post(`${user}/disable`, {}))).to.deep.equal([403, 'api_key_not_elevated'])
    const withRoles = { username: 'rolled', roles: ['support'] }
    expect(whyOf(await plain.post('/api/admin/users', withRoles))).to.deep.equal([403, 'api_key_not_elevated'])
    // A key may not grant permissions outside its scopes, though its user may.
    expect((await elevated.post('/api/admin/users', withRoles)).body).to.deep.equal(permissionDenied)
    expect((await elevated.send('PUT', `${user}/roles`, { roles: ['admin'] })).body).to.deep.equal(permissionDenied)
    expect((await elevated.send('PUT', `${user}/permissions`, { permissions: ['orders:read'] })).body).to.deep.equal(
      permissionDenied,
    )
    const given = await elevated.send('PUT', `${user}/permissions`, { permissions: ['darvoza:users:read'] })
    expect(given.status).to.equal(200)
    for (const key of [plain, elevated]) {
      const reset = await key.post(`${user}/password`, { password: 'a much better horse' })
      expect(whyOf(reset)).to.deep.equal([403, 'not_by_api_key'])
      const own = { old_password: password, new_password: 'a much better horse' }
      expect(whyOf(await key.post('/api/me/password/', own))).to.deep.equal([403, 'not_by_api_key'])
      const known = { username: 'known', password: 'a much better horse' }
      expect(whyOf(await key.post('/api/admin/users', known))).to.deep.equal([403, 'not_by_api_key'])
      expect((await key.send('PATCH', '/api/admin/users/1', { username: 'root' })).status).to.equal(403)
    }
    const made = await plain.post('/api/admin/users', { username: 'newcomer', email: 'new@example.com' })
    expect([made.status, made.body.username]).to.deep.equal([201, 'newcomer'])
    const tried = await client.post('/api/token/', { username: 'newcomer', password: '' })
    expect(tried.status).to.be.oneOf([400, 401])
    expect((await elevated.post(`${user}/disable`, {})).status).to.equal(200)
    const [entry] = (await client.get('/api/admin/audit?limit=1', world.token)).body.results
    expect(entry).to.include({ action: 'user_disabled', actor: 'user:1' })
    expect(entry.after.by_api_key).to.match(/^[0-9a-f-]{36}$/)
  })

  it('exclude changing the username of its own user', async () => {
    const { server, client } = world
    const amy = await server.aUser({ permissions: ['darvoza:users:write'] })
    const other = await server.aUser()
    const { send } = byKey(client, (await aKeyOf(server, amy.id, { scopes: ['darvoza:users:write'] })).text)
    const own = await send('PATCH', `/api/admin/users/${amy.id}`, { username: 'somebody' })
    expect(whyOf(own)).to.deep.equal([403, 'not_by_api_key'])
    expect((await send('PATCH', `/api/admin/users/${other.id}`, { username: 'somebody' })).status).to.equal(200)
  })

  it('include listing and ending the user’s sessions and devices, none of which is marked current', async () => {
    const { server, client } = world
    const amy = await server.aUser()
    const { get, send } = byKey(client, (await aKeyOf(server, amy.id, { scopes: ['darvoza:account'] })).text)
    const pairs = [await client.signIn(amy), await aClient(server, 'other/1').signIn(amy)]
    const { results } = (await get('/api/me/sessions/')).body
    expect(results.map((one: { current: boolean }) => one.current)).to.deep.equal([false, false])
    expect((await get('/api/me/devices/')).body.results).to.have.length(2)
    expect((await send('DELETE', '/api/me/sessions/')).status).to.equal(204)
    for (const { refresh } of pairs) expect((await client.refresh(refresh)).status).to.equal(401)
    const another = await client.signIn(amy)
    expect((await send('DELETE', '/api/me/devices/')).status).to.equal(204)
    expect((await client.refresh(another.refresh)).status).to.equal(401)
    expect((await get('/api/me/devices/')).body.results).to.have.length(0)
    expect((await send('PATCH', '/api/me/', { first_name: 'Amelia' })).status).to.equal(200)
  })

  it('include ending devices and sessions in bulk if it is elevated', async () => {
    const { server, client } = world
    const amy = await server.aUser()
    const { refresh } = await client.signIn(amy)
    const scopes = ['darvoza:sessions:end', 'darvoza:sessions:read']
    const { get, post } = byKey(client, (await aKeyOf(server, 1, { scopes, elevated: true })).text)
    for (const act of ['end-devices', 'end-sessions']) {
      const path = `/api/admin/bulk/${act}?user=${amy.id}`
      const { at, count } = (await post(path, {})).body
      expect(count, act).to.equal(act === 'end-devices' ? 1 : 0)
      expect((await post(path, { at, count: String(count) })).status).to.equal(200)
    }
    expect((await client.refresh(refresh)).status).to.equal(401)
    expect((await get(`/api/admin/users/${amy.id}/devices`)).status).to.equal(200)
  })

  it('are read once in a reading request and three times in a change, besides the reads of the route', async () => {
    const { server, client } = world
    const amy = await server.aUser()
    const { text } = await aKeyOf(server, amy.id, { scopes: ['darvoza:account', 'darvoza:account'] })
    const { get, send } = byKey(client, text)
    await get('/api/me/')
    const me = await countOf(server, async () => {
      expect((await get('/api/me/')).status).to.equal(200)
    })
    // Reads: the key with its user and their rights; the profile.
    expect(me).to.deep.equal({ reads: 2, writes: 0 })
    const refused = await countOf(server, async () => {
      expect((await get('/api/admin/users')).status).to.equal(403)
      expect((await byKey(client, 'garbage').get('/api/me/')).status).to.equal(401)
    })
    expect(refused).to.deep.equal({ reads: 1, writes: 0 })
    // The key is read before the body, after it and under locks in the transaction; four reads are those of
    // every change of a profile.
    const changed = await countOf(server, async () => {
      expect((await send('PATCH', '/api/me/', { first_name: 'Amelia' })).status).to.equal(200)
    })
    const locks = engine.name === 'MariaDB' ? 4 : 0
    expect(changed.reads - locks).to.equal(3 + 4)
  })
})
