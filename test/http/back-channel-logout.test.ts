// OpenID Connect Back-Channel Logout 1.0: logout tokens for ended sessions of applications, sent once each, also after
// an outage, and never to internal addresses.
import { expect } from 'chai'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { ApplicationMetadata, ApplicationOrigin } from '../../server/policy/application-metadata.js'
import { anApplication, aSessionOf } from '../support/applications.js'
import { aClient } from '../support/client.js'
import { aClock } from '../support/clock.js'
import { onEachEngine, onMariaDb, sqlite } from '../support/engines.js'
import { aLogoutReceiver, closeLogoutReceivers, type LogoutReceiver } from '../support/logout-receiver.js'
import { aServerProcess } from '../support/processes.js'
import {
  aServer,
  issuer,
  password,
  type ServerOptions,
  settle,
  type TestServer,
  testSettings,
} from '../support/server.js'
import { textsOf } from '../support/statements.js'
import { aVisitor, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }

type Person = { id: number; username: string; password: string }

async function aTellingServer(networks: string[] = ['127.0.0.0/8'], options: ServerOptions = {}): Promise<TestServer> {
  const settings = options.settings ?? testSettings(await (options.engine ?? sqlite).migrated())
  return aServer({ ...options, settings: { ...settings, outgoingAllow: { hosts: [], networks } } })
}

/** Sends the deliveries that are due, as the job does each second, until none is. */
async function deliver({ composed }: TestServer): Promise<void> {
  await composed.jobs.settled()
  await composed.parts.deliveries.sending.run()
  await composed.jobs.settled()
}

type Row = { sessionId: string; ended: string; state: string; attempts: number; failure: string; status: number }

const deliveriesOf = ({ composed }: TestServer): Promise<Row[]> =>
  composed.parts.storage.database.read<Row>(
    `SELECT session_id AS sessionId, ended, state, attempts, failure, status FROM delivery ORDER BY created_at, id`,
  )

const told = (uri: string, more: ApplicationMetadata = {}) => ({
  metadata: { scope: 'openid offline_access', backchannel_logout_uri: uri, ...more },
})

async function aTold(server: TestServer, id: string, uri: string, more: ApplicationMetadata = {}): Promise<void> {
  await anApplication(server, id, told(uri, more))
  await settle(server.composed)
}

/** The id of the session that the browser's cookie holds. */
async function browserSid({ composed }: TestServer, userId: number): Promise<string> {
  const [row] = await composed.parts.storage.database.read<{ sid: string }>(
    `SELECT id AS sid FROM session WHERE user_id = ? AND application_id = 'darvoza' AND refreshable = ?
     AND ended_at IS NULL ORDER BY created_at DESC`,
    [userId, false],
  )
  return row!.sid
}

afterEach(closeLogoutReceivers)

