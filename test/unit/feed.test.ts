// The revocation feed with readers that stall, hang up and resume at random: an up-to-date reader refuses the same
// tokens as the revocation log.
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import type { AccessClaims } from '../../server/protocol/claims.js'
import { positionText, readPosition, readStretch } from '../../server/protocol/log/feed.js'
import { createProjection, type Projection } from '../../server/protocol/log/projection.js'
import { type Revocation, revocationKinds } from '../../server/protocol/log/revocation.js'
import type { Listener } from '../../server/revocation/applied-log.js'
import { createFeed, type FeedDeps, type FeedEnds } from '../../server/revocation/feed.js'
import { aDice } from '../support/dice.js'

const claims = {
  client_id: 'shop-api',
  sub: 'shop-api',
  jti: 'of-the-reader',
  exp: 9e9,
  rev: 2 ** 40,
  roles: [] as string[],
} as AccessClaims

/** A revocation log without a database: written entries are applied at once. */
function aLog(limits: FeedDeps['limits'] = {}) {
  const projection = createProjection()
  const highWater = { wentBack: false }
  let listener: Listener
  let elapsed = 0
  const tail = {
    logId: 'a1',
    get position() {
      return projection.position
    },
    listen: (to: Listener) => {
      listener = to
    },
    headNow: async () => ({ logId: tail.logId, seq: projection.position, accessLifetime: 60, askedAt: 0 }),
  }
  const feed = createFeed({
    projection,
    tail: tail as unknown as FeedDeps['tail'],
    highWater,
    now: () => 1_000,
    monotonic: () => elapsed,
    log: { info() {} },
    limits,
  })
  listener!.entered('a1')
  listener!.caughtUp()
  return {
    feed,
    projection,
    highWater,
    tail,
    pass: (ms: number) => {
      elapsed += ms
    },
    caughtUp: () => listener.caughtUp(),
    write(entries: Omit<Revocation, 'seq'>[]) {
      const after = projection.position
      const numbered = entries.map((entry, index) => ({ ...entry, seq: after + 1 + index }))
      const stretch = { after, upto: after + entries.length, entries: numbered }
      projection.apply(stretch)
      listener.applied(stretch)
      return numbered
    },
    become(id: string) {
      projection.reset()
      tail.logId = id
      listener.entered(id)
    },
  }
}

type Log = ReturnType<typeof aLog>

const entry = (subject: string, more: Partial<Revocation> = {}): Omit<Revocation, 'seq'> => ({
  kind: 'session',
  subject,
  effect: 'end',
  exceptSid: null,
  reason: '',
  expiresAt: 5e12,
  ...more,
})

/** A connection that stalls and drains when the test says so, with the projection made of its events. */
function aReader(log: Log, from = '', held: Projection = createProjection()) {
  let mirror = held
  let anew: Projection | null = null
  let position = from
  let ends: FeedEnds | null = null
  let isOver = false
  const reader = {
    takes: true,
    events: [] as string[],
    comments: 0,
    written: 0,
    cut: false,
    get isOver() {
      return isOver
    },
    position: () => position,
    mirror: () => mirror,
    take() {
      reader.takes = true
      ends?.drained()
    },
    hangUp() {
      isOver = true
      ends?.closed()
    },
  }
  ends = log.feed.open({ name: null, claims, kid: '' }, readPosition(from), {
    write(parts) {
      if (isOver) throw new Error('written behind the end')
      const text = parts.map(part => Buffer.from(part).toString()).join('')
      reader.written += text.length
      for (const block of text.split('\n\n')) {
        if (block.startsWith('event')) understand(block)
        if (block.startsWith(':')) reader.comments++
      }
      return reader.takes
    },
    end() {
      isOver = true
    },
    cut() {
      isOver = true
      reader.cut = true
    },
  })

  function understand(block: string): void {
    const event = /^event: (\w+)/.exec(block)![1]!
    const id = /^id: (.*)$/m.exec(block)?.[1]
    reader.events.push(event)
    if (event === 'reset') anew = createProjection()
    if (event !== 'log') return
    const stretch = readStretch(JSON.parse(/^data: (.*)$/m.exec(block)![1]!))!
    const target = anew ?? mirror
    if (!target.apply(stretch)) throw new Error(`a gap: ${stretch.after} after ${target.position}`)
    if (id === undefined) return
    mirror = target
    anew = null
    position = id
  }
  return reader
}

