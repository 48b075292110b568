import { expect } from 'chai'
import { foldEras } from '../../server/policy/eras.js'
import { readVersions } from '../../server/policy/policy-version.js'
import type { Database } from '../../server/storage/database.js'
import { migrateDown, migrateUp, migrationStatus } from '../../server/storage/migrate.js'
import { createPolicyVersionStore, type PolicyVersionRecord } from '../../server/storage/policy-versions.js'
import { passwordGrant } from '../../server/storage/session-rows.js'
import { createSessionSurveyStore } from '../../server/storage/session-surveys.js'
import { createSessionStore } from '../../server/storage/sessions.js'
import { createUserStore } from '../../server/storage/users.js'
import { aDatabase, aUserRow } from '../support/database.js'
import { onEachEngine } from '../support/engines.js'
import { aSession } from '../support/sessions.js'

const written = (version: number, changes: Partial<PolicyVersionRecord> = {}): PolicyVersionRecord => ({
  ...{ version, policy: '{}', changed: '[]', apply: 'refresh', undoes: null },
  actor: 'system',
  reason: '',
  createdAt: version,
  settledAt: null,
  ...changes,
})

onEachEngine('policy versions', engine => {
  const policyVersions = createPolicyVersionStore()
  const surveys = createSessionSurveyStore()

  async function inUse(database: Database): Promise<number[]> {
    return (await policyVersions.inUse(database)).map(one => one.version)
  }

  it('in use start before the oldest unsettled one, and are only the latest where all are settled', async () => {
    const database = await aDatabase(engine)
    expect(await inUse(database)).to.deep.equal([1])
    for (const [version, apply] of [
      [2, 'now'],
      [3, 'new'],
      [4, 'refresh'],
      [5, 'new'],
      [6, 'refresh'],
    ] as const)
      await policyVersions.insert(database, written(version, { apply }))
    expect(await inUse(database)).to.deep.equal([2, 3, 4, 5, 6])
    expect((await policyVersions.unsettled(database)).map(one => one.version)).to.deep.equal([3, 5])
    const settle = (version: number) => policyVersions.settle(database, version, 99)
    expect([await settle(4), await settle(3), await settle(3)]).to.deep.equal([false, true, false])
    expect(await inUse(database)).to.deep.equal([4, 5, 6])
    expect(await settle(5)).to.equal(true)
    expect(await inUse(database)).to.deep.equal([6])
    expect((await policyVersions.list(database, { before: 6, limit: 2 })).map(one => one.version)).to.deep.equal([5, 4])
    expect((await policyVersions.since(database, 5)).map(one => one.version)).to.deep.equal([5, 6])
  })

  it('from before migration PolicyVersions apply to all sessions, whenever opened', async () => {
    const database = await aDatabase(engine)
    const isDone = async () =>
      (await migrationStatus(database)).find(one => one.name === 'PolicyVersions1764300000000')!.done
    while (await isDone()) await migrateDown(database)
    const insertOlder = (table: string, row: object) => {
      const names = Object.keys(row).map(name => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`))
      const marks = names.map(() => '?').join()
      return database.write(`INSERT INTO ${table} (${names.join()}) VALUES (${marks})`, Object.values(row))
    }
    for (const [version, grace] of [
      [2, 20],
      [3, 30],
    ])
      await database.write(
        'INSERT INTO policy_version (version, policy, actor, reason, created_at) VALUES (?, ?, ?, ?, ?)',
        [version!, JSON.stringify({ reuse_grace: grace }), 'system', '', 1],
      )
    const { mustChangePassword: _, ...olderUser } = aUserRow(1)
    await insertOlder('user', { ...olderUser, permissions: '[]' })
    const { policyVersion: __, ...older } = aSession('s')
    for (const name of Object.keys(passwordGrant)) delete (older as Record<string, unknown>)[name]
    await insertOlder('session', older)
    await migrateUp(database)
    const session = (await createSessionStore(database.dialect).find(database, 's'))!
    const eras = foldEras(readVersions(await policyVersions.inUse(database)))
    expect([eras.version, eras.list.length, eras.of(session).reuse_grace]).to.deep.equal([3, 1, 30])
    await policyVersions.insert(
      database,
      written(4, { policy: '{"reuse_grace":5}', changed: '["reuse_grace"]', apply: 'new' }),
    )
    expect(foldEras(readVersions(await policyVersions.inUse(database))).of(session).reuse_grace).to.equal(30)
  })

  it('limit which sessions rotate() and touch() change; anyOlderPolicy finds live sessions of older ones', async () => {
    const database = await aDatabase(engine)
    const sessions = createSessionStore(database.dialect)
    await createUserStore(database.dialect).insert(database, aUserRow(1))
    const { createdAt } = aSession('')
    for (const policyVersion of [1, 2, 3, 4])
      await sessions.insert(database, aSession(`v${policyVersion}`, { policyVersion }))
    await sessions.insert(database, aSession('ended', { policyVersion: 1, endedAt: 1 }))
    const claims = [1, 2, 3, 4].map(version => ({ id: `v${version}`, generation: 1, applicationId: 'darvoza' }))
    const terms = { now: createdAt + 1, idle: 9e8, absolute: 9e9, grace: 0, rotation: 'm', keyVersion: 1 }
    await sessions.rotate(database, claims, { ...terms, opened: { from: 2, upto: 3 } })
    await sessions.touch(database, claims, { ...terms, now: createdAt + 5, opened: { from: 4, upto: 9 } })
    const rows = await Promise.all(claims.map(async ({ id }) => (await sessions.find(database, id))!))
    expect(rows.map(row => [row.id, row.generation, row.lastSeenAt - createdAt])).to.deep.equal([
      ['v1', 1, 0],
      ['v2', 2, 1],
      ['v3', 2, 1],
      ['v4', 1, 5],
    ])

    const older = (version: number, before = createdAt + 1) => surveys.anyOlderPolicy(database, version, before)
    expect([await older(1), await older(2), await older(5)]).to.deep.equal([false, true, true])
    expect(await older(5, createdAt), 'opened later').to.equal(false)
    await sessions.end(database, 'v1', 1, '', '')
    expect(await older(2)).to.equal(false)
  })
})

onEachEngine('session survey', engine => {
  it('visits each session and each user once, in stretches of any size', async () => {
    const database = await aDatabase(engine)
    const surveys = createSessionSurveyStore()
    const sessions = createSessionStore(database.dialect)
    const users = createUserStore(database.dialect)
    for (let userId = 1; userId <= 5; userId++) {
      await users.insert(database, aUserRow(userId))
      for (let count = 0; count < userId; count++)
        await sessions.insert(database, aSession(`s${userId}${count}`, { userId }))
    }
    const now = aSession('').createdAt + 10_000
    const long = { idle: 9e8, absolute: 9e9 }
    const tightened = [{ from: 0, upto: 99, applicationId: null, before: long, after: { ...long, idle: 10_000 } }]
    const spans = [{ from: 0, upto: 99, lifetime: 20_000, only: null, except: ['shop'] }]
    for (const size of [1, 2, 3, 7, 14, 15, 16]) {
      const ids: string[] = []
      let withAccess = 0
      for await (const stretch of surveys.byId(database, size)) {
        ids.push(...(await surveys.outliving(database, stretch, tightened, now)).map(one => one.id))
        withAccess += await surveys.withAccess(database, stretch, spans, now)
      }
      expect([ids.length, new Set(ids).size, withAccess], `${size}`).to.deep.equal([15, 15, 15])
      const crowded: number[] = []
      for await (const stretch of surveys.byUser(database, size))
        crowded.push(...(await surveys.nearLimit(database, stretch, 2)))
      expect(crowded, `${size}`).to.deep.equal([3, 4, 5])
    }
    expect((await surveys.ofUsers(database, [2, 3], now)).map(one => one.id)).to.deep.equal([
      's20',
      's21',
      's30',
      's31',
      's32',
    ])
  })
})
