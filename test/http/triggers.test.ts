// The table of revocation triggers, row by row over HTTP: each trigger is fired, and each cell of its row is checked.
import { expect } from 'chai'
import { type Trigger, triggers } from '../../server/policy/revocation.js'
import { sessionEnd } from '../../server/policy/session.js'
import { Refusal } from '../../server/protocol/errors.js'
import { anApplication, aSessionOf } from '../support/applications.js'
import { aWebsite } from '../support/authorizations.js'
import { type Answer, aClient, type Client, claimsOf, type Pair } from '../support/client.js'
import { aCode, redeem } from '../support/codes.js'
import { onEachEngine } from '../support/engines.js'
import { headerOf } from '../support/forge.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

type Fired = Exclude<Trigger, Later | OfAnother>
/** Triggers for applications other than the built-in one, which can be neither disabled nor narrowed. */
const ofAnother = ['application_disabled', 'secret_rotated', 'scope_taken'] as const satisfies Trigger[]
type OfAnother = (typeof ofAnother)[number]
type Later = { [T in Trigger]: (typeof triggers)[T] extends { later: true } ? T : never }[Trigger]

/**
 * Amy has the role `clerk` and is signed in on a phone and a laptop; Ben is signed in too, and both have an API key.
 * The triggers concern the phone's session, or Amy.
 */
type World = {
  server: TestServer
  client: Client
  admin: string
  amy: { id: number; username: string; password: string }
  phone: Pair
  laptop: Pair
  ben: Pair
  keys: { amy: ApiKey; ben: ApiKey }
}

type ApiKey = { id: string; text: string }

async function anApiKey({ composed }: TestServer, userId: number, scopes: string[]): Promise<ApiKey> {
  const { key, text } = await composed.parts.apiKeys.apiKeys.create(userId, { name: 'Nightly', scopes }, 'system')
  return { id: key.id, text }
}

async function aWorld(server: TestServer): Promise<World> {
  const client = aClient(server)
  const admin = (await client.signIn({ username: 'admin', password })).access
  await insist(
    client.post('/api/admin/roles', { name: 'clerk', permissions: ['darvoza:audit:read', 'orders:read'] }, admin),
    201,
  )
  const amy = await server.aUser({ username: 'amy', roles: ['clerk'] })
  const benny = await server.aUser({ username: 'ben' })
  const ben = await client.signIn(benny)
  const keys = {
    amy: await anApiKey(server, amy.id, ['darvoza:account', 'darvoza:audit:read']),
    ben: await anApiKey(server, benny.id, ['darvoza:account']),
  }
  const phone = await client.signIn(amy)
  server.clock.advance('1s')
  return { server, client, admin, amy, phone, laptop: await client.signIn(amy), ben, keys }
}

/** Checks that Amy's API key ends or stays as the trigger's row says, and that Ben's key stays valid. */
async function expectApiKeys({ server, client, amy, keys }: World, name: Trigger): Promise<void> {
  const { apiKeys } = triggers[name]
  const { users } = server.composed.parts.people
  const ask = async (path: string, { text }: ApiKey) => {
    const answer = await client.send('GET', path, { headers: { Authorization: `Token ${text}` } })
    return answer.body.reason ?? answer.body.code ?? (answer.status === 403 ? answer.body.detail : answer.status)
  }
  expect(await ask('/api/me/', keys.ben), 'the key of ben').to.equal(200)
  const key = await server.composed.parts.apiKeys.apiKeys.require(keys.amy.id)
  if (apiKeys === 'end') {
    expect([key.state, key.endedWhy]).to.deep.equal(['ended', name])
    expect(await ask('/api/me/', keys.amy)).to.be.oneOf(['api_key_ended', 'user_inactive', 'user_unknown'])
    if (name !== 'user_disabled') return
    // An ended key is not revived when its user is enabled again.
    await users.enable(amy.id, 'system')
    expect(await ask('/api/me/', keys.amy)).to.equal('api_key_ended')
    return
  }
  expect(key.state).to.equal('active')
  expect(await ask('/api/me/', keys.amy)).to.equal(200)
  // The key's rights are the present rights of its user, without a change of the key.
  const may = (await users.require(amy.id)).allPermissions.includes('darvoza:audit:read')
  const refused = 'You do not have permission to perform this action.'
  expect(await ask('/api/admin/audit', keys.amy)).to.equal(may ? 200 : refused)
  const taken: readonly Trigger[] = ['roles_changed', 'role_changed', 'role_deleted']
  expect(may, 'the right is taken where its row says so').to.equal(!taken.includes(name))
}

const byAdmin =
  (method: string, path: (world: World) => string, json?: (world: World) => object) => async (world: World) => {
    const options = { token: world.admin, ...(json && { json: json(world) }) }
    const answer = await world.client.send(method, `/api/admin${path(world)}`, options)
    expect(answer.status, answer.text).to.be.oneOf([200, 201, 204])
  }
