// Token introspection (RFC 7662): which applications may introspect which tokens and API keys, and what they get.
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { NewApplication } from '../../server/storage/applications.js'
import { aKeyOf, byKey } from '../support/api-keys.js'
import { aConfidentialApplication, anApplication, aSessionOf, basic, inForm } from '../support/applications.js'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { aBrowser, aCode, redeem } from '../support/codes.js'
import { aServer, issuer, password, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { textsOf } from '../support/statements.js'

const orders: Partial<NewApplication> = {
  kind: 'resource_server',
  resource: 'https://orders.example/',
  resourceScopes: [{ name: 'orders:read', description: '' }],
}
const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }

describe('introspection', () => {
  let server: TestServer
  let amy: { id: number; username: string; password: string }
  const secrets: Record<string, string> = {}
  beforeEach(async () => {
    server = await aServer()
    amy = await server.aUser()
    const { userStore, database } = server.composed.parts.storage
    await userStore.update(database, amy.id, { permissions: ['orders:read'] })
    const all: Record<string, Partial<NewApplication>> = {
      orders,
      shop: { metadata: { scope: 'openid profile orders:read', permissions: ['orders:read'], first_party: true } },
      other: { resource: 'https://other.example/', kind: 'resource_server' },
      gateway: { metadata: { introspects: ['https://orders.example/'] } },
      robot: { kind: 'machine', metadata: { scope: 'orders:read', grant_types: ['client_credentials'] } },
    }
    for (const [id, changes] of Object.entries(all)) secrets[id] = await aConfidentialApplication(server, id, changes)
    await anApplication(server, 'app', { kind: 'native' })
    await settle(server.composed)
  })

  const ask = (id: string, body: string, headers: Record<string, string> = basic(id, secrets[id]!)): Promise<Answer> =>
    aClient(server).send('POST', '/oauth/introspect', { body, headers: { ...inForm, ...headers } })
  const askAbout = async (id: string, token: string) => (await ask(id, `token=${encodeURIComponent(token)}`)).body

  /** @returns tokens of a session of amy at the application `shop` */
  async function aPair(scope = 'openid profile orders:read') {
    const { refresh, session } = await aSessionOf(server, amy, 'shop', { scope })
    const pair = await server.composed.parts.tokens.rotate.rotate(refresh, 'shop', origin)
    return { access: pair.access.token, refresh: pair.refresh!, session }
  }

  it('answers 401 invalid_client without client authentication, 400 without exactly one token', async () => {
    const { access } = await aPair()
    const body = `token=${access}`
    const own = await aClient(server).signIn(amy)
    for (const [headers, more] of [
      [{}, ''],
      [{}, '&client_id=app'],
      [{}, '&client_id=shop'],
      [{ Authorization: `Bearer ${own.access}` }, ''],
      [basic('shop', 'wrong'), ''],
      [basic('nobody', 'wrong'), ''],
    ] as const) {
      const { status, body: told } = await ask('', body + more, headers)
      expect([status, told.error], JSON.stringify(headers) + more).to.deep.equal([401, 'invalid_client'])
      expect(told).to.not.have.property('active')
    }
    const none = await ask('shop', 'token_type_hint=access_token')
    expect([none.status, none.body.error]).to.deep.equal([400, 'invalid_request'])
    const twice = await ask('shop', `${body}&${body}`)
    expect([twice.status, twice.body.error]).to.deep.equal([400, 'invalid_request'])
  })

  it('answers only active: false for an invalid token of any kind, 400 for an empty one', async () => {
    const { access, refresh } = await aPair()
    const device = (await aClient(server).signIn(amy)).device_token
    const odd = ['x', 'a.b.c', '\u0000', '\u202e', 'ü'.repeat(5_000), `${access}x`, access.slice(0, -3), device]
    const [header, claims, signature] = access.split('.')
    odd.push(`${header}..${signature}`, `${header}.${claims}.`, `${access}.${access}`, ` ${access} x`, refresh.slice(1))
    await askAbout('shop', 'x')
    const before = await snapshotOf(server)
    for (const token of odd) {
      for (const hint of ['', '&token_type_hint=access_token', '&token_type_hint=%00', '&token_type_hint=']) {
        const { status, body } = await ask('shop', `token=${encodeURIComponent(token)}${hint}`)
        expect([status, body], token.slice(0, 50) + hint).to.deep.equal([200, { active: false }])
      }
    }
    for (const body of ['token[]=x&token[a]=y', 'token=', 'token']) {
      const { status, body: told } = await ask('shop', body)
      expect([status, told.error], body).to.deep.equal([400, 'invalid_request'])
    }
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('describes an access token only to its application, its resource server and by introspects', async () => {
    const { access } = await aPair()
    const { rev: _, token_type, user_id, client_id, ...claims } = claimsOf(access)
    expect([token_type, user_id, client_id, claims.aud]).to.deep.equal([
      'access',
      String(amy.id),
      'shop',
      'https://orders.example/',
    ])
    const expected = { active: true, token_type: 'Bearer', client_id: 'shop', ...claims }
    for (const id of ['shop', 'orders', 'gateway']) expect(await askAbout(id, access), id).to.deep.equal(expected)
    for (const id of ['other', 'robot']) expect(await askAbout(id, access), id).to.deep.equal({ active: false })
    expect(expected).to.include({ username: amy.username, iss: issuer, sub: String(amy.id) })
    expect(expected).to.deep.include({ permissions: ['orders:read'], roles: [] })
  })

  it('describes a client_credentials token without session, username and permissions', async () => {
    const answer = await aClient(server).send('POST', '/oauth/token', {
      body: 'grant_type=client_credentials',
      headers: { ...inForm, ...basic('robot', secrets.robot!) },
    })
    const told = await askAbout('orders', answer.body.access_token)
    expect(told).to.include({ active: true, sub: 'robot', client_id: 'robot', scope: 'orders:read' })
    expect(told.roles).to.deep.equal([])
    expect(told).to.not.have.any.keys('sid', 'username', 'permissions', 'auth_time')
  })

  it('describes a refresh token to its application alone, and does not rotate it', async () => {
    const { refresh, session } = await aPair()
    const { jti, iat, exp } = claimsOf(refresh)
    const before = await snapshotOf(server)
    for (const hint of ['', '&token_type_hint=refresh_token', '&token_type_hint=access_token']) {
      const { body } = await ask('shop', `token=${refresh}${hint}`)
      const own = { client_id: 'shop', sub: String(amy.id), username: amy.username, sid: session.id, jti, iat, exp }
      const all = { active: true, scope: 'openid profile orders:read', iss: issuer, aud: issuer, ...own }
      expect(body).to.deep.equal(all)
    }
    for (const id of ['orders', 'gateway', 'other'])
      expect(await askAbout(id, refresh)).to.deep.equal({ active: false })
    await server.composed.jobs.settled()
    const uses = /"last_used_at\\":\w+/g
    expect((await snapshotOf(server)).replace(uses, '')).to.equal(before.replace(uses, ''))
    expect((await server.composed.parts.tokens.rotate.rotate(refresh, 'shop', origin)).refresh).to.be.a('string')
  })

  it('answers active: false at once after its session, its device, all sessions or the user were ended', async () => {
    const { sessions } = server.composed.parts.devices
    const { users } = server.composed.parts.people
    const ends = {
      session: (sid: string) => sessions.end(sid, null, 'system'),
      user: () => sessions.endAll(amy.id, 'system'),
      disabled: () => users.disable(amy.id, 'system'),
    }
    const { session: browser } = await aBrowser(server, amy.username)
    const given = await aCode(server, browser, 'shop', { scope: 'openid orders:read' })
    const onDevice = await redeem(server, given)
    expect((await askAbout('orders', onDevice.access)).active).to.equal(true)
    const client = aClient(server)
    const own = (await client.signIn(amy)).access
    expect((await client.delete(`/api/me/devices/${browser.deviceId}/`, own)).status).to.equal(204)
    for (const token of [onDevice.access, onDevice.refresh])
      expect(await askAbout('shop', token), 'device').to.deep.equal({ active: false })
    for (const [name, end] of Object.entries(ends)) {
      const { access, refresh, session } = await aPair()
      expect((await askAbout('orders', access)).active, name).to.equal(true)
      await end(session.id)
      for (const token of [access, refresh])
        expect(await askAbout('shop', token), name).to.deep.equal({ active: false })
    }
  })

  it('answers active: false for an expired token, and while the user must change the password', async () => {
    const { access, refresh } = await aPair()
    server.clock.advance('1h')
    expect(await askAbout('shop', access)).to.deep.equal({ active: false })
    expect((await askAbout('shop', refresh)).active).to.equal(true)
    server.clock.advance('1d')
    expect(await askAbout('shop', refresh)).to.deep.equal({ active: false })
    const { userStore, database } = server.composed.parts.storage
    await userStore.update(database, amy.id, { mustChangePassword: true })
    expect(await askAbout('shop', (await aPair()).access)).to.deep.equal({ active: false })
  })

  it('reads nothing but application rows from the database for an access token', async () => {
    const { access } = await aPair()
    const { database, applicationStore } = server.composed.parts.storage
    await anApplication(server, 'busy', { metadata: { introspects: ['https://orders.example/'] } })
    // Inserted directly, as if another server had created it.
    const hash = createHash('sha256').update('its secret').digest('base64url')
    const times = { createdAt: 1, expiresAt: null, lastUsedAt: server.clock.now() }
    await applicationStore.insertSecret(database, { id: 'a', applicationId: 'busy', hash, hint: '', ...times })
    secrets.busy = 'its secret'
    const asked = await textsOf(server, async () => {
      for (let round = 0; round < 10; round++) expect((await askAbout('busy', access)).active).to.equal(true)
    })
    // Application rows are cached for half a second: a slow machine reads them more than once.
    expect(asked.filter(sql => !/FROM application(_secret)? /.test(sql))).to.deep.equal([])
    expect(asked.length).to.be.below(10)
  })

  it('answers active: false to other applications for a token of the application darvoza', async () => {
    const { access } = await aClient(server).signIn({ username: 'admin', password })
    // Its audience is the issuer, for which only an application with `introspects` may ask.
    for (const id of ['shop', 'orders', 'gateway']) expect(await askAbout(id, access)).to.deep.equal({ active: false })
  })
})

describe('introspection of an API key', () => {
  it('describes an active key only to its resource server and to an application by introspects', async () => {
    const server = await aServer()
    const amy = await server.aUser({
      username: 'amy',
      roles: ['support'],
      permissions: ['orders:read', 'orders:write'],
    })
    const secrets: Record<string, string> = {}
    const all: Record<string, Partial<NewApplication>> = {
      orders,
      other: { resource: 'https://other.example/', kind: 'resource_server' },
      gateway: { metadata: { introspects: ['https://orders.example/'] } },
      shop: {},
    }
    for (const [id, changes] of Object.entries(all)) secrets[id] = await aConfidentialApplication(server, id, changes)
    await settle(server.composed)
    const client = aClient(server)
    const ask = async (id: string, token: string) => {
      const headers = { ...inForm, ...basic(id, secrets[id]!) }
      const answer = await client.send('POST', '/oauth/introspect', { body: `token=${token}`, headers })
      expect(answer.status).to.equal(200)
      return answer.body
    }
    const scopes = ['orders:read', 'orders:write']
    const resource = 'https://orders.example'
    const { key, text } = await aKeyOf(server, amy.id, { scopes, resource, expiresIn: 60_000 })
    expect(key.resource, 'as it is registered').to.equal('https://orders.example/')
    const seconds = Math.floor(server.clock.now() / 1000)
    const told = {
      ...{ active: true, scope: 'orders:read orders:write', client_id: 'darvoza', token_type: 'Token', jti: key.id },
      ...{ iat: seconds, exp: seconds + 60, iss: issuer, aud: key.resource, sub: String(amy.id), username: 'amy' },
      ...{ roles: [], permissions: scopes },
    }
    for (const id of ['orders', 'gateway']) expect(await ask(id, text), id).to.deep.equal(told)
    const inactive = { active: false }
    for (const id of ['other', 'shop']) expect(await ask(id, text), id).to.deep.equal(inactive)
    expect(await ask('orders', `${text.slice(0, -1)}!`)).to.deep.equal(inactive)
    expect(await ask('orders', `dvz_key_${'A'.repeat(43)}`)).to.deep.equal(inactive)

    // A key for this server is not shown to resource servers, and theirs is refused by this server.
    const ours = await aKeyOf(server, amy.id, { scopes: ['darvoza:account', 'orders:read'], resource: issuer })
    expect(ours.key.resource).to.equal(null)
    for (const id of Object.keys(all)) expect(await ask(id, ours.text), id).to.deep.equal(inactive)
    const refused = await byKey(client, text).get('/api/me/')
    expect([refused.status, refused.body]).to.deep.equal([401, { detail: 'Invalid token.', reason: 'token_audience' }])

    const { users } = server.composed.parts.people
    await users.setPermissions(amy.id, ['orders:read'], 'system')
    expect(await ask('orders', text)).to.deep.equal({ ...told, scope: 'orders:read', permissions: ['orders:read'] })
    const { userStore, database } = server.composed.parts.storage
    await userStore.update(database, amy.id, { mustChangePassword: true })
    expect(await ask('orders', text)).to.deep.equal(inactive)
    await userStore.update(database, amy.id, { mustChangePassword: false })
    const { applications } = server.composed.parts.applications
    await applications.disable('orders', 'system')
    await settle(server.composed)
    expect(await ask('gateway', text), 'nobody takes it any more').to.deep.equal(inactive)
    await applications.enable('orders', 'system')
    await settle(server.composed)
    expect((await ask('gateway', text)).active).to.equal(true)
    server.clock.advance('1m')
    expect(await ask('orders', text)).to.deep.equal(inactive)
    const lasting = await aKeyOf(server, amy.id, { scopes: [], resource })
    const whose = await ask('orders', lasting.text)
    expect(whose).to.deep.include({ active: true, sub: String(amy.id), permissions: [] })
    expect(whose).to.not.have.any.keys('exp', 'scope')
    await users.disable(amy.id, 'system')
    expect(await ask('orders', lasting.text)).to.deep.equal(inactive)
    expect(server.logged.join()).to.not.include(text)

    // RFC 7009 §2.2.1: a resource server cannot revoke a key, and the answer does not show whether it exists.
    for (const token of [lasting.text, `dvz_key_${'A'.repeat(43)}`]) {
      const headers = { ...inForm, ...basic('orders', secrets.orders!) }
      const answer = await client.send('POST', '/oauth/revoke', { body: `token=${token}`, headers })
      expect([answer.status, answer.body.error]).to.deep.equal([400, 'unsupported_token_type'])
    }
  })
})
