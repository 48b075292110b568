// Demo data: its rows satisfy the same invariants as rows that the server wrote.

import { expect } from 'chai'
import { composeDemo } from '../../server/composition/demo.js'
import { administratorRole } from '../../server/policy/permissions.js'
import { judgeGeneration } from '../../server/policy/rotation.js'
import type { AuditRecord } from '../../server/storage/audit.js'
import type { DeviceRecord } from '../../server/storage/devices.js'
import type { IncidentRecord } from '../../server/storage/incidents.js'
import type { SessionRecord } from '../../server/storage/sessions.js'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aForge, changed } from '../support/forge.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

const day = 86_400_000
const order = { users: 200, sessions: 1_500, seed: 'test', password: null }

const snakeToCamel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** @returns all rows of a table, ordered by `by`, with camelCase property names */
async function all<Row>(server: TestServer, table: string, by: string): Promise<Row[]> {
  const rows = await server.composed.parts.storage.database.read<object>(`SELECT * FROM \`${table}\` ORDER BY ${by}`)
  return rows.map(
    row => Object.fromEntries(Object.entries(row).map(([name, value]) => [snakeToCamel(name), value])) as Row,
  )
}

type UserRow = { id: number; username: string; usernameKey: string | null; passwordHash: string; active: number }
type UserLife = UserRow & { endedSeq: number; lastLoginAt: number | null; createdAt: number; deletedAt: number | null }

/** @returns the times of all policy versions, oldest first; fails if one is older than its predecessor */
async function timesOfVersions(server: TestServer): Promise<number[]> {
  const versions = await server.composed.parts.policies.policies.versions({
    limit: 50,
    before: Number.MAX_SAFE_INTEGER,
  })
  const times = versions.map(one => one.since).reverse()
  expect(times).to.deep.equal([...times].sort((a, b) => a - b))
  return times
}

