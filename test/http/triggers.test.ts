// The table of triggers, row by row, by the front door: each is fired, and each cell of its row is asked for.
import { expect } from 'chai'
import { type Trigger, triggers } from '../../server/policy/revocation.js'
import { sessionEnd } from '../../server/policy/session.js'
import { aSessionOf } from '../support/applications.js'
import { aWebsite } from '../support/authorizations.js'
import { type Answer, aClient, type Client, claimsOf, type Pair } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { headerOf } from '../support/forge.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

type Fired = Exclude<Trigger, Later>
type Later = { [T in Trigger]: (typeof triggers)[T] extends { later: true } ? T : never }[Trigger]

/** Amy has the role `clerk` and is signed in on a phone and a laptop; Ben is signed in too. What is fired is about the phone, or Amy. */
type World = {
  server: TestServer
  client: Client
  admin: string
  amy: { id: number; username: string; password: string }
  phone: Pair
  laptop: Pair
  ben: Pair
}

async function aWorld(server: TestServer): Promise<World> {
  const client = aClient(server)
  const admin = (await client.signIn({ username: 'admin', password })).access
  await insist(client.post('/api/admin/roles', { name: 'clerk', permissions: ['orders:read'] }, admin), 201)
  const amy = await server.aUser({ username: 'amy', roles: ['clerk'] })
  const ben = await client.signIn(await server.aUser({ username: 'ben' }))
  const phone = await client.signIn(amy)
  server.clock.advance('1s')
  return { server, client, admin, amy, phone, laptop: await client.signIn(amy), ben }
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
 * Triggers about what a person lets an application have: the phone's pair is of a session of that application then, whose
 * refresh tokens `/api/token/refresh/` does not take, so that its row tells whether it lives.
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

/** Whether a kind's subject, here Amy's or the phone's, is also Ben's. */
const reachesBen: Record<(typeof triggers)[Trigger]['kind'], boolean> = {
  token: false,
  session: false,
  user: false,
  role: false,
  application: true,
  key: true,
  all: true,
}

onEachEngine('what ends what', engine => {
  for (const [name, row] of Object.entries(triggers) as [Trigger, (typeof triggers)[Trigger]][]) {
    // Nothing fires it yet; the type of `fire` keeps the two lists in step.
    if ('later' in row) continue
    const reach = { it: 'ends that session', all: 'ends all sessions', others: 'ends the others', stay: 'ends none' }
    it(`${row.what}: ${reach[row.sessions]}; the access token is refused as ${row.code}`, async () => {
      const plain = await aWorld(await aServer({ engine }))
      const world = ofApplication.has(name) ? await letShopIn(plain) : plain
      const { server, client, phone, laptop, ben } = world
      await fire[name as Fired](world)
      await settle(server.composed)

      // Access tokens: the one it is about, the same user's other, and somebody else's.
      const everyOfAmys = row.sessions === 'all' || (row.sessions === 'stay' && row.kind !== 'token')
      const told = (answer: Answer) => answer.body.reason ?? answer.status
      expect(told(await client.verify(phone.access)), 'phone').to.equal(row.code)
      expect(told(await client.verify(laptop.access)), 'laptop').to.equal(everyOfAmys ? row.code : 200)
      expect(told(await client.verify(ben.access)), 'ben').to.equal(reachesBen[row.kind] ? row.code : 200)
      expect((await client.get('/api/me/', phone.access)).body).to.include({ reason: row.code })

      // Sessions: by what their refresh tokens are worth.
      const lives = async (pair: Pair) => (await client.refresh(pair.refresh)).status === 200
      const phoneLives = ofApplication.has(name) ? livesByRow(world, phone) : lives(phone)
      expect(await phoneLives, 'phone lives').to.equal(row.sessions === 'stay')
      expect(await lives(laptop), 'laptop lives').to.equal(row.sessions !== 'all')
      expect(await lives(ben), 'ben lives').to.equal(!(row.sessions === 'all' && reachesBen[row.kind]))
    })
  }

  it('a stale token is one refresh away from a good one, which says what is so now', async () => {
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
