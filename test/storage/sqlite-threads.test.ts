// SQLite connections in worker threads: failures of a thread, values, concurrency, and reuse of threads.
import type { Worker } from 'node:worker_threads'
import { expect } from 'chai'
import { Refusal } from '../../server/protocol/errors.js'
import type { Database, Queries } from '../../server/storage/database.js'
import { setPoolSize } from '../../server/storage/sqlite-workers.js'
import { aDatabase } from '../support/database.js'
import { sqlite } from '../support/engines.js'

const insert = (tx: Queries, name: string) => tx.write('INSERT INTO last_number (name, value) VALUES (?, 1)', [name])

async function names(database: Database): Promise<string[]> {
  const rows = await database.read<{ name: string }>("SELECT name FROM last_number WHERE name <> 'user' ORDER BY name")
  return rows.map(row => row.name)
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error)
  }
}

/** A read that takes long in SQLite and returns one row. */
const longRead = (rounds: number) =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rounds}) SELECT COUNT(*) AS count FROM n`

describe('SQLite worker threads', () => {
  const workers: Worker[] = []
  const remember = (worker: Worker) => workers.push(worker)
  let database: Database
  let keepAsBefore: () => void

  beforeEach(async () => {
    keepAsBefore = setPoolSize(0)
    workers.length = 0
    process.on('worker', remember)
    database = await aDatabase(sqlite)
  })
  afterEach(() => {
    process.off('worker', remember)
    keepAsBefore()
  })

  it('a transaction whose thread is terminated fails with database_unavailable, and the next write works', async () => {
    const killed = database.transaction(async tx => {
      await insert(tx, 'before')
      await Promise.all(workers.map(worker => worker.terminate()))
      await insert(tx, 'after')
    })
    expect(await codeOf(killed)).to.equal('database_unavailable')
    await insert(database, 'next')
    expect(await names(database)).to.deep.equal(['next'])
  })

  it('a statement whose thread is terminated fails with database_unavailable', async () => {
    const reading = codeOf(database.read(longRead(20_000_000)))
    const writing = codeOf(database.transaction(tx => tx.read(longRead(20_000_000))))
    await Promise.all(workers.map(worker => worker.terminate()))
    expect([await reading, await writing]).to.deep.equal(['database_unavailable', 'database_unavailable'])
    await insert(database, 'next')
    expect(await names(database)).to.deep.equal(['next'])
  }).timeout(40_000)

  it('short reads and writes are answered during a long read', async () => {
    // Starts the second reader thread in advance.
    await Promise.all([database.read(longRead(1_000_000)), names(database)])
    const order: string[] = []
    const long = codeOf(database.read(longRead(6_000_000))).then(() => order.push('long'))
    await Promise.all([names(database), insert(database, 'short')])
    await names(database)
    order.push('short')
    await long
    expect(order).to.deep.equal(['short', 'long'])
  }).timeout(40_000)

  it('bytes, large integers, null and duplicate column names are returned correctly', async () => {
    const [row] = await database.read<Record<string, unknown>>(
      `SELECT x'00ff' AS bytes, ? AS whole, ? AS broken, ? AS absent, 'a' AS twice, 'b' AS twice, ? AS yes`,
      [Number.MAX_SAFE_INTEGER, 1.5, null, true],
    )
    expect(Buffer.isBuffer(row!.bytes) && row!.bytes.equals(Buffer.from([0, 255]))).to.equal(true)
    expect({ ...row, bytes: null }).to.deep.equal({
      bytes: null,
      whole: Number.MAX_SAFE_INTEGER,
      broken: 1.5,
      absent: null,
      twice: 'b',
      yes: 1,
    })
  })

  it('close() finishes pending statements, and later ones are refused', async () => {
    const last = insert(database, 'last')
    await database.close()
    expect(await codeOf(last)).to.equal('done')
    expect(await codeOf(insert(database, 'late'))).to.not.equal('done')
  })

  it('exit when their database is closed', async () => {
    await database.close()
    expect(workers).to.have.length(2)
    // Node reports threadId -1 for a worker that has exited.
    expect(workers.map(worker => worker.threadId)).to.deep.equal([-1, -1])
  })

  it('kept threads serve the next database without data of the previous one', async () => {
    setPoolSize(2)
    await insert(database, 'first')
    await database.close()
    const next = await aDatabase(sqlite)
    expect(await names(next)).to.deep.equal([])
    await insert(next, 'second')
    expect(await names(next)).to.deep.equal(['second'])
    expect(workers).to.have.length(2)
  })

  it('threads terminated while kept are not used again', async () => {
    setPoolSize(2)
    await database.close()
    await Promise.all(workers.map(worker => worker.terminate()))
    await insert(await aDatabase(sqlite), 'next')
    expect(workers).to.have.length(4)
  })
})