onEachEngine('demo data', engine => {
  it('has the requested number of users and sessions, of every kind, and no new administrator', async () => {
    const server = await aServer({ engine })
    const demo = composeDemo(server.composed.parts)
    const { sessionList } = server.composed.parts.devices
    expect(await demo.hasPeople()).to.equal(false)
    const made = await demo.make(order)
    await settle(server.composed)
    expect(made).to.include({ users: 200, sessions: 1_500 })
    expect(await demo.hasPeople()).to.equal(true)
    const users = await all<UserLife>(server, 'user', 'id')
    expect(users).to.have.length(201)
    expect(users.filter(user => user.deletedAt === null && user.id > 1).every(user => user.username !== '')).to.equal(
      true,
    )
    const held = await all<{ userId: number; roleName: string }>(server, 'user_role', 'user_id')
    expect(held.filter(one => one.roleName === administratorRole).map(one => one.userId)).to.deep.equal([1])
    expect(new Set(held.map(one => one.roleName)).size).to.be.above(3)
    const keys = await server.composed.parts.apiKeys.apiKeys.list({}, { limit: 200 })
    expect(keys.results.length).to.be.within(2, 60)
    for (const { key } of keys.results) {
      const owner = users.find(user => user.id === key.userId)!
      expect(key.state === 'active' && !owner.active, key.id).to.equal(false)
      const ends = [key.lastUsedAt ?? 0, key.createdAt, server.clock.now()]
      expect(ends[0]! <= (key.endedAt ?? ends[2]!) && ends[1]! <= ends[2]!, key.id).to.equal(true)
    }
    for (const state of ['live', 'ended', 'idle'] as const)
      expect((await sessionList.count({ state })).count, state).to.be.above(0)
    expect((await sessionList.count({ state: 'superseded' })).count).to.equal(0)
    const reasons = new Set((await all<SessionRecord>(server, 'session', 'id')).map(session => session.endedReason))
    for (const reason of ['sign_out', 'replaced', 'expired', 'refresh_token_reused', 'device_ended', 'session_ended'])
      expect([...reasons], reason).to.include(reason)
  }).timeout(60_000)

  it('has sessions with valid generations, time spans, ends and revocation log numbers', async () => {
    const server = await aServer({ engine })
    await composeDemo(server.composed.parts).make(order)
    const now = server.clock.now()
    const sessions = await all<SessionRecord>(server, 'session', 'created_at, id')
    const users = new Map((await all<UserLife>(server, 'user', 'id')).map(user => [user.id, user]))
    const devices = new Map((await all<DeviceRecord>(server, 'device', 'id')).map(device => [device.id, device]))
    const [head] = await all<{ seq: number; endedSeq: number }>(server, 'log_head', 'id')
    for (const one of sessions) {
      const what = JSON.stringify(one)
      const user = users.get(one.userId)!
      const device = devices.get(one.deviceId)!
      expect(device.userId, what).to.equal(one.userId)
      expect(one.seq, what).to.be.within(head!.endedSeq, head!.seq)
      expect(one.createdAt, what).to.be.within(user.createdAt, now)
      expect(one.rotatedAt, what).to.be.within(one.createdAt, now)
      expect([one.lastSeenAt, one.expiresAt > one.rotatedAt], what).to.deep.equal([one.rotatedAt, true])
      expect(one.expiresAt, what).to.be.at.most(one.createdAt + 30 * day)
      expect(one.authenticatedAt, what).to.be.at.most(one.createdAt)
      if (one.generation === 1) expect([one.rotatedAt, one.rotation], what).to.deep.equal([one.createdAt, ''])
      else {
        expect(one.rotation, what).to.match(/^[0-9a-f]{24}$/)
        const judge = (at: number) => judgeGeneration(one.generation - 1, one, at, 10_000, null)
        expect([judge(one.rotatedAt + 10_000), judge(one.rotatedAt + 20_001)], what).to.deep.equal([
          'forgiven',
          'reused',
        ])
      }
      if (one.endedAt === null) {
        expect([one.endedReason, one.endedBy, device.endedAt], what).to.deep.equal([null, null, null])
        expect(one.seq, what).to.be.at.least(user.endedSeq)
        expect(user.active, what).to.equal(1)
        expect(one.expiresAt, what).to.be.above(now - 600_000)
      } else {
        expect(one.endedAt, what).to.be.within(one.rotatedAt, Math.min(now, one.expiresAt))
        if (one.endedReason === 'expired') expect([one.endedAt, one.endedBy]).to.deep.equal([one.expiresAt, 'system'])
        else if (one.endedReason === 'refresh_token_reused') expect(one.endedBy, what).to.equal('system')
        // The actor is a user: the administrator, user 1, where accounts are disabled or deleted.
        else if (/^(user_disabled|user_deleted|all_ended)$/.test(one.endedReason!))
          expect(one.endedBy, what).to.equal('user:1')
        else expect(one.endedBy, what).to.match(/^user:\d+$/)
      }
    }
    for (const device of devices.values()) {
      const own = sessions.filter(one => one.deviceId === device.id)
      expect(own.length).to.be.above(0)
      expect(device.firstSeenAt).to.equal(own[0]!.createdAt)
      expect(device.lastSeenAt).to.equal(Math.max(...own.map(one => one.lastSeenAt)))
      // A sign-in ends the older `darvoza` session of its device, unless that has ended or expired; sessions opened by
      // codes coexist.
      const ofOurs = own.filter(one => one.applicationId === 'darvoza')
      for (const [index, one] of ofOurs.entries()) {
        const next = ofOurs[index + 1]
        const over = Math.min(one.endedAt ?? now, one.expiresAt, Math.max(one.rotatedAt + day, now - 1.5 * day))
        if (next) expect(over, JSON.stringify([one, next])).to.be.at.most(next.createdAt)
      }
    }
    for (const user of users.values()) {
      if (user.id === 1) continue
      const own = sessions.filter(one => one.userId === user.id)
      expect(user.lastLoginAt).to.equal(own.at(-1)?.createdAt ?? null)
      if (user.deletedAt === null) continue
      expect([user.username, user.usernameKey, user.passwordHash, user.active]).to.deep.equal(['', null, '', 0])
      for (const device of devices.values())
        if (device.userId === user.id)
          expect([device.name, device.userAgent, device.address]).to.deep.equal(['', '', ''])
    }
  }).timeout(60_000)

  it('has audit entries in chronological order that keep the hash chain of real entries intact', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const demo = composeDemo(server.composed.parts)
    const { auditLog } = server.composed.parts.logs
    await client.signIn({ username: 'admin', password })
    const { auditEntries, sessions } = await demo.make(order)
    await settle(server.composed)
    await client.signIn({ username: 'admin', password })
    expect((await auditLog.verify()).broken).to.equal(null)
    const entries = await all<AuditRecord>(server, 'audit_entry', 'seq')
    const invented = entries.slice(-auditEntries - 1, -1)
    const times = invented.map(entry => entry.createdAt)
    expect(times).to.deep.equal([...times].sort((a, b) => a - b))
    expect(times.every(at => Number.isInteger(at) && at < server.clock.now())).to.equal(true)
    expect(invented.filter(entry => entry.action === 'signed_in')).to.have.length(sessions)
    const actions = new Set(invented.map(entry => entry.action))
    for (const action of [
      'user_imported',
      'sign_in_failed',
      'signed_out',
      'refresh_token_reused',
      'policy_changed',
      'password_changed',
    ])
      expect([...actions], action).to.include(action)
    const text = JSON.stringify(invented.map(({ hash: _, ...entry }) => entry))
    for (const secret of ['bcrypt', 'eyJ']) expect(text).to.not.include(secret)
  }).timeout(60_000)

  it('has incidents that match sessions, unexpired revocation entries and consistent figures', async () => {
    const server = await aServer({ engine })
    await composeDemo(server.composed.parts).make({ ...order, sessions: 3_000 })
    const now = server.clock.now()
    const sessions = new Map((await all<SessionRecord>(server, 'session', 'id')).map(one => [one.id, one]))
    const incidents = await all<IncidentRecord>(server, 'incident', 'id')
    const reused = [...sessions.values()].filter(one => one.endedReason === 'refresh_token_reused')
    expect(incidents.map(one => one.sessionId).sort()).to.deep.equal(reused.map(one => one.id).sort())
    expect(incidents.length).to.be.above(0)
    for (const incident of incidents) {
      const session = sessions.get(incident.sessionId)!
      expect([incident.userId, incident.createdAt]).to.deep.equal([session.userId, session.endedAt])
      expect(incident.presentGeneration).to.equal(session.generation)
      expect(incident.presentedGeneration).to.be.below(session.generation)
      expect(incident.address).to.not.equal(session.address)
    }
    type Entry = { seq: number; kind: string; subject: string; createdAt: number; expiresAt: number }
    const entries = await all<Entry>(server, 'revocation', 'seq')
    expect(entries.length).to.be.above(0)
    for (const { kind, subject, createdAt, expiresAt } of entries) {
      expect(expiresAt).to.be.within(now, createdAt + 3_720_000)
      if (kind === 'session') expect(sessions.get(subject)!.endedAt).to.equal(createdAt)
    }
    const missing = [...sessions.values()].filter(
      one => one.endedAt! > now - 3_600_000 && /^(sign_out|replaced|session_ended)$/.test(one.endedReason!),
    )
    for (const { id } of missing) expect(entries.map(entry => entry.subject)).to.include(id)
    const { points, totals } = await server.composed.parts.logs.figures.series('30d')
    const since = points.sign_ins[0]!.at
    expect(totals.sign_ins).to.equal([...sessions.values()].filter(one => one.createdAt >= since).length)
    expect(totals.refreshes).to.be.above(totals.sign_ins)
    expect(totals.failed_sign_ins).to.be.above(0)
    expect(points.live_sessions.filter(point => point.value !== null).length).to.be.above(100)
  }).timeout(60_000)

  it('has users who can sign in only if a demo password was given, and sessions that can be refreshed', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const demo = composeDemo(server.composed.parts)
    const { userStore, database } = server.composed.parts.storage
    await demo.make({ ...order, users: 30, sessions: 200 })
    await demo.make({ ...order, users: 30, sessions: 200, seed: 'other', password: 'a demo for all of us' })
    await settle(server.composed)
    const users = await all<UserLife>(server, 'user', 'id')
    const [closed, opened] = [users.slice(1, 31), users.slice(31)]
    expect(new Set([...closed, ...opened].map(user => user.passwordHash)).size).to.be.within(2, 3)
    const some = closed.find(user => user.active === 1)!
    for (const guess of ['', ' ', 'darvoza', 'demo', some.username, password]) {
      const answer = await client.post('/api/token/', { username: some.username, password: guess })
      expect(answer.status, guess).to.be.oneOf([400, 401])
    }
    const active = opened.find(user => user.active === 1)!
    const pair = await client.signIn({ username: active.username, password: 'a demo for all of us' })
    const disabled = users.find(user => user.active === 0 && user.deletedAt === null)
    if (disabled)
      expect(
        (await client.post('/api/token/', { username: disabled.username, password: 'a demo for all of us' })).status,
      ).to.equal(401)

    const { results } = await server.composed.parts.devices.sessionList.page({ state: 'live' }, { limit: 50 })
    const { session, username } = results.find(
      ({ session: { generation, userId, applicationId } }) =>
        generation > 1 && userId !== active.id && applicationId === 'darvoza',
    )!
    const { sessionStore } = server.composed.parts.storage
    const { expiresAt } = (await sessionStore.find(database, session.id))!
    const subject = {
      sub: String(session.userId),
      user_id: session.userId,
      username,
      sid: session.id,
      gen: session.generation,
    }
    const times = { iat: Math.floor(session.rotatedAt / 1000), exp: Math.floor(expiresAt / 1000) }
    const token = aForge(server).refresh(changed(pair.refresh, { ...subject, ...times }))
    const answer = await client.refresh(token)
    expect(answer.status, answer.text).to.equal(200)
    expect(claimsOf(answer.body.access)).to.include({ sid: session.id, sub: String(session.userId) })
    expect((await userStore.find(database, session.userId))!.username).to.equal(username)
  }).timeout(60_000)

  it('is identical for the same seed and different for another seed', async () => {
    const tables = {
      user: 'id',
      device: 'id',
      session: 'id',
      incident: 'id',
      user_role: 'user_id, role_name',
      figure: 'grain, begins_at, name',
    }
    const contents = async (seed: string) => {
      const server = await aServer({ engine })
      await composeDemo(server.composed.parts).make({ ...order, users: 40, sessions: 300, seed })
      const rows: Record<string, unknown[]> = {}
      for (const [table, by] of Object.entries(tables)) rows[table] = await all(server, table, by)
      // Row 1 is the real administrator, whose password hash has a random salt.
      rows.user = (rows.user as UserRow[]).slice(1).map(({ passwordHash: _, ...user }) => user)
      rows.audit = (await all<AuditRecord>(server, 'audit_entry', 'seq')).slice(2).map(({ hash: _, ...entry }) => entry)
      return rows
    }
    const [one, same, other] = [await contents('one'), await contents('one'), await contents('other')]
    expect(same).to.deep.equal(one)
    for (const table of [...Object.keys(tables), 'audit']) expect(other[table], table).to.not.deep.equal(one[table])
  }).timeout(60_000)

  it('leaves existing usernames, sessions and policy values unchanged when made a second time', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const demo = composeDemo(server.composed.parts)
    const {
      policies: { policies },
      storage: { database },
    } = server.composed.parts
    const versions = (await timesOfVersions(server)).length
    await demo.make({ ...order, users: 40, sessions: 100 })
    await settle(server.composed)
    const before = await all<UserLife>(server, 'user', 'id')
    const admin = await client.signIn({ username: 'admin', password })
    const policy = (await policies.show()).policy
    await demo.make({ ...order, users: 40, sessions: 100 })
    await settle(server.composed)
    const after = await all<UserLife>(server, 'user', 'id')
    expect(after.slice(0, 41).map(user => [user.id, user.username])).to.deep.equal(
      before.map(user => [user.id, user.username]),
    )
    expect(after).to.have.length(81)
    expect((await client.verify(admin.access)).status).to.equal(200)
    expect((await client.refresh(admin.refresh)).status).to.equal(200)
    expect((await policies.show()).policy).to.deep.equal(policy)
    expect(await timesOfVersions(server)).to.have.length(versions + 2)
    const found = await server.composed.parts.people.userList.page({ text: before[4]!.username }, 'newest', {
      limit: 5,
    })
    expect(found.results.map(one => one.user.id)).to.include(before[4]!.id)
    const made = await server.aUser()
    expect(made.id).to.equal(82)
    const [{ count }] = (await database.read<{ count: number }>('SELECT COUNT(*) AS count FROM session')) as [
      { count: number },
    ]
    expect(count).to.equal(201)
  }).timeout(60_000)

  it('has policy versions in chronological order, and none if the policy was changed before', async () => {
    const server = await aServer({ engine })
    const demo = composeDemo(server.composed.parts)
    const { policies } = server.composed.parts.policies
    const atFirst = await timesOfVersions(server)
    await policies.set({ reuse_grace: 20 }, 'user:1', 'ours')
    await demo.make({ ...order, users: 20, sessions: 50 })
    expect(await timesOfVersions(server)).to.have.length(atFirst.length + 1)
    const other = await aServer({ engine })
    await composeDemo(other.composed.parts).make({ ...order, users: 20, sessions: 50 })
    const times = await timesOfVersions(other)
    expect(times).to.have.length(atFirst.length + 2)
    expect(new Set(times.slice(-3)).size, 'one after the other').to.equal(3)
  }).timeout(60_000)

  it('is refused with invalid_fields for a common password, and no users are created', async () => {
    const server = await aServer({ engine })
    const demo = composeDemo(server.composed.parts)
    const refused = await demo.make({ ...order, password: 'password' }).catch((error: { code: string }) => error.code)
    expect(refused).to.equal('invalid_fields')
    expect(await demo.hasPeople()).to.equal(false)
  })
})
