import { execFile } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { triggers } from '../../server/policy/revocation.js'
import { createProjection, type Projection } from '../../server/protocol/log/projection.js'
import {
  type RevocableClaims,
  type Revocation,
  type RevocationEffect,
  refuses,
  revocationKinds,
} from '../../server/protocol/log/revocation.js'
import { trials } from '../support/bursts.js'
import { anEntry } from '../support/log.js'

const claims: RevocableClaims = { rev: 0, jti: 'j', sub: '7', sid: 's', client_id: 'darvoza', roles: ['admin'] }

function aProjection(...entries: Revocation[]): Projection {
  const projection = createProjection()
  take(projection, ...entries)
  return projection
}

function take(projection: Projection, ...entries: Revocation[]): void {
  for (const entry of entries)
    expect(projection.apply({ after: projection.position, upto: entry.seq, entries: [entry] })).to.equal(true)
}

describe('the projection of the revocation log', () => {
  it('refuses a stretch that begins after its position', () => {
    const projection = aProjection(anEntry(1))
    expect(projection.apply({ after: 2, upto: 3, entries: [anEntry(3, { subject: 's' })] })).to.equal(false)
    expect([projection.position, projection.size(), projection.find(claims, 'k')]).to.deep.equal([1, 1, null])
  })

  it('applies only the missing entries of a stretch that begins before its position', () => {
    const projection = aProjection(anEntry(1, { subject: 's' }), anEntry(2))
    projection.apply({ after: 0, upto: 3, entries: [anEntry(1, { subject: 's' }), anEntry(3)] })
    expect([projection.position, projection.size()]).to.deep.equal([3, 3])
    projection.apply({ after: 0, upto: 2, entries: [] })
    expect(projection.position).to.equal(3)
  })

  it('finds an entry of each kind by the claim that it is about', () => {
    const subjects = { token: 'j', session: 's', user: '7', role: 'admin', application: 'darvoza', key: 'k', all: '' }
    for (const kind of revocationKinds) {
      const entry = anEntry(1, { kind, subject: subjects[kind], expiresAt: 5_000, reason: 'all_ended' })
      expect(aProjection(entry).find(claims, 'k'), kind).to.deep.equal(entry)
      expect(aProjection({ ...entry, subject: 'another' }).find(claims, 'k'), kind).to.equal(null)
    }
  })

  it('ignores entries about a user or a session for a token without a sid', () => {
    const projection = aProjection(anEntry(1, { kind: 'user', subject: '7' }), anEntry(2, { subject: 's' }))
    expect(projection.find({ ...claims, sid: undefined }, 'k')).to.equal(null)
    expect(projection.find(claims, 'k')).to.not.equal(null)
  })

  it('finds an entry with effect end before one with effect refresh', () => {
    const stale = anEntry(1, { kind: 'all', subject: '', effect: 'refresh', reason: 'all_stale' })
    const end = anEntry(2, { kind: 'role', subject: 'admin', reason: 'typed by hand' })
    expect(aProjection(stale).find(claims, 'k')!.effect).to.equal('refresh')
    expect(aProjection(stale, end).find(claims, 'k')!.reason).to.equal('typed by hand')
  })

  it('drops entries of a subject that a later one subsumes, and keeps the others', () => {
    const of = (seq: number, effect: RevocationEffect, exceptSid: string | null = null, expiresAt = 9_000) =>
      anEntry(seq, { kind: 'user', subject: '7', effect, exceptSid, expiresAt })
    const sizes = (...entries: Revocation[]) => aProjection(...entries).size()
    expect(sizes(of(1, 'end'), of(2, 'end'))).to.equal(1)
    expect(sizes(of(1, 'refresh'), of(2, 'end'))).to.equal(1)
    expect(sizes(of(1, 'end', 'a'), of(2, 'end', 'b'), of(3, 'end'))).to.equal(1)
    expect(sizes(of(1, 'end', 'a'), of(2, 'end', 'a'), of(3, 'end', 'a'))).to.equal(1)
    expect(sizes(of(1, 'end'), of(2, 'refresh'))).to.equal(2)
    expect(sizes(of(1, 'end'), of(2, 'end', 'a'))).to.equal(2)
    expect(sizes(of(1, 'end', 'a'), of(2, 'end', 'b'), of(3, 'end', 'a'))).to.equal(2)
    // An entry that subsumes an earlier one expires no sooner than that one.
    expect(aProjection(of(1, 'end', null, 60_000), of(2, 'end')).find(claims, 'k')!.expiresAt).to.equal(60_000)
  })

  it('refuses the same tokens in whatever order the entries of a log are applied', () => {
    const user = (seq: number, more: Partial<Revocation> = {}) => anEntry(seq, { kind: 'user', subject: '7', ...more })
    const all = [
      user(1, { effect: 'refresh', expiresAt: 9_000 }),
      user(2),
      user(3, { exceptSid: 'mine' }),
      user(4, { effect: 'refresh' }),
      user(5, { exceptSid: 'other' }),
    ]
    const orders = (left: Revocation[]): Revocation[][] =>
      left.length === 0 ? [[]] : left.flatMap(one => orders(left.filter(o => o !== one)).map(rest => [one, ...rest]))
    for (const order of orders(all)) {
      const projection = createProjection()
      for (const entry of order) projection.apply({ after: 0, upto: 0, entries: [entry] })
      // Entries written while the snapshot is sent are applied a second time.
      for (const entry of order) projection.apply({ after: 0, upto: 0, entries: [entry] })
      projection.apply({ after: 0, upto: 5, entries: [] })
      for (let rev = 0; rev <= 5; rev++)
        for (const sid of ['mine', 'other', 's']) {
          const token = { ...claims, rev, sid }
          const refused = all.filter(entry => refuses(entry, token))
          const effect = refused.some(entry => entry.effect === 'end') ? 'end' : refused[0]?.effect
          const found = projection.find(token, 'k')?.effect
          expect(found, `${order.map(({ seq }) => seq)} rev ${rev} sid ${sid}`).to.equal(effect)
        }
      expect(projection.size()).to.be.at.most(5)
    }
  })

  it('drops an entry after it has expired, never before, and keeps one that expires in centuries', async () => {
    const projection = aProjection(anEntry(1, { subject: 's', expiresAt: 10_001 }), anEntry(2, { expiresAt: 2 ** 52 }))
    for (const now of [0, 10_000, 10_001, 10_999]) {
      await projection.forget(now)
      expect([now, projection.size()]).to.deep.equal([now, 2])
    }
    await projection.forget(11_000)
    expect(projection.size()).to.equal(1)
    expect(projection.find(claims, 'k')).to.equal(null)
    await projection.forget(Date.parse('2100-01-01T00:00:00Z'))
    expect(projection.size()).to.equal(1)
  })

  it('starts again from position 0 after a reset', () => {
    const projection = aProjection(anEntry(8, { subject: 's' }), anEntry(9, { kind: 'all', subject: '' }))
    projection.reset()
    expect([projection.position, projection.size(), projection.find(claims, 'k')]).to.deep.equal([0, 0, null])
    take(projection, anEntry(1, { subject: 's' }))
    expect([projection.position, projection.find(claims, 'k')!.seq]).to.deep.equal([1, 1])
  })

  it('yields to the event loop while it drops entries, and keeps those added meanwhile', async () => {
    const count = 30_000
    const projection = createProjection()
    const entries = Array.from({ length: count }, (_, index) => anEntry(index + 1, { expiresAt: 1_000 }))
    projection.apply({ after: 0, upto: count, entries })
    let forgetting = true
    const forgotten = projection.forget(2_000).then(() => {
      forgetting = false
    })
    const sids: string[] = []
    while (forgetting) {
      const entry = anEntry(projection.position + 1, { expiresAt: 3_000 })
      sids.push(entry.subject)
      take(projection, entry)
      await setImmediate()
    }
    await forgotten
    expect(sids.length).to.be.above(5)
    expect(projection.size()).to.equal(sids.length)
    for (const sid of sids) expect(projection.find({ ...claims, sid }, 'k')!.subject).to.equal(sid)
    for (const { subject: sid } of entries) expect(projection.find({ ...claims, sid }, 'k')).to.equal(null)
  })

  it('keeps the entries added after a reset while it was dropping expired ones', async () => {
    const projection = createProjection()
    const many = (expiresAt: number) => Array.from({ length: 10_000 }, (_, index) => anEntry(index + 1, { expiresAt }))
    projection.apply({ after: 0, upto: 10_000, entries: many(1_000) })
    const forgotten = projection.forget(2_000)
    projection.reset()
    projection.apply({ after: 0, upto: 10_000, entries: many(3_000) })
    await forgotten
    expect([projection.position, projection.size()]).to.deep.equal([10_000, 10_000])
  })
})