const turns = async (count = 40) => {
  for (let turn = 0; turn < count; turn++) await setImmediate()
}

const at = (log: Log) => positionText({ log: log.tail.logId, seq: log.projection.position })

/** Expects mirror and log to refuse the same tokens of every subject. */
function expectAlike(mirror: Projection, log: Log, subjects: ReadonlySet<string>): void {
  for (const subject of subjects)
    for (const sid of [subject, 'another'])
      for (let rev = 0; rev <= log.projection.position; rev += Math.max(1, log.projection.position >> 3)) {
        const token = { rev, jti: subject, sub: subject, sid, client_id: subject, roles: [subject] }
        const [here, there] = [log.projection.find(token, subject), mirror.find(token, subject)]
        expect(there?.effect, `${subject} ${sid} ${rev}`).to.equal(here?.effect)
      }
}

/** Replaces setInterval by intervals that run when the test calls tick(). */
function heldIntervals() {
  const real = { setInterval, clearInterval }
  const works = new Set<() => void>()
  Object.assign(globalThis, {
    setInterval: (work: () => void) => {
      works.add(work)
      return Object.assign(work, { unref: () => work })
    },
    clearInterval: (work: () => void) => works.delete(work),
  })
  return {
    tick() {
      for (const work of [...works]) work()
    },
    release: () => Object.assign(globalThis, real),
  }
}

type Written = ReturnType<Log['write']>[number]

/** Expects each written entry to be kept until it expires, or another one that subsumes it. */
function expectKept(kept: readonly Omit<Revocation, 'reason'>[], written: readonly Written[], who: string): void {
  const name = ({ kind, subject }: Pick<Revocation, 'kind' | 'subject'>) => `${kind}:${subject}`
  const of = new Map<string, Omit<Revocation, 'reason'>[]>()
  for (const one of kept) of.set(name(one), [...(of.get(name(one)) ?? []), one])
  for (const entry of written) {
    const { seq, effect, exceptSid, expiresAt } = entry
    const standing = (of.get(name(entry)) ?? []).filter(
      one =>
        one.seq === seq ||
        (one.seq > seq &&
          (one.effect === 'end' || effect === 'refresh') &&
          (one.exceptSid === null || one.exceptSid === exceptSid)),
    )
    const until = Math.max(0, ...standing.map(one => one.expiresAt))
    expect(until, `${who}: ${JSON.stringify(entry)}`).to.be.at.least(expiresAt)
  }
}

function entriesOf(mirror: Projection): Revocation[] {
  const kept: Revocation[] = []
  for (let page = 0; page < mirror.pageCount(); page++) mirror.eachOfPage(page, one => kept.push({ ...one }))
  return kept
}

/** `GET /revocations`, read without delay. */
function readOnce(log: Log) {
  let text = ''
  return new Promise<{ seq: number; entries: Revocation[] }>(resolve => {
    log.feed.writeOnce(
      { name: null, claims, kid: '' },
      {
        write(parts) {
          text += Buffer.concat(parts).toString()
          return true
        },
        end() {
          const { seq, entries } = JSON.parse(text)
          resolve({ seq, entries: readStretch({ after: 0, upto: seq, entries })!.entries })
        },
        cut() {},
      },
    )
  })
}