describe('a logout token is not sent', () => {
  /** Ends a session of an application at each of these addresses. @returns state and failure of each delivery */
  async function failuresAt(
    server: TestServer,
    uris: readonly string[],
    origin: ApplicationOrigin = 'administrator',
  ): Promise<string[]> {
    const user = await server.aUser()
    const sids: string[] = []
    for (const uri of uris) {
      const id = `at-${Math.random().toString(36).slice(2)}`
      await anApplication(server, id, { origin, ...told(uri) })
      sids.push((await aSessionOf(server, user, id)).session.id)
    }
    await settle(server.composed)
    for (const sid of sids) await server.composed.parts.devices.sessions.end(sid, user.id, 'system')
    await deliver(server)
    const rows = new Map((await deliveriesOf(server)).map(row => [row.sessionId, row]))
    return sids.map(sid => `${rows.get(sid)!.state} ${rows.get(sid)!.failure}`)
  }

  it('to an internal address, however it is written', async () => {
    const receiver = await aLogoutReceiver()
    const server = await aTellingServer([])
    const { port } = receiver
    const hosts = [
      ...['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', 'localhost', 'localhost.', '0.0.0.0'],
      ...['[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '169.254.169.254'],
    ]
    const failures = await failuresAt(
      server,
      hosts.map(host => `http://${host}:${port}/`),
    )
    expect(failures).to.deep.equal(hosts.map(() => 'waiting NOT_ALLOWED'))
    expect(receiver.received).to.deep.equal([])
  })

  it('to an allowed internal address for registered and document applications', async () => {
    const receiver = await aLogoutReceiver()
    const server = await aTellingServer(['127.0.0.0/8'])
    for (const origin of ['registration', 'document'] as const)
      expect(await failuresAt(server, [receiver.url], origin), origin).to.deep.equal(['waiting NOT_ALLOWED'])
    expect(receiver.received).to.deep.equal([])
    expect(await failuresAt(server, [receiver.url])).to.deep.equal(['sent null'])
  })

  it('to the target of a redirect', async () => {
    const inside = await aLogoutReceiver('127.0.0.1')
    const receiver = await aLogoutReceiver('127.0.0.2')
    const server = await aTellingServer(['127.0.0.0/8'])
    const statuses = [301, 302, 303, 307, 308]
    const uris = statuses.map(status => `${receiver.url}/${status}`)
    receiver.answer = (_, path) => Number(path.slice(1))
    expect(await failuresAt(server, uris)).to.deep.equal(statuses.map(() => 'waiting STATUS'))
    expect(receiver.received).to.have.length(5)
    expect(inside.received).to.deep.equal([])
  })

  it('and causes no statement where no application has a backchannel_logout_uri', async () => {
    const server = await aTellingServer()
    const user = await server.aUser()
    await anApplication(server, 'quiet')
    const { session } = await aSessionOf(server, user, 'quiet')
    const asked = await textsOf(server, async () => {
      await server.composed.parts.devices.sessions.end(session.id, user.id, 'system')
      await server.composed.parts.deliveries.sending.run()
    })
    expect(asked.filter(sql => /delivery|told_of_ends/.test(sql))).to.deep.equal([])
  })
})

describe('a logout token', () => {
  let server: TestServer
  let receiver: LogoutReceiver
  beforeEach(async () => {
    server = await aTellingServer()
    receiver = await aLogoutReceiver()
  })
  let count = 0
  async function aShop(more: ApplicationMetadata = {}): Promise<string> {
    const id = `shop-${++count}`
    await aTold(server, id, `${receiver.url}/logout?from=gate`, more)
    return id
  }

  it('has the claims of the specification and an id_token’s signature, and is no access token', async () => {
    const user = await server.aUser()
    const jwks = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`))
    for (const [metadata, alg, sub] of [
      [{}, 'RS256', ['sub']],
      [{ id_token_signed_response_alg: 'ES256', backchannel_logout_session_required: true }, 'ES256', []],
    ] as const) {
      const id = await aShop(metadata)
      const { session } = await aSessionOf(server, user, id)
      await server.composed.parts.devices.sessions.end(session.id, user.id, 'system')
      await deliver(server)
      const { token, claims } = receiver.received.at(-1)!
      const currentDate = new Date(server.clock.now())
      await jwtVerify(token, jwks, { issuer, audience: id, typ: 'logout+jwt', currentDate })
      expect(decodeProtectedHeader(token)).to.include({ alg, typ: 'logout+jwt' })
      expect(Object.keys(claims).sort()).to.deep.equal(['aud', 'events', 'exp', 'iat', 'iss', 'jti', 'sid', ...sub])
      expect([claims.sid, claims.exp - claims.iat]).to.deep.equal([session.id, 120])
      if (sub.length > 0) expect(claims.sub).to.equal(String(user.id))
      expect(claims.events).to.deep.equal({ 'http://schemas.openid.net/event/backchannel-logout': {} })
      const client = aClient(server)
      expect((await client.get('/api/me/', token)).status).to.equal(401)
      expect((await client.get('/oauth/userinfo', token)).status).to.equal(401)
    }
  })

  type World = { person: Person; visitor: Visitor; id: string; quiet: string; sid: string; access: string }

  /** Ways to end the one session that the application has. */
  const ends: Record<string, (world: World) => Promise<unknown>> = {
    'its own, by an administrator': ({ sid, access }) => ok('DELETE', `/api/admin/sessions/${sid}`, access),
    'the sign-out of the browser that it came from': ({ visitor }) => visitor.submit('/logout', {}, '/account'),
    'all sessions of its user': ({ person, access }) => ok('DELETE', `/api/admin/users/${person.id}/sessions`, access),
    'its user being disabled': ({ person, access }) => ok('POST', `/api/admin/users/${person.id}/disable`, access),
    'its user being deleted': ({ person, access }) => ok('DELETE', `/api/admin/users/${person.id}`, access),
    'the consent to its application': ({ person, id }) =>
      server.composed.parts.authorizations.consents.withdraw(person.id, id, 'system'),
    'its application’s sessions': ({ id, access }) => ok('DELETE', `/api/admin/applications/${id}/sessions`, access),
    'its application being disabled': ({ id, access }) => ok('POST', `/api/admin/applications/${id}/disable`, access),
    'its application being deleted': ({ id, access }) => ok('DELETE', `/api/admin/applications/${id}`, access),
    'its time having run out': async () => {
      server.clock.advance('2d')
      await server.composed.parts.maintenance.housekeeping.purgeSessions()
    },
  }
  const ok = async (method: string, path: string, token: string) =>
    expect((await aClient(server).send(method, path, { token })).status).to.be.oneOf([200, 204])

  it('is sent once for each session, whatever ends it', async () => {
    for (const [what, end] of Object.entries(ends)) {
      const person = await server.aUser()
      const visitor = aVisitor(server)
      await visitor.signIn(person)
      const id = await aShop()
      const grant = { browserSid: await browserSid(server, person.id), scope: 'openid' }
      const { session } = await aSessionOf(server, person, id, grant)
      const quiet = `quiet-${count}`
      await anApplication(server, quiet)
      await aSessionOf(server, person, quiet, grant)
      const { access } = await aClient(server).signIn(admin)
      receiver.taken = []
      await end({ person, visitor, id, quiet, sid: session.id, access })
      await deliver(server)
      expect(receiver.taken, what).to.deep.equal([session.id])
      server.clock.advance('2d')
      await server.composed.parts.maintenance.housekeeping.purgeSessions()
      for (let again = 0; again < 2; again++) await deliver(server)
      expect(receiver.taken, `${what}: nothing is sent again`).to.deep.equal([session.id])
    }
  }).timeout(60_000)

  it('is sent at sign-out for offline and expired sessions too, and again when an offline one ends', async () => {
    const person = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(person)
    const id = await aShop()
    const grant = { browserSid: await browserSid(server, person.id), scope: 'openid offline_access' }
    const { session: live } = await aSessionOf(server, person, id, grant)
    const { session: offline } = await aSessionOf(server, person, id, { ...grant, offline: true })
    const { session: expired } = await aSessionOf(server, person, id, grant)
    const { database } = server.composed.parts.storage
    // It expired without a delivery.
    const sql = "UPDATE session SET expires_at = ?, ended_at = ?, ended_reason = 'expired' WHERE id = ?"
    await database.write(sql, [1, 1, expired.id])
    await visitor.submit('/logout', {}, '/account')
    await deliver(server)
    expect(receiver.taken.toSorted()).to.deep.equal([live.id, offline.id, expired.id].sort())
    await server.composed.parts.devices.sessions.end(offline.id, person.id, 'system')
    await deliver(server)
    expect(receiver.taken.slice(3)).to.deep.equal([offline.id])
    expect(new Set(receiver.received.map(one => one.claims.jti)).size).to.equal(4)
  })
})

/** An application at this address with so many sessions of one user. */
async function aCrowdAt(server: TestServer, id: string, uri: string, count: number) {
  const person = await server.aUser()
  await aTold(server, id, uri)
  const sids: string[] = []
  for (let index = 0; index < count; index++) sids.push((await aSessionOf(server, person, id)).session.id)
  return { person, sids: sids.sort() }
}

const endAll = ({ composed }: TestServer, { id }: Person | { id: number }) =>
  composed.parts.devices.sessions.endAll(id, 'system')

describe('logout tokens', () => {
  it('wait for an application that is down and arrive once each; other applications need not wait', async () => {
    const server = await aTellingServer()
    const away = await aLogoutReceiver()
    const other = await aLogoutReceiver()
    away.answer = () => (away.received.length % 2 === 0 ? 503 : null)
    const { person, sids } = await aCrowdAt(server, 'away', away.url, 25)
    await aTold(server, 'other', other.url)
    const { session } = await aSessionOf(server, person, 'other')
    await endAll(server, person)
    await deliver(server)
    expect(other.taken).to.deep.equal([session.id])
    for (let minutes = 0; minutes < 10; minutes += 0.5) {
      server.clock.advance('30s')
      await deliver(server)
    }
    expect(away.taken).to.deep.equal([])
    expect(away.received.length, 'it is not asked for each of them all the time').to.be.within(25, 110)
    away.answer = () => 200
    for (let minutes = 0; minutes < 12; minutes++) {
      server.clock.advance('1m')
      await deliver(server)
    }
    expect(away.taken.toSorted()).to.deep.equal(sids)
    expect(new Set((await deliveriesOf(server)).map(row => row.state))).to.deep.equal(new Set(['sent']))
    expect(server.logged.filter(line => /logout tokens can(not)? be delivered/.test(line))).to.have.length(2)
  }).timeout(60_000)

  it('are given up after a day of failures, but not after a day without an attempt', async () => {
    const server = await aTellingServer()
    const receiver = await aLogoutReceiver()
    const { person, sids } = await aCrowdAt(server, 'shop', receiver.url, 12)
    await endAll(server, person)
    await server.composed.jobs.settled()
    server.clock.advance('2d')
    receiver.answer = () => (receiver.taken.length < 5 ? 200 : 400)
    await deliver(server)
    const states = async () => (await deliveriesOf(server)).map(row => row.state).sort()
    const sent = receiver.taken.length
    expect(await states()).to.deep.equal([...Array(sent).fill('sent'), ...Array(12 - sent).fill('waiting')])
    for (let hours = 0; hours < 27; hours += 0.5) {
      server.clock.advance('30m')
      await deliver(server)
    }
    expect(await states()).to.deep.equal([...Array(12 - sent).fill('gave_up'), ...Array(sent).fill('sent')])
    expect(sids).to.include.members(receiver.taken)
  }).timeout(60_000)

  it('are recorded with three statements for the ends of many sessions', async () => {
    const server = await aTellingServer()
    const { sids } = await aCrowdAt(server, 'shop', 'http://127.0.0.1:1/', 40)
    const asked = await textsOf(server, () =>
      server.composed.parts.devices.sessionEnds.run({ ids: sids }, { at: server.clock.now(), count: 40 }, 'system'),
    )
    expect(asked.filter(sql => /delivery|told_of_ends/.test(sql))).to.have.length(3)
    expect(await deliveriesOf(server)).to.have.length(40)
  })

  it('are sent again with the same jti after a kill -9 between sending and recording', async () => {
    const server = await aTellingServer()
    const receiver = await aLogoutReceiver()
    const { sids } = await aCrowdAt(server, 'shop', receiver.url, 1)
    await server.close()
    const first = await aServerProcess(server.settings.database, null, { OUTGOING_ALLOW: '127.0.0.0/8' })
    receiver.answer = async () => {
      await first.kill()
      return 200
    }
    const client = aClient(first)
    const { access } = await client.signIn(admin)
    expect((await client.delete(`/api/admin/sessions/${sids[0]}`, access)).status).to.equal(204)
    await first.dead()
    receiver.answer = () => 200
    const clock = aClock(Date.now())
    const second = await aTellingServer(undefined, { settings: server.settings, clock, policy: null })
    await deliver(second)
    expect(receiver.received, 'the first one may still be at it').to.have.length(1)
    clock.advance('31s')
    await deliver(second)
    expect(receiver.taken).to.deep.equal([sids[0], sids[0]])
    expect(new Set(receiver.received.map(one => one.claims.jti)).size).to.equal(1)
  }).timeout(60_000)

  it('of all sessions of a user are recorded by the next server after a crash behind the commit', async () => {
    const server = await aTellingServer()
    const receiver = await aLogoutReceiver()
    const { person, sids } = await aCrowdAt(server, 'shop', receiver.url, 3)
    await server.close()
    const first = await aServerProcess(server.settings.database)
    const { access } = await aClient(first).signIn(admin)
    await first.dieAt('committed')
    await aClient(first)
      .delete(`/api/admin/users/${person.id}/sessions`, access)
      .catch(() => null)
    await first.dead()
    const clock = aClock(Date.now())
    const second = await aTellingServer(undefined, { settings: server.settings, clock, policy: null })
    await second.composed.parts.tokens.sweeping.run()
    await deliver(second)
    expect(receiver.taken.toSorted()).to.deep.equal(sids)
    const { database } = second.composed.parts.storage
    const sql = `SELECT ended_reason AS reason, ended_by AS endedBy FROM session WHERE application_id = 'shop'`
    expect(await database.read(sql)).to.deep.equal(Array(3).fill({ reason: 'all_ended', endedBy: 'user:1' }))
  }).timeout(60_000)
})

onEachEngine('an end of all sessions of a user', engine => {
  it('also ends a session that was just being opened, with the reason all_ended instead of expired', async () => {
    const server = await aTellingServer(undefined, { engine })
    const receiver = await aLogoutReceiver()
    const { person, sids } = await aCrowdAt(server, 'shop', receiver.url, 1)
    const { sweepStore, sessionStore, database } = server.composed.parts.storage
    const late = (await sessionStore.find(database, sids[0]!))!
    await endAll(server, person)
    await server.composed.jobs.settled()
    await sessionStore.insert(database, { ...late, id: 'late', expiresAt: server.clock.now() + 1 })
    server.clock.advance('30s')
    await server.composed.parts.maintenance.housekeeping.purgeSessions()
    expect((await sessionStore.find(database, 'late'))!.endedAt).to.equal(null)
    server.clock.advance('31s')
    await server.composed.parts.tokens.sweeping.run()
    expect((await sessionStore.find(database, 'late'))!.endedReason).to.equal('all_ended')
    expect(await sweepStore.all(database)).to.deep.equal([])
    await deliver(server)
    expect(receiver.taken.toSorted()).to.deep.equal(['late', ...sids].sort())
  })
})

onMariaDb('two servers that send logout tokens', engine => {
  it('send each one once between them', async () => {
    const first = await aTellingServer(undefined, { engine })
    const receiver = await aLogoutReceiver()
    const { person, sids } = await aCrowdAt(first, 'shop', receiver.url, 60)
    const second = await aTellingServer(undefined, { settings: first.settings, clock: first.clock, policy: null })
    await settle(second.composed)
    let arrived = 0
    let open = () => {}
    const both = new Promise<void>(resolve => {
      open = resolve
    })
    // Requests are answered only after both servers have sent: else one of them might send all.
    receiver.answer = async () => {
      if (++arrived > 10) open()
      await both
      return 200
    }
    await endAll(first, person)
    await Promise.all([first, second].map(one => one.composed.parts.tokens.sweeping.run()))
    await Promise.all([deliver(first), deliver(second)])
    expect(receiver.most).to.be.above(10)
    expect(receiver.taken.toSorted()).to.deep.equal(sids)
  }).timeout(60_000)
})

describe('deliveries of logout tokens', function () {
  this.timeout(60_000)
  it('are listed, sent again with a new jti, and tested through the admin API', async () => {
    const server = await aTellingServer()
    const receiver = await aLogoutReceiver()
    const { person, sids } = await aCrowdAt(server, 'shop', receiver.url, 1)
    await endAll(server, person)
    receiver.answer = () => 503
    await deliver(server)
    const client = aClient(server)
    const { access } = await client.signIn(admin)
    const listed = async (query = '') => (await client.get(`/api/admin/deliveries${query}`, access)).body.results
    const [one] = await listed('?state=waiting&application=shop')
    const { session_id, state, attempts, failure, status, username } = one
    expect({ session_id, state, attempts, failure, status, username }).to.deep.equal({
      ...{ session_id: sids[0], state: 'waiting', attempts: 1, failure: 'STATUS', status: 503 },
      username: person.username,
    })
    receiver.answer = () => 200
    const again = async (id: string) => (await client.post(`/api/admin/deliveries/${id}/send`, {}, access)).status
    expect(await again('nobody')).to.equal(404)
    // The pause of the failing application has ended by then; the wait of the delivery has not.
    await server.composed.parts.storage.database.write('UPDATE delivery SET next_at = ?', [server.clock.now() + 1e6])
    server.clock.advance('11s')
    await deliver(server)
    expect(receiver.taken).to.deep.equal([])
    expect(await again(one.id)).to.equal(204)
    await deliver(server)
    expect(receiver.taken).to.deep.equal([sids[0]])
    expect(await listed('?state=waiting')).to.deep.equal([])
    expect(await again(one.id)).to.equal(204)
    await deliver(server)
    expect(receiver.taken).to.deep.equal([sids[0], sids[0]])
    expect(new Set(receiver.received.map(({ claims }) => claims.jti)).size, 'once more is another token').to.equal(2)

    const tried = await client.post('/api/admin/applications/shop/test-logout', {}, access)
    expect([tried.status, tried.body.failure, tried.body.status]).to.deep.equal([200, null, 200])
    const { claims } = receiver.received.at(-1)!
    expect([claims.sub, sids.includes(claims.sid)]).to.deep.equal([undefined, false])
    await anApplication(server, 'quiet')
    expect((await client.post('/api/admin/applications/quiet/test-logout', {}, access)).status).to.equal(400)
    expect((await client.post('/api/admin/applications/nobody/test-logout', {}, access)).status).to.equal(404)
  })

  it('are sent at once on request, although their application is paused after a failure', async () => {
    const server = await aTellingServer()
    const receiver = await aLogoutReceiver()
    const { person, sids } = await aCrowdAt(server, 'shop', receiver.url, 1)
    await endAll(server, person)
    receiver.answer = () => 503
    await deliver(server)
    receiver.answer = () => 200
    const [one] = await server.composed.parts.storage.database.read<{ id: string }>('SELECT id FROM delivery')
    await server.composed.parts.deliveries.deliveries.sendAgain(one!.id, 'system')
    await deliver(server)
    expect(receiver.taken).to.deep.equal(sids)
  })

  it('are shown on a page with their failure, a retry and a test', async () => {
    const server = await aTellingServer([])
    const { person } = await aCrowdAt(server, 'shop', 'https://127.0.0.1/bye', 1)
    await endAll(server, person)
    await deliver(server)
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const page = await visitor.open('/admin/deliveries')
    expect(page.text).to.include('lies in a private network').and.include('Try now').and.include(person.username)
    const tried = await visitor.submit('/admin/applications/shop/test-logout', {}, '/admin/deliveries')
    expect([tried.status, tried.headers.get('location')]).to.deep.equal([303, '/admin/deliveries'])
    expect((await visitor.open('/admin/deliveries')).text).to.include('shop did not accept the test.')
  })

  it('are deleted once the retention of their ended sessions has passed', async () => {
    const server = await aTellingServer()
    const receiver = await aLogoutReceiver()
    const { person } = await aCrowdAt(server, 'shop', receiver.url, 3)
    await endAll(server, person)
    await deliver(server)
    const { housekeeping } = server.composed.parts.maintenance
    server.clock.advance('89d')
    await housekeeping.purgeDeliveries()
    expect(await deliveriesOf(server)).to.have.length(3)
    server.clock.advance('2d')
    await housekeeping.purgeDeliveries()
    expect(await deliveriesOf(server)).to.deep.equal([])
  })
})
