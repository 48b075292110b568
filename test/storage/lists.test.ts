// Every list store compared to a model that filters all rows in memory: the same rows in the same order for random
// filters, page sizes and scan budgets.
import { expect } from 'chai'
import { emailKey } from '../../server/policy/email.js'
import { type Era, endlessVersion, withOverrides } from '../../server/policy/eras.js'
import { firstPolicy } from '../../server/policy/policies.js'
import { sessionEnd, sessionStates, sessionTerms } from '../../server/policy/session.js'
import { insertRows } from '../../server/storage/bulk.js'
import type { Database } from '../../server/storage/database.js'
import { createDeviceListStore, type DeviceFilter, deviceStates } from '../../server/storage/device-lists.js'
import type { DeviceRecord } from '../../server/storage/devices.js'
import type { Cursor, Scanned } from '../../server/storage/keyset-scan.js'
import { createLogListStore } from '../../server/storage/log-lists.js'
import { createSessionListStore, type SessionFilter } from '../../server/storage/session-lists.js'
import { writtenSession } from '../../server/storage/session-rows.js'
import type { SessionRecord } from '../../server/storage/sessions.js'
import { createUserListStore, type UserFilter, userOrders, userStates } from '../../server/storage/user-lists.js'
import { type NewUser, writtenUser } from '../../server/storage/user-rows.js'
import { insertWords } from '../../server/storage/user-words.js'
import { aDatabase, aSessionRow, aUserRow } from '../support/database.js'
import { onEachEngine } from '../support/engines.js'

const hour = 3_600_000
const now = 10_000 * hour
/** Eras of the policy: the second has other session lifetimes, the fourth another reuse grace. */
const eras: Era[] = [
  { from: 0, upto: 1, policy: firstPolicy },
  {
    from: 2,
    upto: 2,
    policy: { ...firstPolicy, refresh_token_lifetime: 48 * 3_600, session_absolute_lifetime: 10 * 86_400 },
  },
  { from: 3, upto: 3, policy: firstPolicy },
  { from: 4, upto: endlessVersion, policy: { ...firstPolicy, reuse_grace: 0 } },
]
/** Session lifetimes by application: shop's are shorter, depot's longer than those of the policy. */
const overrides = new Map([
  ['shop', { refresh_token_lifetime: 6 * 3_600 }],
  ['depot', { refresh_token_lifetime: 300 * 86_400, session_absolute_lifetime: 400 * 86_400 }],
])
const folded = withOverrides({ version: 4, latest: firstPolicy, list: eras }, overrides)
const policyOf = (session: SessionRecord) => folded.of(session)
const terms = sessionTerms(now, folded)

const below = (count: number) => Math.floor(Math.random() * count)
const pick = <T>(items: readonly T[]): T => items[below(items.length)]!
const perhaps = <T>(share: number, make: () => T): T | undefined => (Math.random() < share ? make() : undefined)
const numbered = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))

const addresses = ['10.0.0.1', '10.0.0.2', '192.0.2.7', '2001:db8::7', '10.0.0.11']
const applications = ['darvoza', 'shop', 'depot']
const roles = ['admin', 'clerk', 'driver']
const names = ['anna', 'anvar', 'Анна', 'bek', 'bekzod', '50%_off', '12', 'ANNE']
const firstNames = ['Anna', 'Мария', 'Ёлка', 'Anna-Maria', 'Gʻayrat', 'René', '']
const lastNames = ['Kim', 'Joʻrayeva', 'Jo’rayev', 'Егорова', 'von der Kim', "O'Brien", '']
const typedTexts = [
  ...['an', 'AN', 'анн', 'Анна', '5', '50%', '12', '10.0.0.1', '10.0.0.', '7', 'bek', '2001:db8::7', 'zzz', 'a b c d'],
  ...[
    'anna kim',
    'Kim, Anna',
    'k a',
    'anna anna',
    'мар',
    'елк',
    'ЁЛК',
    'Joʼray',
    'jo`rayeva',
    'jorayev',
    'gayrat',
    'rene',
  ],
  ...['maria', 'anna-m', 'OBRIEN', 'der', 'егоров мария', '@a.ex', 'b.example', 'an b.example', 'nna', '%', '–'],
]

/**
 * Whether a word of the user's names or e-mail address starts with each typed word; independent of the index's code.
 */
