// A user with thousands of sessions and devices: requests succeed, limits hold, and unused devices are deleted.
import { expect } from 'chai'
import { aClient, type Client } from '../support/client.js'
import { aCrowd, aDeviceRow } from '../support/crowd.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, manyGuesses, password, type TestServer } from '../support/server.js'
import { devicesOf, sessionsOf } from '../support/sessions.js'
import { aVisitor } from '../support/visitor.js'

type Person = { id: number; username: string; password: string }
type Listed = { results: { id: string; current: boolean }[]; next: string | null }

/** All pages of a list. */
async function everyPage(client: Client, path: string, token: string): Promise<Listed['results']> {
  const all: Listed['results'] = []
  for (let after = ''; ; ) {
    const answer = await client.get(`${path}${path.includes('?') ? '&' : '?'}after=${after}`, token)
    expect(answer.status).to.equal(200)
    const { results, next } = answer.body as Listed
    all.push(...results)
    if (next === null) return all
    after = encodeURIComponent(next)
  }
}

async function endedFor(server: TestServer, reason: string): Promise<number> {
  const [row] = await server.composed.parts.storage.database.read<{ count: number }>(
    'SELECT COUNT(*) AS count FROM session WHERE ended_reason = ?',
    [reason],
  )
  return row!.count
}

onEachEngine('a user with more sessions than an SQL statement has parameters', engine => {
  it('can sign in, list sessions and devices page by page, and end all other devices', async () => {
    const server = await aServer({ engine, policy: manyGuesses })
    const client = aClient(server)
    const amy = await server.aUser({ username: 'amy' })
    await aCrowd(server, amy.id, { devices: 1_700, sessions: 17_000 })
    await signsIn(server, client, amy)
    await lists(client, amy)
    await isShown(server, client, amy)
    await endsAllOthers(server, client, amy)
  }).timeout(60_000)
})

/** Signs in and refreshes; a sign-in ends a few of the sessions over the limit, the oldest first. */
async function signsIn(server: TestServer, client: Client, amy: Person): Promise<void> {
  const pair = await client.signIn(amy)
  expect((await client.refresh(pair.refresh)).status).to.equal(200)
  expect([await endedFor(server, 'session_limit'), await endedFor(server, 'device_limit')]).to.deep.equal([10, 15])
  const [oldest] = await sessionsOf(server, amy.id)
  const ended = await server.composed.parts.storage.database.read<{ createdAt: number }>(
    "SELECT created_at AS createdAt FROM session WHERE ended_reason = 'session_limit'",
  )
  for (const { createdAt } of ended) expect(createdAt).to.be.below(oldest!.session.createdAt)
}

/** Reads and counts the user's own lists page by page. */
async function lists(client: Client, amy: Person): Promise<void> {
  const { access } = await client.signIn(amy)
  const first = await client.get('/api/me/sessions/?count=true', access)
  expect(first.status).to.equal(200)
  expect(first.body.results).to.have.length(200)
  expect([first.body.count, first.body.more]).to.deep.equal([10_000, true])
  const next = await client.get(`/api/me/sessions/?limit=3&after=${encodeURIComponent(first.body.next)}`, access)
  expect(next.body.results).to.have.length(3)
  const devices = await everyPage(client, '/api/me/devices/', access)
  const open = (await client.get('/api/me/devices/?limit=1&count=true', access)).body.count
  expect(new Set(devices.map(one => one.id)).size).to.equal(open)
  expect(devices.filter(one => one.current)).to.have.length(1)
}

/** Opens the pages of the user and of an administrator: they show the first devices and the total. */
async function isShown(server: TestServer, client: Client, amy: Person): Promise<void> {
  const visitor = aVisitor(server)
  await visitor.signIn(amy)
  const own = await visitor.open('/account/devices')
  expect([own.status, own.text.match(/class="own-device[ "]/g)!.length]).to.deep.equal([200, 25])
  expect(own.text)
    .to.include('This device')
    .and.match(/1,?\d{3} devices/)
  const further = /href="([^"]*after=[^"]*)"/.exec(own.text)![1]!.replaceAll('&amp;', '&')
  const second = await visitor.open(further)
  expect([second.status, second.text.includes('This device')]).to.deep.equal([200, false])
  const admin = (await client.signIn({ username: 'admin', password })).access
  const adminUser = aVisitor(server)
  await adminUser.signIn({ username: 'admin', password })
  const page = await adminUser.open(`/admin/users/${amy.id}`)
  expect(page.status).to.equal(200)
  expect(page.text).to.match(/href="\/admin\/devices\?user=amy"[^>]*>(?:(?!<\/a>)[\s\S])*All 1,?\d{3} devices/)
  const resetting = await adminUser.open(`/admin/users/${amy.id}/password`)
  expect(resetting.status).to.equal(200)
  const devices = await client.get(`/api/admin/users/${amy.id}/devices?limit=2&count=true`, admin)
  expect([devices.status, devices.body.results.length]).to.deep.equal([200, 2])
  expect(devices.body.next).to.be.a('string')
}

/** Ends all other devices in one request, and keeps the requesting session. */
async function endsAllOthers(server: TestServer, client: Client, amy: Person): Promise<void> {
  const { access, refresh } = await client.signIn(amy)
  expect((await client.delete('/api/me/devices/', access)).status).to.equal(204)
  expect(await devicesOf(server, amy.id)).to.have.length(1)
  expect(await sessionsOf(server, amy.id)).to.have.length(1)
  expect((await client.refresh(refresh)).status).to.equal(200)
}

