import { expect } from 'chai'
import { Refusal } from '../../server/protocol/errors.js'
import { createEnforcement } from '../../server/revocation/enforcement.js'
import { createVerifiers, type Renewal } from '../../server/revocation/verifiers.js'
import type { Database } from '../../server/storage/database.js'
import { createVerifierStore, mostVerifiers } from '../../server/storage/verifiers.js'
import { aClock } from '../support/clock.js'
import { aDatabase } from '../support/database.js'
import { onEachEngine } from '../support/engines.js'
import { anEntry, writeEntries } from '../support/log.js'

const silent = { warn() {}, info() {} }

/** A server process on a database; `tail.position` is its position in the revocation log. */
function aProcess(database: Database, clock = aClock()) {
  let monotonic = 0
  const statements: string[] = []
  const counted: Database = {
    ...database,
    write(sql, values) {
      statements.push(sql)
      return database.write(sql, values)
    },
  }
  const tail = { logId: 'abc', position: 7 }
  const verifierStore = createVerifierStore(database.dialect)
  const deps = { database: counted, verifierStore, tail, now: clock.now, log: silent }
  const verifiers = createVerifiers(deps)
  const enforcement = createEnforcement({ ...deps, verifiers, monotonic: () => monotonic })
  const renew = (name: string, seq: number | null = tail.position, changes: Partial<Renewal> = {}) =>
    verifiers.renew({
      applicationId: 'darvoza',
      name,
      applied: seq === null ? null : { log: tail.logId, seq },
      version: '1.0.0',
      keysFetchedAt: null,
      address: '127.0.0.1',
      ...changes,
    })
  const advance = (ms: number) => {
    clock.advance(`${ms}ms`)
    monotonic += ms
  }
  return { verifiers, enforcement, verifierStore, tail, renew, advance, statements, clock }
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
  return 'none'
}