describe('the memory of the projection', () => {
  it('takes at most 200 bytes per entry, also for ids cut from large texts, and is freed again', async () => {
    // In a process of its own: here the garbage of other tests is freed at any time.
    const program = fileURLToPath(new URL('../support/projection-memory.js', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program])
    const { held, kept } = JSON.parse(stdout)
    expect(held, 'bytes an entry').to.be.within(50, 200)
    expect(kept, 'bytes an entry once all is forgotten').to.be.below(15)
  })

  it('keeps ids in different scripts apart', () => {
    const names = ['ў', 'ÿ', '\u{1f511}', 'ab', '\ud800', 'ў'.repeat(190), '']
    const projection = aProjection(...names.map((subject, at) => anEntry(at + 1, { kind: 'role', subject })))
    for (const [at, name] of names.entries()) {
      const entry = projection.find({ ...claims, roles: [name] }, 'k')!
      expect([entry.seq, entry.subject]).to.deep.equal([at + 1, name])
    }
  })
})

describe('the projection compared with a naive model', () => {
  it('finds the same entry after random entries, expiries and resets', async () => {
    for (let trial = 0; trial < trials(60); trial++) await compare()
  })
})

const few = <T>(...some: T[]): T => some[randomInt(some.length)]!

/** Few subjects, so that entries have the same ones. */
function anyEntry(seq: number): Revocation {
  const kind = few(...revocationKinds)
  return {
    seq,
    kind,
    subject: kind === 'all' ? '' : few('1', '2', '3', '4'),
    effect: few('end', 'refresh'),
    exceptSid: few(null, null, '1', '2'),
    reason: few(...Object.keys(triggers), 'by hand', ''),
    expiresAt: randomInt(100) * 1000,
  }
}