onEachEngine("a user's own lists of sessions and devices", engine => {
  it('refuse an invalid limit or cursor, and continue after each page', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    for (let count = 0; count < 4; count++) await client.signIn(amy)
    const { access } = await client.signIn(amy)
    for (const kind of ['sessions', 'devices']) {
      for (const query of ['limit=0', 'limit=201', 'limit=x', 'after=x', 'after=1&after=2'])
        expect((await client.get(`/api/me/${kind}/?${query}`, access)).status, query).to.equal(400)
      const all = await everyPage(client, `/api/me/${kind}/`, access)
      const byTwo = await everyPage(client, `/api/me/${kind}/?limit=2`, access)
      expect(byTwo.map(one => one.id)).to.deep.equal(all.map(one => one.id))
      expect(all).to.have.length(5)
    }
  })
})

onEachEngine('the device limit (max_devices_per_user)', engine => {
  it('ends the least recently seen devices, a few per sign-in, never the one that signs in', async () => {
    const server = await aServer({ engine, policy: { max_devices_per_user: 4, ...manyGuesses } })
    const client = aClient(server)
    const amy = await server.aUser()
    const old = await client.signIn(amy)
    const [oldest] = await devicesOf(server, amy.id)
    // Least recently seen, but kept because the sign-in is on it.
    await server.composed.parts.storage.database.write('UPDATE device SET last_seen_at = 1 WHERE id = ?', [
      oldest!.device.id,
    ])
    const { deviceIds } = await aCrowd(server, amy.id, { devices: 12, sessions: 24 })
    await client.signIn(amy, { device_token: old.device_token })
    const left = () => devicesOf(server, amy.id).then(found => found.map(one => one.device.id))
    expect(await left()).to.have.members([oldest!.device.id, ...deviceIds.slice(3)])
    await client.signIn(amy, { device_token: old.device_token })
    expect(await left()).to.have.members([oldest!.device.id, ...deviceIds.slice(6)])
    await client.signIn(amy, { device_token: old.device_token })
    expect(await left()).to.have.members([oldest!.device.id, ...deviceIds.slice(9)])
    expect(await endedFor(server, 'device_limit')).to.equal(18)
    const fresh = await client.signIn(amy)
    expect(await left())
      .to.have.length(4)
      .and.to.not.include(deviceIds[9])
    expect((await client.get('/api/me/', fresh.access)).status).to.equal(200)
    await server.setPolicy({ max_devices_per_user: 0 })
    for (let count = 0; count < 3; count++) await client.signIn(amy)
    expect(await left()).to.have.length(7)
  })

  it('ends the sessions of a device with very many in portions before it ends the device', async () => {
    const server = await aServer({ engine, policy: { max_devices_per_user: 1, ...manyGuesses } })
    const client = aClient(server)
    const amy = await server.aUser()
    await aCrowd(server, amy.id, { devices: 1, sessions: 25 })
    await client.signIn(amy)
    expect(await endedFor(server, 'device_limit')).to.equal(15)
    expect(await devicesOf(server, amy.id)).to.have.length(2)
    await client.signIn(amy)
    await client.signIn(amy)
    expect(await endedFor(server, 'device_limit')).to.be.at.least(25)
    expect(await devicesOf(server, amy.id)).to.have.length(1)
  })

  it('holds for concurrent sign-ins of one user at two servers, all of which succeed', async () => {
    const limits = { max_devices_per_user: 3, max_sessions_per_user: 3, ...manyGuesses }
    const here = await aServer({ engine, policy: limits })
    // One process per SQLite file.
    const there =
      engine.name === 'SQLite' ? here : await aServer({ settings: here.settings, clock: here.clock, policy: null })
    const amy = await here.aUser()
    await aCrowd(here, amy.id, { devices: 10, sessions: 10 })
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => aClient(index % 2 ? here : there).post('/api/token/', amy)),
    )
    expect(answers.map(answer => answer.status)).to.deep.equal(Array(12).fill(200))
    expect((await devicesOf(here, amy.id)).length).to.equal(3)
    expect((await sessionsOf(here, amy.id)).length).to.equal(3)
  }).timeout(30_000)
})

onEachEngine('an unused device', engine => {
  it('is deleted with its last session, and not before; its device token then proves nothing', async () => {
    const server = await aServer({ engine, policy: { ended_session_retention: 10 * 86_400 } })
    const client = aClient(server)
    const {
      storage: { database },
      maintenance: { housekeeping },
    } = server.composed.parts
    const amy = await server.aUser()
    const pair = await client.signIn(amy)
    const ended = await client.signIn(amy)
    const { results } = (await client.get('/api/me/devices/', ended.access)).body
    const own = results.find((one: { current: boolean }) => one.current)
    await client.delete(`/api/me/devices/${own.id}/`, ended.access)
    // Seen long ago, but ended only now.
    const at = server.clock.now()
    const row = aDeviceRow('a0000000-0000-4000-8000-000000000001', amy.id, 1, { endedAt: at })
    await database.transaction(async tx => server.composed.parts.storage.deviceStore.insert(tx, row))
    const count = async () => (await database.read<{ n: number }>('SELECT COUNT(*) AS n FROM device'))[0]!.n
    expect(await count()).to.equal(3)
    await housekeeping.purgeSessions()
    server.clock.advance('10d')
    await housekeeping.purgeSessions()
    expect(await count()).to.equal(3)
    // The idle session ended a day after it was opened; it and its device are kept for ten days more.
    server.clock.advance('2d')
    await housekeeping.purgeSessions()
    expect(await count()).to.equal(0)
    const again = await client.signIn(amy, { device_token: pair.device_token })
    expect((await client.get('/api/me/devices/', again.access)).body.results).to.have.length(1)
  })
})