describe('the revocation feed', () => {
  it('leaves no gap for readers that connect, stall, hang up and resume while entries are written', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const dice = aDice(seed)
      const log = aLog({ ring: 60 })
      const subjects = new Set<string>()
      const readers = new Set<ReturnType<typeof aReader>>()
      const something = () => {
        const subject = `s${dice.below(40)}`
        subjects.add(subject)
        const kind = revocationKinds[dice.below(revocationKinds.length)]!
        return entry(kind === 'all' ? '' : subject, {
          kind,
          effect: dice.below(3) === 0 ? 'refresh' : 'end',
          exceptSid: dice.below(4) === 0 ? subject : null,
        })
      }
      for (let step = 0; step < 300; step++) {
        const some = [...readers]
        const one = some[dice.below(some.length || 1)]
        const act = dice.below(8)
        if (act <= 2) log.write(Array.from({ length: 1 + dice.below(4) }, something))
        else if (act === 3 && readers.size < 8) readers.add(aReader(log))
        else if (act === 4 && one) one.takes = false
        else if (act === 5 && one) one.take()
        else if (act === 6 && one) {
          if (!one.isOver) one.hangUp()
          readers.delete(one)
          readers.add(aReader(log, one.position(), one.mirror()))
        } else await turns(1 + dice.below(3))
        if (dice.below(10) === 0) log.pass(1_500)
      }
      for (const one of [...readers]) {
        one.take()
        await turns()
        if (!one.isOver) continue
        expect(one.cut, 'only who fell behind is cut off').to.equal(true)
        readers.delete(one)
        readers.add(aReader(log, one.position(), one.mirror()))
      }
      await turns()
      expect(readers.size).to.be.greaterThan(0)
      for (const one of readers) {
        expect(one.position(), `seed ${seed}`).to.equal(at(log))
        expectAlike(one.mirror(), log, subjects)
      }
    }
  })

  it('writes nothing to a stalled reader, and cuts off one that has fallen behind the ring buffer', async () => {
    const log = aLog({ ring: 50 })
    const [slow, quick] = [aReader(log), aReader(log)]
    await turns()
    slow.takes = false
    log.write([entry('first')])
    await turns()
    const written = slow.written
    for (let count = 0; count < 100; count++) {
      log.write([entry(`s${count}`)])
      await turns(2)
    }
    expect(slow.written).to.equal(written)
    expect(quick.position()).to.equal(at(log))
    slow.take()
    expect([slow.cut, slow.isOver, log.feed.size()]).to.deep.equal([true, true, 1])
    const again = aReader(log, slow.position())
    await turns()
    expect([again.events[0], again.position()]).to.deep.equal(['reset', at(log)])
  })

  it('sends every reader the snapshot in pages, followed by the new stretch', async () => {
    const log = aLog()
    log.write(Array.from({ length: 9_000 }, (_, index) => entry(`s${index}`)))
    const readers = Array.from({ length: 3 }, () => aReader(log))
    await turns()
    log.write([entry('late')])
    await turns()
    for (const one of readers) {
      // One log event per page of the snapshot, the last with the position, and one for the stretch.
      expect(one.events).to.deep.equal(['reset', 'log', 'log', 'log', 'log', 'log'])
      expect(one.mirror().size()).to.equal(9_001)
    }
  })

  it('sends reset when the log id changes, but no position in the new log before all of it was read', async () => {
    const log = aLog()
    log.write([entry('old')])
    const reader = aReader(log)
    await turns()
    log.become('b2')
    log.write([entry('new')])
    await turns()
    expect([reader.events.at(-1), reader.position()]).to.deep.equal(['reset', 'a1:1'])
    log.caughtUp()
    await turns()
    expect(reader.position()).to.equal('b2:1')
    expect(reader.events.filter(event => event === 'reset')).to.have.length(2)
    expectAlike(reader.mirror(), log, new Set(['old', 'new']))
  })

  it('sends nothing while the database has gone back behind the sent position, and resumes afterwards', async () => {
    const log = aLog()
    const reader = aReader(log)
    await turns()
    log.highWater.wentBack = true
    log.write([entry('of another history')])
    await turns()
    expect([reader.position(), reader.isOver]).to.deep.equal(['a1:0', false])
    log.highWater.wentBack = false
    log.caughtUp()
    await turns()
    expect(reader.position()).to.equal('a1:1')
  })

  it('resumes a reader whose position is in the ring buffer, and resets one that is further behind', async () => {
    const log = aLog({ ring: 10 })
    for (let count = 0; count < 25; count++) log.write([entry(`s${count}`)])
    const held = createProjection()
    held.apply({ after: 0, upto: 20, entries: [] })
    const near = aReader(log, 'a1:20', held)
    const far = aReader(log, 'a1:3')
    await turns()
    expect(near.events).to.deep.equal(['log', 'log', 'log', 'log', 'log'])
    expect(far.events[0]).to.equal('reset')
    expect([near.position(), far.position()]).to.deep.equal(['a1:25', 'a1:25'])
  })

  it('keeps each entry at readers until it expires, even if it is replaced while being sent', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const dice = aDice(seed)
      const log = aLog()
      const written: Written[] = []
      const write = (entries: Omit<Revocation, 'seq'>[]) => written.push(...log.write(entries))
      const something = () => {
        const effect = dice.below(3) === 0 ? 'refresh' : 'end'
        const exceptSid = dice.below(4) === 0 ? `e${dice.below(2)}` : null
        return entry(`s${dice.below(60)}`, { effect, exceptSid, expiresAt: (1_000 + dice.below(1_000)) * 1_000 })
      }
      // Subjects are spread over two pages, so that an entry and its replacement lie on different pages.
      write(Array.from({ length: 30 }, something))
      log.write(Array.from({ length: 4_096 }, (_, index) => entry(`filled ${index}`, { expiresAt: 3e9 })))
      write(Array.from({ length: 60 }, something))
      const readers = [aReader(log)]
      const once: ReturnType<typeof readOnce>[] = []
      for (let step = 0; step < 5; step++) {
        readers.push(aReader(log))
        if (dice.below(3) === 0) once.push(readOnce(log))
        for (let turn = 0; turn < 3; turn++) {
          write(Array.from({ length: 1 + dice.below(6) }, something))
          await turns(1)
        }
        log.pass(dice.below(300))
        if (dice.below(4) > 0) continue
        const one = dice.oneOf(readers.filter(reader => !reader.isOver))
        one.hangUp()
        readers.push(aReader(log, one.position(), one.mirror()))
      }
      const answers = await Promise.all(once)
      await turns()
      for (const [index, one] of readers.entries()) {
        if (one.isOver) continue
        expect(one.position()).to.equal(at(log))
        expectKept(entriesOf(one.mirror()), written, `seed ${seed}, reader ${index}`)
      }
      expectKept(entriesOf(log.projection), written, `seed ${seed}, the server`)
      for (const { seq: told, entries } of answers) {
        const mirror = createProjection()
        mirror.apply({ after: 0, upto: told, entries })
        // Entries added while the answer was sent may be in it, too.
        for (const one of entries)
          mirror.apply({ after: mirror.position, upto: Math.max(mirror.position, one.seq), entries: [one] })
        const due = written.filter(({ seq }) => seq <= told)
        expectKept(entriesOf(mirror), due, `seed ${seed}, read once`)
      }
    }
  }).timeout(30_000)

  describe('with open connections', () => {
    let intervals: ReturnType<typeof heldIntervals>
    beforeEach(() => {
      intervals = heldIntervals()
    })
    afterEach(() => intervals.release())

    const pass = async (log: Log, ms: number) => {
      log.pass(ms)
      intervals.tick()
      await turns(2)
    }

    it('sends a comment every 15 s, except to a stalled reader', async () => {
      const log = aLog()
      const [reader, slow] = [aReader(log), aReader(log)]
      await turns()
      slow.takes = false
      log.write([entry('s')])
      await turns()
      expect([reader.comments, slow.comments], 'the first sign').to.deep.equal([1, 1])
      const heard: number[] = []
      for (const ms of [14_999, 1, 0, 14_999, 1]) {
        await pass(log, ms)
        heard.push(reader.comments)
      }
      expect(heard).to.deep.equal([1, 2, 2, 2, 3])
      expect([slow.comments, slow.isOver]).to.deep.equal([1, false])
    })

    it('cuts off a reader that stalls for more than 30 s, and none sooner', async () => {
      const log = aLog()
      const [dead, slow, quick] = [aReader(log), aReader(log), aReader(log)]
      await turns()
      dead.takes = false
      slow.takes = false
      log.write([entry('s')])
      await turns()
      await pass(log, 29_999)
      slow.take()
      await pass(log, 1)
      expect([dead.isOver, log.feed.size()]).to.deep.equal([false, 3])
      await pass(log, 1)
      expect([dead.cut, slow.isOver, quick.isOver, log.feed.size()]).to.deep.equal([true, false, false, 2])
      // The time counts from when the reader last stalled.
      slow.takes = false
      log.write([entry('t')])
      await turns()
      await pass(log, 30_000)
      expect(slow.isOver).to.equal(false)
      await pass(log, 1)
      expect([slow.cut, quick.isOver, log.feed.size()]).to.deep.equal([true, false, 1])
    })

    it('cuts off a stalled one-time read of all entries, and frees its place for another reader', async () => {
      const log = aLog({ all: 1 })
      log.write([entry('s')])
      let cut = false
      const sink = {
        write: () => false,
        end() {},
        cut() {
          cut = true
        },
      }
      log.feed.writeOnce({ name: null, claims, kid: '' }, sink)
      await turns()
      await pass(log, 30_000)
      expect(cut).to.equal(false)
      expect(() => aReader(log)).to.throw()
      await pass(log, 1)
      expect(cut).to.equal(true)
      const next = aReader(log)
      await turns()
      expect(next.position()).to.equal(at(log))
    })
  })
})