function isFoundBy({ username, firstName, lastName, email }: NewUser, typed: string): boolean {
  const plain = (text: string) =>
    text
      .replace(/[ʻ’ʼ'`]/g, '')
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '')
      .toLowerCase()
  const chunks = (text: string) =>
    plain(text)
      .split(/[\s,%–:]+/)
      .map(one => one.replace(/^[^\p{L}\p{N}]+/u, ''))
      .filter(Boolean)
  const texts = [username, firstName, lastName, email.replace('.example', '~xample')].flatMap(chunks)
  const wanted = chunks(typed)
  const escaped = (text: string) => text.replaceAll(/[.+]/g, '\\$&').replaceAll('.ex', '~x').replaceAll('\\~x', '~x')
  return (
    wanted.length > 0 &&
    wanted.every(one => texts.some(text => new RegExp(`(^|[@.+_-])${escaped(one)}`, 'u').test(text)))
  )
}

type World = {
  users: (NewUser & { roles: string[] })[]
  devices: DeviceRecord[]
  sessions: SessionRecord[]
  applicationEnds: Map<string, number>
  logEndedSeq: number
}

/** Random rows, many with equal times, and sessions in every state. */
async function aWorld(database: Database): Promise<World> {
  const users = numbered(60, index => {
    const deleted = Math.random() < 0.1
    const username = deleted ? '' : `${pick(names)}${index}`
    const user = aUserRow(index + 1, {
      username,
      usernameKey: deleted ? null : username.toLowerCase(),
      ...(!deleted && { firstName: pick(firstNames), lastName: pick(lastNames) }),
      email: deleted || Math.random() < 0.2 ? '' : `${pick(names)}${below(4)}@${pick(['a.example', 'B.example'])}`,
      active: !deleted && Math.random() < 0.8,
      deletedAt: deleted ? now - hour : null,
      endedSeq: Math.random() < 0.2 ? below(12) : 0,
    })
    return { ...user, roles: deleted ? [] : roles.filter(() => Math.random() < 0.4) }
  })
  const devices = numbered(
    150,
    (index): DeviceRecord => ({
      ...{ id: `d${index}`, userId: 1 + below(60), clientDevice: null, name: '', userAgent: '' },
      ...{
        browser: pick(['Firefox 144', 'Chrome 142', 'Chrome 14', '']),
        platform: pick(['Android 14', 'Windows 10']),
      },
      address: pick(addresses),
      firstSeenAt: now - (100 + below(3)) * hour,
      lastSeenAt: now - below(20) * hour,
      endedAt: Math.random() < 0.3 ? now - below(5) * hour : null,
    }),
  )
  const sessions = numbered(700, index => {
    const createdAt = now - below(40) * 24 * hour
    const rotatedAt = Math.min(now, createdAt + pick([0, 1, 23, 24, 25, 600]) * hour)
    const ended = Math.random() < 0.3
    const device = pick(devices)
    return aSessionRow(`s${String(index).padStart(3, '0')}`, createdAt, {
      userId: device.userId,
      deviceId: device.id,
      applicationId: pick(applications),
      address: pick(addresses),
      ...{
        rotatedAt,
        seq: 4 + below(12),
        policyVersion: 1 + below(5),
        expiresAt: Math.min(rotatedAt + pick([24, 72]) * hour, createdAt + 720 * hour),
      },
      ...(ended && { endedAt: now - below(9), endedReason: 'sign_out', endedBy: 'system' }),
    })
  })
  const applicationEnds = new Map([
    ['darvoza', 0],
    ['shop', 6],
    ['depot', 0],
  ])
  await database.transaction(async tx => {
    await insertRows(
      tx,
      'user',
      users.map(({ roles: _, ...user }) => writtenUser(user)),
    )
    await insertWords(tx, users)
    await insertRows(
      tx,
      'user_role',
      users.flatMap(({ id, roles }) => roles.map(roleName => ({ userId: id, roleName }))),
    )
    await insertRows(tx, 'device', devices)
    await insertRows(tx, 'session', sessions.map(writtenSession))
    for (const id of ['shop', 'depot'])
      await insertRows(tx, 'application', [
        { id, name: id, active: true, endedSeq: applicationEnds.get(id)!, createdAt: 1 },
      ])
    await tx.write('UPDATE log_head SET ended_seq = 5')
  })
  return { users, devices, sessions, applicationEnds, logEndedSeq: 5 }
}

const stateIn = ({ users, applicationEnds, logEndedSeq }: World, session: SessionRecord) => {
  const user = users[session.userId - 1]!.endedSeq
  const ended = { user, application: applicationEnds.get(session.applicationId)!, log: logEndedSeq }
  return sessionEnd(session, ended, now, policyOf(session)) ?? 'live'
}

/** Reads a list to its end; expects that no page exceeds its limit, and that a shorter one is marked partial. */
async function readAll<Row>(
  read: (page: { after: Cursor | null; limit: number; budget: number }) => Promise<Scanned<Row>>,
) {
  const limit = 1 + below(9)
  const budget = pick([2, 20, 150, 10_000])
  const rows: Row[] = []
  for (let after: Cursor | null = null, pages = 0; ; pages++) {
    const page: Scanned<Row> = await read({ after, limit, budget })
    expect(page.rows.length).to.be.at.most(limit)
    expect(page.partial).to.equal(page.rows.length < limit && page.next !== null)
    rows.push(...page.rows)
    if (page.next === null) return rows
    after = page.next
    expect(pages).to.be.below(5_000)
  }
}

const newestFirst =
  <R extends { id: string }>(at: (row: R) => number) =>
  (a: R, b: R) =>
    at(b) - at(a) || (a.id < b.id ? 1 : -1)
const byCodePoints = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

onEachEngine('list stores', engine => {
  let database: Database
  let world: World
  beforeEach(async () => {
    database = await aDatabase(engine)
    world = await aWorld(database)
  })

  it('sessionTerms merges adjacent eras of the policy with equal session lifetimes', () => {
    expect(terms.lifetimes.map(one => [one.from, one.upto])).to.deep.equal([
      [0, 1],
      [2, 2],
      [3, endlessVersion],
    ])
  })

  it('session list equals the model for 80 random filters, in every session state', async () => {
    const lists = createSessionListStore(database.dialect)
    const seen = new Set<string>()
    for (let trial = 0; trial < 80; trial++) {
      const filter: SessionFilter = {
        userId: perhaps(0.3, () => 1 + below(62)),
        deviceId: perhaps(0.1, () => pick(world.devices).id),
        applicationId: perhaps(0.3, () => pick(applications)),
        address: perhaps(0.3, () => pick(addresses)),
        state: perhaps(0.7, () => pick(sessionStates)),
        since: perhaps(0.3, () => now - below(41) * 24 * hour),
        until: perhaps(0.3, () => now - below(41) * 24 * hour),
      }
      const { userId, deviceId, applicationId, address, state, since, until } = filter
      const expected = world.sessions
        .filter(one => userId === undefined || one.userId === userId)
        .filter(one => deviceId === undefined || one.deviceId === deviceId)
        .filter(one => applicationId === undefined || one.applicationId === applicationId)
        .filter(one => address === undefined || one.address === address)
        .filter(one => state === undefined || stateIn(world, one) === state)
        .filter(
          one => (since === undefined || one.createdAt >= since) && (until === undefined || one.createdAt < until),
        )
        .sort(newestFirst(one => one.createdAt))
      const found = await readAll(page => lists.page(database, filter, terms, page))
      const what = JSON.stringify(filter)
      expect(
        found.map(one => one.id),
        what,
      ).to.deep.equal(expected.map(one => one.id))
      expect(await lists.count(database, filter, terms), what).to.deep.equal({ count: expected.length, more: false })
      if (state && expected.length > 0) seen.add(state)
    }
    expect([...seen].sort()).to.deep.equal([...sessionStates].sort())
  }).timeout(120_000)

  it('device list equals the model for 100 random filters, and counts live sessions', async () => {
    const lists = createDeviceListStore(database.dialect)
    const liveOn = (device: DeviceRecord) =>
      world.sessions.filter(one => one.deviceId === device.id && stateIn(world, one) === 'live').length
    const stateOf = (device: DeviceRecord) =>
      device.endedAt !== null ? 'ended' : liveOn(device) > 0 ? 'live' : 'signed_out'
    const seen = new Set<string>()
    for (let trial = 0; trial < 100; trial++) {
      const filter: DeviceFilter = {
        userId: perhaps(0.3, () => 1 + below(62)),
        address: perhaps(0.3, () => pick(addresses)),
        browser: perhaps(0.3, () => pick(['Chrome', 'Chrome 142', 'Firefox', 'Opera', 'chrome'])),
        platform: perhaps(0.3, () => pick(['Android', 'Windows 10'])),
        state: perhaps(0.5, () => pick(deviceStates)),
        since: perhaps(0.3, () => now - below(21) * hour),
        until: perhaps(0.3, () => now - below(21) * hour),
      }
      const { userId, address, browser, platform, state, since, until } = filter
      const expected = world.devices
        .filter(one => userId === undefined || one.userId === userId)
        .filter(one => address === undefined || one.address === address)
        .filter(one => browser === undefined || one.browser.startsWith(browser))
        .filter(one => platform === undefined || one.platform.startsWith(platform))
        .filter(one => state === undefined || stateOf(one) === state)
        .filter(
          one => (since === undefined || one.lastSeenAt >= since) && (until === undefined || one.lastSeenAt < until),
        )
        .sort(newestFirst(one => one.lastSeenAt))
      if (state === 'ended')
        expected.sort((a, b) => b.endedAt! - a.endedAt! || b.firstSeenAt - a.firstSeenAt || (a.id < b.id ? 1 : -1))
      const found = await readAll(page => lists.page(database, filter, terms, page))
      const what = JSON.stringify(filter)
      expect(
        found.map(one => one.id),
        what,
      ).to.deep.equal(expected.map(one => one.id))
      expect(await lists.count(database, filter, terms), what).to.deep.equal({ count: expected.length, more: false })
      if (state && expected.length > 0) seen.add(state)
    }
    expect(seen.size).to.equal(deviceStates.length)
    const ids = world.devices.map(device => device.id)
    const counted = await lists.liveSessions(database, ids, terms)
    for (const device of world.devices) expect(counted.get(device.id) ?? 0).to.equal(liveOn(device))
  }).timeout(120_000)

  it('user list equals the model for 150 random filters and search texts in each order', async () => {
    const lists = createUserListStore(database.dialect)
    const liveOf = (id: number) =>
      world.sessions.filter(one => one.userId === id && stateIn(world, one) === 'live').length
    const seenFrom = (id: number, address: string) =>
      [...world.sessions, ...world.devices].some(one => one.userId === id && one.address === address)
    const found = new Set<string>()
    for (let trial = 0; trial < 150; trial++) {
      const some: UserFilter = {
        text: perhaps(0.4, () => pick(typedTexts)),
        username: perhaps(0.2, () => pick(['an', 'ANNA', 'be', '50%_', 'zz', '1'])),
        email: perhaps(0.2, () => pick(['an', 'bek', 'ANNE1@a.EXAMPLE', 'анна', '50%'])),
        id: perhaps(0.1, () => 1 + below(62)),
        address: perhaps(0.2, () => pick([...addresses, '10.0.0'])),
        role: perhaps(0.3, () => pick([...roles, 'none'])),
        state: perhaps(0.4, () => pick(userStates)),
        live: perhaps(0.3, () => Math.random() < 0.5),
      }
      const filter = trial % 15 === 0 ? { id: 1 + below(60) } : trial % 3 === 0 ? { text: pick(typedTexts) } : some
      const order = pick(userOrders)
      const { text, username, email, id, address, role, state, live }: UserFilter = filter
      const isState = (one: NewUser) =>
        state === 'deleted'
          ? one.deletedAt !== null
          : one.deletedAt === null && (!state || one.active === (state === 'active'))
      const begins = (key: string | null, prefix: string) => key?.startsWith(prefix.toLowerCase()) ?? false
      const matches = (one: NewUser, typed: string) =>
        (!typed.includes(':') && isFoundBy(one, typed)) ||
        String(one.id) === typed ||
        (/^[\d.]{7,}$|:/.test(typed) && seenFrom(one.id, typed))
      const expected = world.users
        .filter(isState)
        .filter(one => text === undefined || matches(one, text))
        .filter(one => username === undefined || begins(one.usernameKey, username))
        .filter(one => email === undefined || begins(emailKey(one.email), email))
        .filter(one => id === undefined || one.id === id)
        .filter(one => address === undefined || seenFrom(one.id, address))
        .filter(one => role === undefined || one.roles.includes(role))
        .filter(one => live === undefined || liveOf(one.id) > 0 === live)
      if (order === 'oldest') expected.sort((a, b) => a.id - b.id)
      else if (order === 'newest' || state === 'deleted') expected.sort((a, b) => b.id - a.id)
      else expected.sort((a, b) => byCodePoints(a.usernameKey!, b.usernameKey!))
      const rows = await readAll(page => lists.page(database, filter, order, terms, page))
      const what = `${order} ${JSON.stringify(filter)}`
      expect(
        rows.map(one => one.id),
        what,
      ).to.deep.equal(expected.map(one => one.id))
      expect(await lists.count(database, filter, terms), what).to.deep.equal({ count: expected.length, more: false })
      if (expected.length > 0)
        for (const [name, value] of Object.entries(filter)) if (value !== undefined) found.add(name)
    }
    expect(found.size, [...found].join()).to.equal(8)
    const ids = world.users.map(user => user.id)
    const counted = await lists.liveSessions(database, ids, terms)
    for (const id of ids) expect(counted.get(id) ?? 0).to.equal(liveOf(id))
  }).timeout(120_000)

  it('lists of revocations, audit entries and incidents equal the model for random filters', async () => {
    const lists = createLogListStore(database.dialect)
    const actors = ['user:1', 'user:2', 'operator:root', 'system']
    const revocations = numbered(200, index => ({
      seq: index + 1,
      kind: pick(['session', 'user', 'role']),
      subject: pick(['1', '2', 'a']),
      effect: 'end',
      ...{
        exceptSid: null,
        reason: pick(['sign_out', 'all_ended']),
        actor: pick(actors),
        createdAt: 1,
        expiresAt: now,
      },
    }))
    const entries = numbered(400, index => ({
      ...{
        seq: index + 1,
        createdAt: now - below(30) * hour,
        actor: pick(actors),
        action: pick(['signed_in', 'signed_out']),
      },
      ...(Math.random() < 0.5
        ? { subjectKind: pick(['user', 'session', 'role']), subject: pick(['1', '2', 'a']) }
        : Math.random() < 0.5
          ? { subjectKind: 'session', subject: pick(world.sessions).id }
          : { subjectKind: 'device', subject: pick(world.devices).id }),
      address: pick(addresses),
      userAgent: '',
      requestId: '',
      beforeJson: null,
      afterJson: null,
      hash: '',
    }))
    const incidents = numbered(100, index => ({
      ...{ id: `i${index}`, sessionId: `s00${below(9)}`, userId: 1 + below(5), presentedGeneration: 1 },
      presentGeneration: 4,
      address: '',
      userAgent: '',
      requestId: '',
      createdAt: now - below(10) * hour,
    }))
    await database.transaction(async tx => {
      await insertRows(tx, 'revocation', revocations)
      await insertRows(tx, 'audit_entry', entries)
      await insertRows(tx, 'incident', incidents)
    })
    for (let trial = 0; trial < 60; trial++) {
      const kind = perhaps(0.5, () => pick(['session', 'user', 'key']))
      const subject = kind && perhaps(0.5, () => pick(['1', 'a']))
      const [actor, reason] = [perhaps(0.4, () => pick(actors)), perhaps(0.4, () => pick(['sign_out', 'replaced']))]
      const revoked = revocations
        .filter(one => (kind === undefined || one.kind === kind) && (subject === undefined || one.subject === subject))
        .filter(one => (actor === undefined || one.actor === actor) && (reason === undefined || one.reason === reason))
        .map(one => one.seq)
        .reverse()
      const filter = { kind, subject, actor, reason }
      const rows = await readAll(page => lists.revocations.page(database, filter, page))
      expect(
        rows.map(one => one.seq),
        JSON.stringify(filter),
      ).to.deep.equal(revoked)
      expect((await lists.revocations.count(database, filter)).count).to.equal(revoked.length)
    }
    const owners = new Map([...world.sessions, ...world.devices].map(({ id, userId }) => [id, userId]))
    const isAbout = ({ subjectKind, subject }: (typeof entries)[number], userId: number) =>
      subjectKind === 'user' ? subject === String(userId) : subjectKind !== 'role' && owners.get(subject) === userId
    let ofSomebody = 0
    for (let trial = 0; trial < 100; trial++) {
      const filter = {
        userId: perhaps(0.4, () => (Math.random() < 0.5 ? 1 : 1 + below(62))),
        actor: perhaps(0.4, () => pick(actors)),
        action: perhaps(0.4, () => pick(['signed_in', 'signed_out', 'other'])),
        subject: perhaps(0.3, () => ({ kind: pick(['user', 'session']), id: pick(['1', 'a']) })),
        address: perhaps(0.3, () => pick(addresses)),
        since: perhaps(0.3, () => now - below(31) * hour),
        until: perhaps(0.3, () => now - below(31) * hour),
      }
      const { userId, actor, action, subject, address, since, until } = filter
      const expected = entries
        .filter(one => userId === undefined || isAbout(one, userId))
        .filter(one => (actor === undefined || one.actor === actor) && (action === undefined || one.action === action))
        .filter(one => !subject || (one.subjectKind === subject.kind && one.subject === subject.id))
        .filter(one => address === undefined || one.address === address)
        .filter(
          one => (since === undefined || one.createdAt >= since) && (until === undefined || one.createdAt < until),
        )
        .sort((a, b) => b.createdAt - a.createdAt || b.seq - a.seq)
        .map(one => one.seq)
      const rows = await readAll(page => lists.audit.page(database, filter, page))
      expect(
        rows.map(one => one.seq),
        JSON.stringify(filter),
      ).to.deep.equal(expected)
      expect((await lists.audit.count(database, filter)).count).to.equal(expected.length)
      if (userId !== undefined) ofSomebody += expected.length
    }
    expect(ofSomebody).to.be.above(0)
    for (let trial = 0; trial < 40; trial++) {
      const filter = {
        userId: perhaps(0.4, () => 1 + below(6)),
        sessionId: perhaps(0.3, () => `s00${below(10)}`),
        since: perhaps(0.3, () => now - below(11) * hour),
        until: perhaps(0.3, () => now - below(11) * hour),
      }
      const { userId, sessionId, since, until } = filter
      const expected = incidents
        .filter(one => (userId === undefined || one.userId === userId) && (!sessionId || one.sessionId === sessionId))
        .filter(
          one => (since === undefined || one.createdAt >= since) && (until === undefined || one.createdAt < until),
        )
        .sort(newestFirst(one => one.createdAt))
        .map(one => one.id)
      const rows = await readAll(page => lists.incidents.page(database, filter, page))
      expect(
        rows.map(one => one.id),
        JSON.stringify(filter),
      ).to.deep.equal(expected)
      expect((await lists.incidents.count(database, filter)).count).to.equal(expected.length)
    }
  }).timeout(120_000)

  it('session and user lists lose and repeat no row while others are inserted between pages', async () => {
    const lists = createSessionListStore(database.dialect)
    const users = createUserListStore(database.dialect)
    for (const filter of [
      {},
      { state: 'live' },
      { address: '10.0.0.1' },
      { applicationId: 'shop', state: 'ended' },
    ] as const) {
      const expected = await readAll(page => lists.page(database, filter, terms, page))
      let added = 0
      const found = await readAll(async page => {
        const one = pick(world.sessions)
        const times = { createdAt: now - 1, rotatedAt: now - 1, expiresAt: now + hour }
        await insertRows(database, 'session', [
          writtenSession({ ...one, ...times, id: `new${++added}${Math.random()}` }),
        ])
        return lists.page(database, filter, terms, page)
      })
      const old = (one: { id: string }) => !one.id.startsWith('new')
      expect(found.filter(old)).to.deep.equal(expected.filter(old))
      expect(new Set(found.map(one => one.id)).size).to.equal(found.length)
    }
    const before = world.users.filter(one => one.deletedAt === null).map(one => one.id)
    let next = 1_000
    const found = await readAll(async page => {
      const name = `${pick(names)}.new${next}`
      await insertRows(database, 'user', [writtenUser(aUserRow(next++, { username: name, usernameKey: name }))])
      return users.page(database, {}, 'name', terms, page)
    })
    expect(
      found
        .map(one => one.id)
        .filter(id => id < 1_000)
        .sort((a, b) => a - b),
    ).to.deep.equal(before)
    expect(new Set(found.map(one => one.id)).size).to.equal(found.length)
  }).timeout(60_000)
})