function anyClaims(position: number): RevocableClaims {
  const one = () => few('1', '2', '3', '4', '5')
  const roles = Array.from({ length: randomInt(3) }, one)
  const rev = Math.max(0, position - randomInt(12))
  return { rev, jti: one(), sub: one(), sid: few(undefined, one(), one()), client_id: one(), roles }
}

/** The naive model: a list that is searched for every question. */
function naive() {
  let list: Revocation[] = []
  return {
    add(entry: Revocation): void {
      const replaced = list.filter(
        other =>
          other.kind === entry.kind &&
          other.subject === entry.subject &&
          (other.effect === entry.effect || entry.effect === 'end') &&
          (entry.exceptSid === null || entry.exceptSid === other.exceptSid),
      )
      const expiresAt = Math.max(entry.expiresAt, ...replaced.map(other => other.expiresAt))
      list = [...list.filter(other => !replaced.includes(other)), { ...entry, expiresAt }]
    },
    find(asked: RevocableClaims, kid: string): Revocation | null {
      const { jti, sid, sub, client_id, roles } = asked
      const order: [string, string | undefined][] = [
        ...[['key', kid] as const, ['all', ''] as const, ['token', jti] as const, ['session', sid] as const],
        ...[['user', sid && sub] as const, ['application', client_id] as const],
        ...roles.map(role => ['role', role] as const),
      ].map(([kind, subject]) => [kind, subject])
      const refusing = order
        .flatMap(([kind, subject]) => list.filter(entry => entry.kind === kind && entry.subject === subject))
        .filter(entry => refuses(entry, asked))
      return refusing.find(entry => entry.effect === 'end') ?? refusing[0] ?? null
    },
    forget(now: number): void {
      list = list.filter(entry => entry.expiresAt > now)
    },
    reset(): void {
      list = []
    },
    size: () => list.length,
  }
}

async function compare(): Promise<void> {
  const projection = createProjection()
  const model = naive()
  /** All entries that were ever added: only expired ones may be lost. */
  let said: Revocation[] = []
  for (let step = 0; step < 300; step++) {
    const dice = randomInt(100)
    if (dice < 50) {
      const { position } = projection
      const upto = position + 1 + randomInt(3)
      const entries = Array.from({ length: upto - position }, (_, at) => anyEntry(position + 1 + at))
      projection.apply({ after: position, upto, entries })
      for (const entry of entries) model.add(entry)
      said.push(...entries)
    } else if (dice < 54) {
      const now = randomInt(40) * 1000
      await projection.forget(now)
      model.forget(now)
      said = said.filter(entry => entry.expiresAt > now)
    } else if (dice < 55) {
      projection.reset()
      model.reset()
      said = []
    }
    const [asked, kid] = [anyClaims(projection.position), few('1', '2', '9')]
    const found = projection.find(asked, kid)
    expect(found).to.deep.equal(model.find(asked, kid))
    expect(projection.size()).to.equal(model.size())
    const before = naiveVerdict(said, asked, kid)
    if (before === 'end') expect(found?.effect).to.equal('end')
    if (before === 'refresh') expect(found).to.not.equal(null)
  }
}

/** The effect of all entries together, none of them replaced by another. */
function naiveVerdict(said: readonly Revocation[], asked: RevocableClaims, kid: string): RevocationEffect | null {
  const about = ({ kind, subject }: Revocation) =>
    (kind === 'key' && subject === kid) ||
    kind === 'all' ||
    (kind === 'token' && subject === asked.jti) ||
    (kind === 'session' && subject === asked.sid) ||
    (kind === 'user' && asked.sid !== undefined && subject === asked.sub) ||
    (kind === 'application' && subject === asked.client_id) ||
    (kind === 'role' && asked.roles.includes(subject))
  const refusing = said.filter(entry => about(entry) && refuses(entry, asked))
  if (refusing.some(entry => entry.effect === 'end')) return 'end'
  return refusing.length > 0 ? 'refresh' : null
}
