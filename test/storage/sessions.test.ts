import { expect } from 'chai'
import { advanceSpans, judgeGeneration, type RotationSpans } from '../../server/policy/rotation.js'
import type { Database } from '../../server/storage/database.js'
import type { RotationTerms } from '../../server/storage/rotations.js'
import type { OpenCursor } from '../../server/storage/session-purge.js'
import { createSessionStore, type SessionRecord } from '../../server/storage/sessions.js'
import { createUserStore } from '../../server/storage/users.js'
import { aDatabase, aUserRow } from '../support/database.js'
import { onEachEngine } from '../support/engines.js'
import { aSession, hour, start } from '../support/sessions.js'

const termsAt = (now: number, rotation = 'mark', changes: Partial<RotationTerms> = {}): RotationTerms => ({
  now,
  idle: 24 * hour,
  absolute: 30 * 24 * hour,
  grace: 10_000,
  rotation,
  keyVersion: 1,
  ...changes,
})

const spansOf = (row: RotationSpans): RotationSpans => {
  const { generation, rotatedAt, windowFrom, windowStartedAt, olderFrom, olderStartedAt } = row
  return { generation, rotatedAt, windowFrom, windowStartedAt, olderFrom, olderStartedAt }
}

onEachEngine('session store', engine => {
  let database: Database
  let sessions: ReturnType<typeof createSessionStore>

  /** All sessions, by id. */
  async function all(): Promise<SessionRecord[]> {
    const rows = await database.read<{ id: string }>('SELECT id FROM session ORDER BY id')
    const found = await sessions.some(
      database,
      rows.map(row => row.id),
    )
    return rows.map(row => found.get(row.id)!)
  }
  let users: ReturnType<typeof createUserStore>
  beforeEach(async () => {
    database = await aDatabase(engine)
    sessions = createSessionStore(database.dialect)
    users = createUserStore(database.dialect)
    await users.insert(database, aUserRow(1))
  })

  const present = async (id = 's') => (await sessions.find(database, id))!
  const claim = (generation: number, id = 's', applicationId = 'darvoza') => ({ id, generation, applicationId })

  it('rotate() moves the spans as moveSpans() does: reuse is forgiven within a grace, never after two', async () => {
    await sessions.insert(database, aSession('s'))
    let now = start
    let spans = spansOf(await present())
    const rotatedAwayAt = new Map<number, number>()
    const wrong: string[] = []
    for (let step = 0; step < 400; step++) {
      const grace = step % 50 < 40 ? 10_000 : [0, 1_000, 60_000][step % 3]!
      // Often at the exact limits of one and two graces.
      now += [0, 1, 500, 3_000, 9_999, 10_000, 10_001, 19_999, 20_000, 20_001, 45_000][Math.floor(Math.random() * 11)]!
      const terms = termsAt(now, `m${step}`, { grace, absolute: 1_000 * hour })
      await sessions.rotate(database, [claim(spans.generation)], terms)
      rotatedAwayAt.set(spans.generation, now)
      spans = advanceSpans(spans, now, grace)
      const row = await present()
      expect(spansOf(row), `step ${step}`).to.deep.equal(spans)
      expect([row.rotation, row.rotatedAt, row.lastSeenAt]).to.deep.equal([terms.rotation, now, now])
      if (step % 50 >= 40 || step % 50 < 5) continue
      const later = now + Math.floor(Math.random() * 25_000)
      for (const [generation, at] of rotatedAwayAt) {
        const verdict = judgeGeneration(generation, spans, later, grace, null)
        if (later - at <= grace && verdict !== 'forgiven') wrong.push(`${later - at} ms after: ${verdict}`)
        if (later - at > 2 * grace && verdict !== 'reused') wrong.push(`${later - at} ms after: ${verdict}`)
      }
    }
    expect(wrong).to.deep.equal([])
  }).timeout(30_000)

  it('rotates no session for a claim with another generation, id or application, or on an ended session', async () => {
    await sessions.insert(database, aSession('s', { generation: 5 }))
    await sessions.insert(database, aSession('ended', { generation: 5, endedAt: start }))
    await sessions.insert(database, aSession('expired', { generation: 5, expiresAt: start + 10 }))
    await sessions.insert(database, aSession('idle', { generation: 5, rotatedAt: start - 24 * hour + 10 }))
    await sessions.insert(database, aSession('old', { generation: 5, createdAt: start - 30 * 24 * hour + 10 }))
    const before = await all()
    const misses = [
      claim(4),
      claim(6),
      claim(5, 'S'),
      claim(5, 's '),
      claim(5, 'none'),
      claim(5, 's', 'another'),
      claim(5, 's', 'DARVOZA'),
      claim(5, 'ended'),
      claim(5, 'expired'),
      claim(5, 'idle'),
      claim(5, 'old'),
    ]
    for (const miss of misses) await sessions.rotate(database, [miss], termsAt(start + 10))
    await sessions.rotate(database, misses, termsAt(start + 10))
    await sessions.touch(database, misses, termsAt(start + 10))
    expect(await all()).to.deep.equal(before)
    expect([...(await sessions.standings(database, ['none'])).keys()]).to.deep.equal([])
  })

  it('one of many claims on a generation wins, in one statement and in 40 concurrent ones', async () => {
    await sessions.insert(database, aSession('s'))
    await sessions.rotate(database, [claim(1), claim(1), claim(1)], termsAt(start + 1, 'batch'))
    expect((await present()).generation).to.equal(2)
    const marks = Array.from({ length: 40 }, (_, index) => `mark${index}`)
    await Promise.all(marks.map(mark => sessions.rotate(database, [claim(2)], termsAt(start + 2, mark))))
    const row = await present()
    expect(row.generation).to.equal(3)
    expect(marks).to.include(row.rotation)
  })

  it('a batch of up to 128 claims rotates the sessions with valid claims and no others', async () => {
    for (const size of [1, 2, 3, 7, 64, 128]) {
      const ids = Array.from({ length: size }, (_, index) => `b${size}-${String(index).padStart(3, '0')}`)
      for (const [index, id] of ids.entries())
        await sessions.insert(database, aSession(id, index % 5 === 4 ? { endedAt: start } : {}))
      const shuffled = [...ids].sort(() => Math.random() - 0.5)
      await sessions.rotate(
        database,
        shuffled.map((id, index) => claim(index % 3 === 2 ? 9 : 1, id)),
        termsAt(start + 1, `batch${size}`),
      )
      const standings = await sessions.standings(database, ids)
      expect(standings.size).to.equal(size)
      for (const [index, id] of shuffled.entries()) {
        const may = index % 3 !== 2 && ids.indexOf(id) % 5 !== 4
        expect(standings.get(id)!.session.generation, id).to.equal(may ? 2 : 1)
        expect(standings.get(id)!.session.rotation).to.equal(may ? `batch${size}` : '')
      }
    }
  })

  it('eight concurrent batches over the same sessions in random order cause no deadlock', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `x${String(index).padStart(3, '0')}`)
    for (const id of ids) await sessions.insert(database, aSession(id))
    for (let generation = 1; generation <= 5; generation++) {
      await Promise.all(
        Array.from({ length: 8 }, (_, batch) =>
          sessions.rotate(
            database,
            [...ids].sort(() => Math.random() - 0.5).map(id => claim(generation, id)),
            termsAt(start + generation, `b${batch}`),
          ),
        ),
      )
    }
    const standings = await sessions.standings(database, ids)
    expect(new Set([...standings.values()].map(one => one.session.generation))).to.deep.equal(new Set([6]))
  })

  it('a rotation never sets expiresAt after the absolute end of the session', async () => {
    await sessions.insert(database, aSession('s'))
    await sessions.rotate(database, [claim(1)], termsAt(start + hour, 'a', { absolute: 5 * hour }))
    expect((await present()).expiresAt).to.equal(start + 5 * hour)
    await sessions.rotate(database, [claim(2)], termsAt(start + 1.5 * hour, 'b', { idle: hour }))
    expect((await present()).expiresAt).to.equal(start + 2.5 * hour)
  })

  it('raiseSeq raises a live session, and none that is ended or superseded', async () => {
    const raised = async (id: string) => {
      await sessions.raiseSeq(database, id, 100)
      return (await present(id)).seq
    }
    await sessions.insert(database, aSession('lives', { seq: 10 }))
    await sessions.insert(database, aSession('ended', { seq: 10, endedAt: start }))
    expect([await raised('lives'), await raised('ended')]).to.deep.equal([100, 10])
    const superseders = [
      'UPDATE user SET ended_seq = 11 WHERE id = 1',
      "UPDATE application SET ended_seq = 11 WHERE id = 'darvoza'",
      'UPDATE log_head SET ended_seq = 11',
    ]
    for (const [index, supersede] of superseders.entries()) {
      await database.write(supersede)
      await sessions.insert(database, aSession(`over${index}`, { seq: 10 }))
      await sessions.insert(database, aSession(`just${index}`, { seq: 11 }))
      expect([await raised(`over${index}`), await raised(`just${index}`)]).to.deep.equal([10, 100])
      await database.write(supersede.replace('11', '0'))
    }
  })

  it('markSuperseded marks superseded sessions of the user in batches, and no others', async () => {
    await users.insert(database, aUserRow(2))
    await users.update(database, 1, { endedSeq: 50 })
    for (let index = 0; index < 12; index++)
      await sessions.insert(database, aSession(`over${index}`, { seq: 40 + (index % 10) }))
    await sessions.insert(database, aSession('kept', { seq: 50 }))
    await sessions.insert(database, aSession('others', { seq: 1, userId: 2 }))
    await sessions.insert(database, aSession('before', { seq: 1, endedAt: 5, endedReason: 'sign_out', endedBy: 'me' }))
    const mark = async () =>
      (await sessions.markSuperseded(database, { kind: 'user', subject: '1' }, 77, 'all_ended', 'system', 5)).length
    expect([await mark(), await mark(), await mark(), await mark()]).to.deep.equal([5, 5, 2, 0])
    const rows = await all()
    const ended = (row: SessionRecord) => [row.endedAt, row.endedReason, row.endedBy]
    for (const row of rows.filter(row => row.id.startsWith('over')))
      expect(ended(row)).to.deep.equal([77, 'all_ended', 'system'])
    expect(ended(await present('kept'))[0]).to.equal(null)
    expect(ended(await present('others'))[0]).to.equal(null)
    expect(ended(await present('before'))).to.deep.equal([5, 'sign_out', 'me'])
  })

  it('findExpired, markExpired and forgetEnded handle only sessions that are due, in batches', async () => {
    for (let index = 0; index < 7; index++)
      await sessions.insert(database, aSession(`e${index}`, { expiresAt: start + index }))
    const marked: number[] = []
    for (let after: OpenCursor | null = null; ; ) {
      const done: Awaited<ReturnType<typeof sessions.findExpired>> = await sessions.findExpired(
        ...([database, start + 4, { after, limit: 3 }] as const),
      )
      const ids = done.expired.map(one => one.id)
      marked.push(ids.length === 0 ? 0 : await sessions.markExpired(database, start + 4, ids))
      after = done.next
      if (after === null) break
    }
    expect(marked).to.deep.equal([3, 2, 0])
    const row = await present('e2')
    expect([row.endedAt, row.endedReason]).to.deep.equal([start + 2, 'expired'])
    expect((await present('e5')).endedAt).to.equal(null)
    expect(await sessions.forgetEnded(database, start + 3, 100)).to.equal(3)
    expect((await all()).map(one => one.id)).to.deep.equal(['e3', 'e4', 'e5', 'e6'])
  })

  it('one of 20 concurrent end() calls on a session returns true', async () => {
    await sessions.insert(database, aSession('s'))
    const told = await Promise.all(
      Array.from({ length: 20 }, (_, index) => sessions.end(database, 's', index, `r${index}`, 'me')),
    )
    expect(told.filter(Boolean)).to.have.length(1)
    expect((await present()).endedReason).to.equal(`r${told.indexOf(true)}`)
  })
})