const ofAmy = (path: string) => (world: World) => `/users/${world.amy.id}${path}`
const byHand = (entry: (world: World) => object) => byAdmin('POST', () => '/revocations', entry)

/**
 * Triggers about the consent a user gives an application: the phone's pair then belongs to a session of that
 * application. `/api/token/refresh/` does not accept its refresh tokens, so the session's row is read instead.
 */
const ofApplication: ReadonlySet<Trigger> = new Set(['consent_withdrawn'])

async function letShopIn(world: World): Promise<World> {
  const { server, amy } = world
  const { storage, tokens, revocation } = server.composed.parts
  await aWebsite(server, 'shop')
  await revocation.applications.meet('shop')
  const { refresh, session } = await aSessionOf(server, amy, 'shop', { scope: 'openid' })
  const standing = (await storage.sessionStore.standings(storage.database, [session.id])).get(session.id)!
  const access = tokens.issue.accessOf(standing, server.clock.now(), revocation.policy.of(session)).token
  return { ...world, phone: { access, refresh, device_token: '' } as Pair }
}

async function livesByRow({ server }: World, { access }: Pair): Promise<boolean> {
  const { storage, revocation } = server.composed.parts
  const { sid } = claimsOf(access)
  const { session, ended } = (await storage.sessionStore.standings(storage.database, [sid])).get(sid)!
  return sessionEnd(session, ended, server.clock.now(), revocation.policy.of(session)) === null
}

const fire: Record<Fired, (world: World) => Promise<unknown>> = {
  sign_out: ({ client, phone }) => insist(client.post('/api/token/blacklist/', { refresh: phone.refresh })),
  replaced: ({ client, amy, phone }) => client.signIn(amy, { device_token: phone.device_token }),
  async session_limit({ server, client, amy }) {
    await server.setPolicy({ max_sessions_per_user: 2 })
    await client.signIn(amy)
  },
  async device_limit({ server, client, amy }) {
    await server.setPolicy({ max_devices_per_user: 2 })
    await client.signIn(amy)
  },
  session_ended: byAdmin('DELETE', ({ phone }) => `/sessions/${claimsOf(phone.access).sid}`),
  async device_ended(world) {
    const answer = await insist(world.client.get(`/api/admin${ofAmy('/devices')(world)}`, world.admin))
    const { sid } = claimsOf(world.phone.access)
    const device = answer.body.results.find((one: { sessions: { id: string }[] }) => one.sessions[0]?.id === sid)
    await byAdmin('DELETE', () => `/devices/${device.id}`)(world)
  },
  async code_reused({ server, phone }) {
    const { storage } = server.composed.parts
    const session = (await storage.sessionStore.find(storage.database, claimsOf(phone.access).sid))!
    await anApplication(server, 'shop')
    // As if the code had opened the phone's session.
    const given = await aCode(server, session, 'shop', { redeemedAt: server.clock.now(), sessionId: session.id })
    expect((await redeem(server, given)).code).to.equal('code_reused')
  },
  async refresh_token_reused(world) {
    const spent = world.phone.refresh
    Object.assign(world.phone, (await insist(world.client.refresh(spent))).body)
    world.server.clock.advance('1m')
    await insist(world.client.refresh(spent), 401)
  },
  token_revoked: byHand(({ phone }) => ({ kind: 'token', subject: claimsOf(phone.access).jti })),
  all_ended: byAdmin('DELETE', ofAmy('/sessions')),
  others_ended: ({ client, laptop }) => insist(client.delete('/api/me/sessions/', laptop.access), 204),
  password_changed: ({ client, laptop }) =>
    insist(
      client.post('/api/me/password/', { old_password: password, new_password: 'a newer one 77' }, laptop.access),
      204,
    ),
  password_reset: byAdmin('POST', ofAmy('/password'), () => ({ password: 'an even newer one 78' })),
  user_disabled: byAdmin('POST', ofAmy('/disable')),
  user_deleted: byAdmin('DELETE', ofAmy('')),
  roles_changed: byAdmin('PUT', ofAmy('/roles'), () => ({ roles: ['support'] })),
  user_renamed: byAdmin('PATCH', ofAmy(''), () => ({ username: 'amelia' })),
  user_stale: byHand(({ amy }) => ({ kind: 'user', subject: String(amy.id), effect: 'refresh' })),
  role_changed: byAdmin(
    'PATCH',
    () => '/roles/clerk',
    () => ({ permissions: ['orders:write'] }),
  ),
  role_renamed: byAdmin(
    'PATCH',
    () => '/roles/clerk',
    () => ({ name: 'seller' }),
  ),
  role_deleted: byAdmin('DELETE', () => '/roles/clerk'),
  role_stale: byHand(() => ({ kind: 'role', subject: 'clerk', effect: 'refresh' })),
  consent_withdrawn: ({ client, laptop }) => insist(client.delete('/api/me/applications/shop/', laptop.access), 204),
  application_ended: byHand(() => ({ kind: 'application', subject: 'darvoza' })),
  policy_changed: byAdmin(
    'PATCH',
    () => '/policies',
    () => ({ changes: { access_token_lifetime: '15m' }, apply: 'now' }),
  ),
  all_stale: byHand(() => ({ kind: 'all', effect: 'refresh' })),
  everybody_ended: byHand(() => ({ kind: 'all' })),
  log_advanced: ({ server }) => server.composed.parts.tokens.logAdvance({ seen: 0, userIds: 0 }, 'operator:test'),
  signing_key_revoked: byAdmin('DELETE', ({ phone }) => `/keys/${headerOf(phone.access).kid}`),
  refresh_key_revoked: byAdmin('DELETE', () => '/keys/refresh'),
}

