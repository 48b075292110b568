import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { refuse } from '../../server/protocol/errors.js'
import { createProjection } from '../../server/protocol/log/projection.js'
import type { RevocableClaims } from '../../server/protocol/log/revocation.js'
import { createHighWater } from '../../server/revocation/high-water.js'
import { createOutages } from '../../server/revocation/outages.js'
import { createTail } from '../../server/revocation/tail.js'
import type { Database } from '../../server/storage/database.js'
import { createHeartbeatStore } from '../../server/storage/heartbeats.js'
import { createRevocationStore, type RevocationStore } from '../../server/storage/revocations.js'
import { aDatabase } from '../support/database.js'
import { onEachEngine } from '../support/engines.js'
import { anEntry, writeEntries } from '../support/log.js'
import { aPause } from '../support/pause.js'

const now = 1_000_000
const claims: RevocableClaims = { rev: 0, jti: 'j', sub: '7', sid: 's', client_id: 'darvoza', roles: [] }
const log = { error() {}, warn() {}, info() {} }

/** A process that follows the revocation log; `read` is called before each stretch is read. */
function aTail(database: Database, read: (after: number) => Promise<void>) {
  const store = createRevocationStore(database.dialect)
  const projection = createProjection()
  let monotonic = 0
  const revocationStore: RevocationStore = {
    ...store,
    async stretch(tx, after, ...rest) {
      await read(after)
      return store.stretch(tx, after, ...rest)
    },
  }
  const highWater = createHighWater({ database, revocationStore, log })
  const clocks = { now: () => now, monotonic: () => monotonic }
  const outages = createOutages({
    database,
    heartbeatStore: createHeartbeatStore(),
    now: clocks.now,
    elapsed: clocks.monotonic,
  })
  const tail = createTail({
    highWater,
    database,
    revocationStore,
    outages,
    projection,
    log,
    ...clocks,
    ...{ wall: () => now, observe() {} },
  })
  const refuses = (sid: string) => projection.find({ ...claims, sid }, 'k') !== null
  const advance = (ms: number) => {
    monotonic += ms
  }
  return { tail, projection, refuses, advance }
}

onEachEngine('tail of a long revocation log', engine => {
  /** Two and a half stretches. The first hundred entries are expired; the numbers of the others start at 1,000,101. */
  const entries = Array.from({ length: 5_000 }, (_, index) =>
    index < 100 ? anEntry(index + 1, { expiresAt: now }) : anEntry(index + 1_000_000, { expiresAt: now + 1 }),
  )
  const head = entries.at(-1)!.seq
  let database: Database

  beforeEach(async () => {
    database = await aDatabase(engine)
    await writeEntries(database, entries)
  })

  it('is read in stretches, and the process is not fresh before the last one is applied', async () => {
    const pause = aPause()
    const afters: number[] = []
    const { tail, projection, refuses } = aTail(database, async after => {
      afters.push(after)
      if (after > 0) await pause.here()
    })
    pause.arm()
    const started = tail.start()
    await pause.reached
    expect([projection.position, projection.size()]).to.deep.equal([entries[1_999]!.seq, 1_900])
    expect(tail.isFresh()).to.equal(false)
    let fresh = false
    const waiting = tail.readIfOld().then(() => {
      fresh = true
    })
    // Entries that this process commits meanwhile wait for the entries before them.
    const own = anEntry(head + 1, { expiresAt: now + 1 })
    await writeEntries(database, [own])
    const taken = tail.take(tail.logId, [own])
    for (let turn = 0; turn < 20; turn++) await setImmediate()
    expect([fresh, tail.isFresh(), refuses(own.subject)]).to.deep.equal([false, false, false])
    pause.letGo()
    await Promise.all([started, waiting, taken])
    tail.stop()
    expect(tail.isFresh()).to.equal(true)
    expect(afters).to.deep.equal([0, entries[1_999]!.seq, entries[3_999]!.seq, head])
    expect([projection.position, projection.size()]).to.deep.equal([head + 1, 4_901])
    for (const { subject, expiresAt } of entries) expect(refuses(subject)).to.equal(expiresAt > now)
    expect(refuses(own.subject)).to.equal(true)
  })

  it('resumes after a database failure from the last stretch read, and is not fresh before', async () => {
    const afters: number[] = []
    const { tail, projection } = aTail(database, async after => {
      afters.push(after)
      if (afters.length === 3) throw refuse('database_unavailable', { retryAfter: 1 })
    })
    const silence = await tail.readIfOld().then(
      () => null,
      error => error.code,
    )
    expect([silence, tail.isFresh()]).to.deep.equal(['database_unavailable', false])
    expect(projection.position).to.equal(entries[3_999]!.seq)
    await tail.readIfOld()
    expect([tail.isFresh(), projection.position, projection.size()]).to.deep.equal([true, head, 4_900])
    expect(afters).to.deep.equal([0, entries[1_999]!.seq, entries[3_999]!.seq, entries[3_999]!.seq])
  })

  it('counts its age from the start of the first read: not fresh after three stretches of 400 ms', async () => {
    const { tail, advance } = aTail(database, async () => advance(400))
    await tail.readNow()
    // Three stretches of 400 ms: later commits may be missing.
    expect(tail.isFresh()).to.equal(false)
    await tail.readIfOld()
    expect(tail.isFresh()).to.equal(true)
  })

  it('is read again from the beginning when the projection is reset during a stretch', async () => {
    const afters: number[] = []
    const { tail, projection } = aTail(database, async after => {
      afters.push(after)
      if (afters.length === 2) projection.reset()
    })
    await tail.readNow()
    expect(afters).to.deep.equal([0, entries[1_999]!.seq, 0, entries[1_999]!.seq, entries[3_999]!.seq])
    expect([projection.position, projection.size()]).to.deep.equal([head, 4_900])
  })

  it('yields to the event loop between two stretches', async () => {
    let turns = 0
    const turnsAt: number[] = []
    const { tail } = aTail(database, async () => void turnsAt.push(turns))
    let reading = true
    const read = tail.readNow().finally(() => {
      reading = false
    })
    while (reading) {
      await setImmediate()
      turns++
    }
    await read
    expect(new Set(turnsAt).size, turnsAt.join()).to.equal(3)
  })
})