onEachEngine('verifiers and their leases', engine => {
  let database: Database

  beforeEach(async () => {
    database = await aDatabase(engine)
  })

  it('the 101st of an application is refused with too_many_verifiers until a lease has expired', async () => {
    const { renew, advance, verifierStore } = aProcess(database)
    await Promise.all(Array.from({ length: mostVerifiers }, (_, index) => renew(`v${index}`)))
    expect(await refusalOf(renew('one-more'))).to.equal('too_many_verifiers')
    expect(await refusalOf(renew('one-more', 7, { applicationId: 'others' }))).to.equal('none')
    advance(1_001)
    await Promise.all(Array.from({ length: mostVerifiers - 1 }, (_, index) => renew(`v${index + 1}`)))
    advance(2_500)
    await renew('one-more')
    const names = (await verifierStore.list(database, 'darvoza')).map(({ name }) => name)
    expect(names).to.have.length(mostVerifiers)
    expect(names).to.include('one-more').and.not.include('v0')
  })

  it('the last place is given once when two servers renew concurrently', async () => {
    const clock = aClock()
    const [one, other] = [aProcess(database, clock), aProcess(database, clock)]
    await Promise.all(Array.from({ length: mostVerifiers - 1 }, (_, index) => one.renew(`v${index}`)))
    const codes = await Promise.all([refusalOf(one.renew('last')), refusalOf(other.renew('also-last'))])
    expect(codes.sort()).to.deep.equal(['none', 'too_many_verifiers'])
  })

  it('rows cover each lease in advance, with about one write a second for all verifiers', async () => {
    const { renew, advance, statements, clock, verifierStore } = aProcess(database)
    await Promise.all([renew('a'), renew('b')])
    statements.length = 0
    for (let round = 0; round < 10; round++) {
      advance(500)
      await renew('a')
      await renew('b')
      for (const row of await verifierStore.list(database))
        expect(row.leaseUntil - clock.now(), row.name).to.be.at.least(2_000)
    }
    expect(statements.length).to.be.within(3, 6)
  })

  it('the highest applied position of all servers is kept, and none of another log or beyond the head', async () => {
    const clock = aClock()
    const [one, other] = [aProcess(database, clock), aProcess(database, clock)]
    await one.renew('a', 6)
    await other.renew('a', 5)
    await other.verifiers.settled()
    expect((await other.verifierStore.list(database))[0]!.appliedSeq).to.equal(6)
    await other.renew('a', 7)
    await other.verifiers.settled()
    expect((await one.verifiers.connected())[0]!.applied).to.equal(7)
    one.tail.logId = 'def'
    expect((await one.verifiers.connected())[0]!.applied).to.equal(null)
    // A position beyond the head of the log is ignored.
    await one.renew('liar', 8)
    expect((await one.verifiers.connected()).find(({ name }) => name === 'liar')!.applied).to.equal(null)
  })

  it('are renewed on a read-only database, where enforced() reports everywhere: false', async () => {
    const { verifiers, enforcement, renew } = aProcess({
      ...database,
      write: () => Promise.reject(new Error('read-only')),
      transaction: () => Promise.reject(new Error('read-only')),
    })
    await renew('a')
    expect(verifiers.areWritten()).to.equal(false)
    expect(await enforcement.enforced(7)).to.include({ everywhere: false, verifiers: 1 })
  })

  it('enforced() waits for verifiers of this server and of others', async () => {
    const clock = aClock()
    const [one, other] = [aProcess(database, clock), aProcess(database, clock)]
    await Promise.all([one.renew('a', 6), other.renew('b', 6)])
    let done = false
    const waited = one.enforcement.enforced(7).then(result => {
      done = true
      return result
    })
    await one.renew('a', 7)
    expect(done).to.equal(false)
    await other.renew('b', 7)
    expect(await waited).to.include({ log: 'abc', seq: 7, verifiers: 2, applied: 2, everywhere: true })
  })

  it('enforced() names lagging verifiers, and waits no longer than their earlier lease', async () => {
    const { enforcement, renew, advance } = aProcess(database)
    await Promise.all([renew('a', 7), renew('slow', 6)])
    const now = await enforcement.enforced(7, { timeout: 0 })
    expect(now).to.include({ verifiers: 2, applied: 1, everywhere: false })
    expect(now.lagging.map(({ name }) => name)).to.deep.equal(['slow'])
    const waited = enforcement.enforced(7)
    advance(1_000)
    await renew('slow', 6)
    advance(1_200)
    // Its new lease does not count: it has not applied the position of its last renewal.
    await renew('slow', 6)
    expect(await waited).to.include({ verifiers: 2, applied: 1, everywhere: true })
  })

  it('an entry applied by all gets a receipt with time and number of verifiers', async () => {
    await writeEntries(database, [anEntry(8, { subject: 's8' }), anEntry(9, { subject: 's9' })])
    const { renew, advance, tail, clock, verifiers, enforcement } = aProcess(database)
    await Promise.all([renew('a'), renew('b')])
    tail.position = 8
    advance(200)
    await renew('a', 8)
    advance(300)
    await renew('b', 8)
    await verifiers.settled()
    const at = clock.now()
    const receipts = () =>
      database.read<{ seq: number; at: number | null; verifiers: number | null }>(
        'SELECT seq, enforced_at AS at, enforced_verifiers AS verifiers FROM revocation WHERE seq > 7 ORDER BY seq',
      )
    await enforcement.settled()
    expect(await receipts()).to.deep.equal([
      { seq: 8, at, verifiers: 2 },
      { seq: 9, at: null, verifiers: null },
    ])
  })

  it('forget() deletes verifiers not seen for long', async () => {
    const { renew, verifierStore, clock } = aProcess(database)
    await renew('a')
    expect(await verifierStore.forget(database, clock.now() + 2_000, 10)).to.equal(0)
    expect(await verifierStore.forget(database, clock.now() + 4_000, 10)).to.equal(1)
    expect(await verifierStore.list(database)).to.deep.equal([])
  })
})
