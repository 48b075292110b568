// Figures of the dashboard: counted in memory, flushed to the database, read as time series.
import { expect } from 'chai'
import { type CountName, figureNames, figureRanges, grains } from '../../server/policy/figures.js'
import type { Database } from '../../server/storage/database.js'
import { createFigureStore } from '../../server/storage/figures.js'
import { createCounters } from '../../server/tokens/counters.js'
import { aClient } from '../support/client.js'
import { aDatabase } from '../support/database.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

const minute = 60_000

async function overview(server: TestServer, range = '24h') {
  const { access } = await aClient(server).signIn({ username: 'admin', password })
  const answer = await aClient(server).get(`/api/admin/overview?range=${range}`, access)
  expect(answer.status, answer.text).to.equal(200)
  return answer.body
}

onEachEngine('figures', engine => {
  it('count sign-ins, failures, refreshes, incidents and revocations once each', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const { counters } = server.composed.parts.tokens
    const amy = await server.aUser()
    const pair = await client.signIn(amy)
    for (let tries = 0; tries < 3; tries++)
      await client.post('/api/token/', { username: amy.username, password: 'wrong' })
    await client.post('/api/token/', { username: 'nobody', password: 'wrong' })
    const second = (await client.refresh(pair.refresh)).body.refresh
    await client.refresh(second)
    expect((await client.refresh(second)).status, 'a retry within the grace').to.equal(200)
    server.clock.advance('5m')
    expect((await client.refresh(pair.refresh)).status).to.equal(401)
    await client.post('/api/token/', { username: amy.username })
    expect((await overview(server)).totals.refreshes, 'before it is written down').to.equal(0)
    await counters.flush()
    const { totals, series, now } = await overview(server)
    expect(totals).to.include({ sign_ins: 2, failed_sign_ins: 4, refreshes: 3, reuse_incidents: 1, revocations: 1 })
    expect(Object.keys(series)).to.deep.equal(figureNames)
    expect(now).to.include({ live_sessions: 2, live_users: 1 })
    // A second flush adds only what was counted since the first.
    await counters.flush()
    expect((await overview(server)).totals.sign_ins).to.equal(3)
  })

  it('are placed in the step of their time in each range, and are null in steps without data', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const {
      logs: { figures },
      tokens: { counters },
    } = server.composed.parts
    await client.signIn({ username: 'admin', password })
    server.clock.advance('3h')
    await client.signIn({ username: 'admin', password })
    await client.signIn({ username: 'admin', password })
    await counters.flush()
    const now = server.clock.now()
    for (const [range, { span, step }] of Object.entries(figureRanges)) {
      const { from, upto, points, totals } = await figures.series(range as keyof typeof figureRanges)
      expect([upto - from, (upto - from) / step, from % step]).to.deep.equal([span, points.sign_ins.length, 0])
      expect(now >= from && now < upto, range).to.equal(true)
      const counted = points.sign_ins.filter(point => point.value! > 0)
      const expected = [now - 180 * minute, now].map(at => at - (at % step))
      const wanted = expected[0] === expected[1] ? [[expected[0], 3]] : expected.map((at, nth) => [at, 1 + nth])
      expect(
        counted.map(point => [point.at, point.value]),
        range,
      ).to.deep.equal(wanted)
      expect(totals.sign_ins, range).to.equal(3)
      // A step without any row is unknown, not zero.
      const known = points.refreshes.filter(point => point.value !== null)
      expect(
        known.map(point => [point.at, point.value]),
        range,
      ).to.deep.equal([...new Set(expected)].map(at => [at, 0]))
      expect(points.live_sessions.every(point => point.value === null)).to.equal(true)
    }
    expect(await figures.recent('sign_ins', 5), 'the minute that is not over').to.equal(0)
    server.clock.advance('1m')
    expect(await figures.recent('sign_ins', 5)).to.equal(2)
  })

  it('of several processes add up, and survive an unavailable database', async () => {
    const database = await aDatabase(engine)
    const figureStore = createFigureStore(database.dialect)
    let isAway = false
    const sometimes = {
      ...database,
      transaction: ((work: never) => {
        if (isAway) throw new Error('away')
        return database.transaction(work)
      }) as Database['transaction'],
    }
    const at = 1_000 * grains.hour.length + 59 * minute
    let now = at
    const manyCounters = Array.from({ length: 4 }, () =>
      createCounters({ database: sometimes, figureStore, now: () => now }),
    )
    const names: CountName[] = ['sign_ins', 'refreshes']
    const countAll = () => {
      for (const [nth, { count }] of manyCounters.entries()) for (const name of names) count(name, nth + 1)
    }
    countAll()
    await Promise.all(manyCounters.map(({ flush }) => flush()))
    isAway = true
    now += minute
    countAll()
    for (const { flush } of manyCounters) expect(await flush().catch((error: Error) => error.message)).to.equal('away')
    countAll()
    isAway = false
    await Promise.all(manyCounters.map(({ flush }) => flush()))
    await Promise.all(manyCounters.map(({ flush }) => flush()))
    const range = { from: at - minute, upto: now + minute, step: minute }
    const rows = await figureStore.steps(database, 'minute', names, range)
    const each = (name: CountName) => rows.filter(row => row.name === name).map(row => [row.at, row.sum])
    for (const name of names)
      expect(each(name)).to.deep.equal([
        [at, 10],
        [now, 20],
      ])
    const hours = await figureStore.steps(database, 'hour', names, { from: 0, upto: now * 2, step: grains.hour.length })
    expect(hours.map(row => [row.name, row.at, row.sum])).to.deep.equal(
      ['refreshes', 'sign_ins'].flatMap(name => [
        [name, at - 59 * minute, 10],
        [name, now, 20],
      ]),
    )
  })

  it('are deleted after the retention time of their grain', async () => {
    const server = await aServer({ engine })
    const {
      logs: { figures },
      tokens: { counters },
      storage: { database },
    } = server.composed.parts
    const rows = () => database.read<{ grain: string }>('SELECT grain FROM figure ORDER BY grain')
    counters.count('sign_ins')
    await counters.flush()
    server.clock.advance('48h')
    await figures.purge()
    expect((await rows()).map(row => row.grain)).to.deep.equal(['hour', 'minute'])
    server.clock.advance('1m')
    await figures.purge()
    expect((await rows()).map(row => row.grain)).to.deep.equal(['hour'])
    server.clock.advance('39d')
    await figures.purge()
    expect(await rows()).to.deep.equal([])
  })

  it('measure live sessions and users at most once in five minutes', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const {
      logs: { figures },
      devices: { sessionEnds },
    } = server.composed.parts
    const amy = await server.aUser()
    for (let time = 0; time < 3; time++) await client.signIn(amy)
    await client.signIn({ username: 'admin', password })
    const measured = async () => {
      const { points } = await figures.series('24h')
      return [points.live_sessions.at(-1)!.value, points.live_users.at(-1)!.value]
    }
    await figures.measure()
    expect(await measured()).to.deep.equal([4, 2])
    await sessionEnds.run({ filter: { userId: amy.id } }, { at: server.clock.now(), count: 3 }, 'system')
    server.clock.advance('4m')
    await figures.measure()
    expect(await measured()).to.deep.equal([4, 2])
    server.clock.advance('1m')
    await figures.measure()
    await settle(server.composed)
    expect(await figures.levels()).to.deep.equal({ sessions: 1, users: 1, at: server.clock.now() })
    const { points } = await figures.series('24h')
    expect(points.live_sessions.filter(point => point.value !== null).length).to.be.within(1, 2)
  })

  it('flush the last_seen_at that a refresh gives a device later, and never move it back', async () => {
    const server = await aServer({ engine })
    const client = aClient(server)
    const {
      tokens: { lastSeen },
      storage: { database },
    } = server.composed.parts
    const seenAt = async () => (await database.read<{ at: number }>('SELECT last_seen_at AS at FROM device'))[0]!.at
    const pair = await client.signIn({ username: 'admin', password })
    const signedInAt = server.clock.now()
    server.clock.advance('10m')
    const refreshedAt = server.clock.now()
    const { refresh } = (await client.refresh(pair.refresh)).body
    expect(await seenAt()).to.equal(signedInAt)
    await lastSeen.flush()
    expect(await seenAt()).to.equal(refreshedAt)
    await client.refresh(refresh)
    await database.write('UPDATE device SET last_seen_at = last_seen_at + 5')
    await lastSeen.flush()
    expect(await seenAt()).to.equal(refreshedAt + 5)
  })
})