/** Whether the subject of a kind, here Amy's or the phone's, is also Ben's. */
const reachesBen: Record<(typeof triggers)[Trigger]['kind'], boolean> = {
  token: false,
  session: false,
  user: false,
  role: false,
  application: true,
  key: true,
  all: true,
}

onEachEngine('a revocation trigger', engine => {
  for (const [name, row] of Object.entries(triggers) as [Trigger, (typeof triggers)[Trigger]][]) {
    // No action fires these triggers yet; the type of `fire` keeps both lists equal.
    if ('later' in row || ofAnother.some(one => one === name)) continue
    const reach = { it: 'ends that session', all: 'ends all sessions', others: 'ends the others', stay: 'ends none' }
    it(`${row.what}: ${reach[row.sessions]}; the access token is refused as ${row.code}`, async () => {
      const plain = await aWorld(await aServer({ engine }))
      const world = ofApplication.has(name) ? await letShopIn(plain) : plain
      const { server, client, phone, laptop, ben } = world
      await fire[name as Fired](world)
      await settle(server.composed)

      // Access tokens of the phone, of the same user's laptop, and of another user.
      const everyOfAmys = row.sessions === 'all' || (row.sessions === 'stay' && row.kind !== 'token')
      const told = (answer: Answer) => answer.body.reason ?? answer.status
      expect(told(await client.verify(phone.access)), 'phone').to.equal(row.code)
      expect(told(await client.verify(laptop.access)), 'laptop').to.equal(everyOfAmys ? row.code : 200)
      expect(told(await client.verify(ben.access)), 'ben').to.equal(reachesBen[row.kind] ? row.code : 200)
      expect((await client.get('/api/me/', phone.access)).body).to.include({ reason: row.code })

      // Sessions live if their refresh tokens are accepted.
      const lives = async (pair: Pair) => (await client.refresh(pair.refresh)).status === 200
      const phoneLives = ofApplication.has(name) ? livesByRow(world, phone) : lives(phone)
      expect(await phoneLives, 'phone lives').to.equal(row.sessions === 'stay')
      expect(await lives(laptop), 'laptop lives').to.equal(row.sessions !== 'all')
      expect(await lives(ben), 'ben lives').to.equal(!(row.sessions === 'all' && reachesBen[row.kind]))

      await expectApiKeys(world, name)
    })
  }

  const change = (world: World, changes: object) => {
    const { applications } = world.server.composed.parts.applications
    return applications.change('shop', changes, 'operator:test')
  }
  const fired: [OfAnother, string, (world: World) => Promise<unknown>][] = [
    [
      'application_disabled',
      'disabled',
      ({ server }) => server.composed.parts.applications.applications.disable('shop', 'operator:test'),
    ],
    [
      'application_disabled',
      'deleted',
      ({ server }) => server.composed.parts.applications.applications.remove('shop', 'operator:test'),
    ],
    [
      'secret_rotated',
      'secret rotated',
      ({ server }) =>
        server.composed.parts.applications.secretChanges.rotate('shop', { overlapSeconds: 60 }, 'operator:test'),
    ],
    [
      'secret_rotated',
      'secret ended',
      async ({ server }) => {
        const { secretChanges } = server.composed.parts.applications
        const [secret] = await secretChanges.list('shop')
        await secretChanges.end('shop', secret!.id, 'operator:test')
      },
    ],
    [
      'secret_rotated',
      'secrets given up',
      world => change(world, { metadata: { token_endpoint_auth_method: 'none' } }),
    ],
    ['scope_taken', 'a scope taken', world => change(world, { metadata: { scope: 'openid orders:read' } })],
    ['scope_taken', 'a permission taken', world => change(world, { metadata: { permissions: [] } })],
    ['scope_taken', 'a role required', world => change(world, { metadata: { required_roles: ['clerk'] } })],
    [
      'scope_taken',
      'the scope taken from the resource server',
      ({ server }) =>
        server.composed.parts.applications.applications.change('orders', { resourceScopes: [] }, 'operator:test'),
    ],
    [
      'scope_taken',
      'the resource server disabled',
      ({ server }) => server.composed.parts.applications.applications.disable('orders', 'operator:test'),
    ],
  ]
  for (const [name, how, fire] of fired) {
    const row = triggers[name]
    const what = row.sessions === 'stay' ? 'ends no session' : 'ends all its sessions'
    it(`an application ${how}: ${what}; its access tokens are refused as ${row.code}`, async () => {
      const world = await aWorld(await aServer({ engine }))
      const { server, client, amy, phone } = world
      await anApplication(server, 'orders', {
        kind: 'resource_server',
        metadata: { grant_types: [] },
        resource: 'https://orders.example',
        resourceScopes: [{ name: 'orders:read', description: 'See orders' }],
      })
      const { applications, applicationSecrets } = server.composed.parts.applications
      const { database } = server.composed.parts.storage
      const metadata = {
        redirect_uris: ['https://shop.example/cb'],
        grant_types: ['authorization_code' as const, 'refresh_token' as const],
        response_types: ['code' as const],
        token_endpoint_auth_method: 'client_secret_basic' as const,
        scope: 'openid email orders:read darvoza:account',
        permissions: ['orders:read'],
      }
      for (const id of ['shop', 'other']) await anApplication(server, id, { metadata })
      await database.transaction(tx => applicationSecrets.add(tx, 'shop', 0))
      // The other application asks for no scope of the resource server.
      await applications.change('other', { metadata: { scope: 'openid darvoza:account' } }, 'operator:test')
      await settle(server.composed)
      const ours = { scope: 'openid darvoza:account', resources: [server.settings.issuer] }
      const shop = (await aSessionOf(server, amy, 'shop', ours)).refresh
      const other = (await aSessionOf(server, amy, 'other', ours)).refresh
      const refresh = async (token: string, id: string) => {
        try {
          return await server.composed.parts.tokens.rotate.rotate(token, id, {
            ...{ address: '192.0.2.1', userAgent: 'test', requestId: 'test' },
          })
        } catch (error) {
          if (error instanceof Refusal) return null
          throw error
        }
      }
      const [ofShop, ofOther] = [await refresh(shop, 'shop'), await refresh(other, 'other')]
      await fire(world)
      await settle(server.composed)

      const me = async (token: string) => {
        const answer = await client.get('/api/me/', token)
        return answer.body.reason ?? answer.status
      }
      expect(await me(ofShop!.access.token)).to.equal(row.code)
      expect(await me(ofOther!.access.token)).to.equal(200)
      expect(await me(phone.access)).to.equal(200)
      expect((await refresh(ofShop!.refresh!, 'shop')) !== null, 'lives').to.equal(row.sessions === 'stay')
      expect(await refresh(ofOther!.refresh!, 'other')).to.not.equal(null)
      await expectApiKeys(world, name)
    })
  }

  it('an application that is enabled again: its sessions stay ended', async () => {
    const world = await aWorld(await aServer({ engine }))
    const { server, amy } = world
    await anApplication(server, 'shop', { metadata: { scope: 'openid' } })
    await settle(server.composed)
    const { refresh } = await aSessionOf(server, amy, 'shop', { scope: 'openid' })
    const { applications } = server.composed.parts.applications
    await applications.disable('shop', 'operator:test')
    await applications.enable('shop', 'operator:test')
    await settle(server.composed)
    const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }
    const code = await server.composed.parts.tokens.rotate.rotate(refresh, 'shop', origin).catch(error => error.code)
    expect(code).to.equal('session_ended')
  })

  it('a stale access token: a refresh brings a valid one with current permissions and username', async () => {
    const world = await aWorld(await aServer({ engine }))
    const { client, phone } = world
    await fire.role_changed(world)
    const { access } = (await insist(client.refresh(phone.refresh))).body
    expect(claimsOf(access).permissions).to.deep.equal(['orders:write'])
    await fire.user_renamed(world)
    await insist(client.verify(access), 401)
    const next = (await insist(client.refresh((await insist(client.refresh(phone.refresh))).body.refresh))).body.access
    expect(claimsOf(next).username).to.equal('amelia')
    await insist(client.verify(next))
  })
})

async function insist(answering: Promise<Answer>, status = 200): Promise<Answer> {
  const answer = await answering
  expect(answer.status, answer.text).to.equal(status)
  return answer
}
