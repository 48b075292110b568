import { expect } from 'chai'
import { Refusal } from '../../server/protocol/errors.js'
import { createDataSource } from '../../server/storage/data-source.js'
import { type Database, openDatabase, type Queries } from '../../server/storage/database.js'
import { LastNumber } from '../../server/storage/entities/number.js'
import { createRevocationStore } from '../../server/storage/revocations.js'
import { aDatabase } from '../support/database.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'

class RolledBack extends Error {}

const insert = (tx: Queries, name: string, value = 0) =>
  tx.write('INSERT INTO last_number (name, value) VALUES (?, ?)', [name, value])

async function numbers(database: Queries): Promise<Map<string, number>> {
  const rows = await database.read<{ name: string; value: number }>('SELECT name, value FROM last_number')
  return new Map(rows.map(row => [row.name, row.value]))
}

const headOf = async (tx: Queries) => (await tx.read<{ seq: number }>('SELECT seq FROM log_head'))[0]!.seq

/** Yields to the event loop. */
const turn = () => new Promise<void>(resolve => setImmediate(resolve))

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error)
  }
}

onEachEngine('database transactions', engine => {
  let database: Database
  beforeEach(async () => {
    database = await aDatabase(engine)
  })

  it('50 concurrent ones, half rolled back, with single writes: no lost update and no dirty read', async () => {
    const revocations = createRevocationStore(database.dialect)
    const taken: number[] = []
    const dirty: string[] = []

    const transactions = Array.from({ length: 50 }, async (_, index) => {
      const goesWrong = index % 2 === 1
      const work = database.transaction(async tx => {
        await insert(tx, `a${index}`)
        await turn()
        await tx.write('UPDATE last_number SET value = value + 1 WHERE name = ?', [`a${index}`])
        await turn()
        const { seq } = await revocations.raise(tx, 1)
        await insert(tx, `b${index}`, seq)
        if (goesWrong) throw new RolledBack()
        return seq
      })
      if (goesWrong) expect(await codeOf(work)).to.equal('Error')
      else taken.push(await work)
    })
    const singles = Array.from({ length: 50 }, async (_, index) => {
      await turn()
      await insert(database, `single${index}`, index)
      await database.write('UPDATE last_number SET value = value + 1 WHERE name = ?', [`single${index}`])
    })
    const reads = Array.from({ length: 100 }, async () => {
      await turn()
      const seen = await numbers(database)
      for (const [name, value] of seen) {
        const index = Number(name.slice(1))
        if (name.startsWith('a') && index % 2 === 1) dirty.push(`${name} was never committed`)
        if (name.startsWith('a') && value !== 1) dirty.push(`${name} was half-made`)
        if (name.startsWith('a') && !seen.has(`b${index}`)) dirty.push(`${name} came without b${index}`)
      }
    })
    await Promise.all([...transactions, ...singles, ...reads])

    expect(dirty).to.deep.equal([])
    const left = await numbers(database)
    left.delete('user')
    const expected = Array.from({ length: 25 }, (_, half) => half * 2).flatMap(index => [`a${index}`, `b${index}`])
    const singleNames = Array.from({ length: 50 }, (_, index) => `single${index}`)
    expect([...left.keys()]).to.have.members([...expected, ...singleNames])
    for (const index of singleNames.keys()) expect(left.get(`single${index}`)).to.equal(index + 1)
    expect(taken.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 25 }, (_, index) => index + 1))
    expect(await headOf(database)).to.equal(25)
  }).timeout(30_000)

  it('100 concurrent raises of the log head give 100 different numbers, and readers see it only grow', async () => {
    const revocations = createRevocationStore(database.dialect)
    const inOrder: number[] = []
    const seen: number[] = []
    let done = false
    const reader = (async () => {
      while (!done) {
        seen.push(await headOf(database))
        await turn()
      }
    })()
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const { seq } = await database.transaction(tx => revocations.raise(tx, 1))
        inOrder.push(seq)
      }),
    )
    done = true
    await reader
    expect([...inOrder].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 100 }, (_, index) => index + 1))
    expect(seen, 'a reader never sees the counter go back').to.deep.equal([...seen].sort((a, b) => a - b))
  })

  it('every answered save of a TypeORM repository is stored, with concurrent transactions rolled back', async () => {
    const source = await createDataSource(database.connections)
    const repository = source.getRepository(LastNumber)
    await Promise.all([
      ...Array.from({ length: 25 }, (_, index) => repository.save({ name: `saved${index}`, value: index })),
      ...Array.from({ length: 25 }, (_, index) =>
        codeOf(
          database.transaction(async tx => {
            await insert(tx, `t${index}`)
            await turn()
            if (index % 2 === 1) throw new RolledBack()
          }),
        ),
      ),
      ...Array.from({ length: 25 }, (_, index) =>
        codeOf(
          source.transaction(async manager => {
            await manager.save(LastNumber, { name: `managed${index}`, value: index })
            await turn()
            if (index % 2 === 1) throw new RolledBack()
          }),
        ),
      ),
    ])
    const left = [...(await numbers(database)).keys()]
    expect(left.filter(name => name.startsWith('saved'))).to.have.length(25)
    expect(left.filter(name => name.startsWith('t'))).to.have.length(13)
    expect(left.filter(name => name.startsWith('managed'))).to.have.length(13)
    expect(await repository.countBy({})).to.equal(25 + 13 + 13 + 1)
  })

  it('a statement that bypasses the open transaction throws, and the transaction is rolled back', async () => {
    for (const stray of [
      () => insert(database, 'stray'),
      () => numbers(database),
      () => database.transaction(async () => {}),
    ]) {
      const work = database.transaction(async tx => {
        await insert(tx, 'inside')
        await stray()
      })
      expect(await codeOf(work)).to.contain('must use the transaction')
    }
    const left = await numbers(database)
    expect(left.has('inside') || left.has('stray')).to.equal(false)
  })

  it('write() returns 0 if no row matches, and 1 if a matching row has the same values', async () => {
    await insert(database, 'one', 7)
    await insert(database, 'two', 7)
    expect(await database.write('UPDATE last_number SET value = 8 WHERE name = ?', ['none'])).to.equal(0)
    expect(await database.write('UPDATE last_number SET value = 7 WHERE name = ?', ['one'])).to.equal(1)
    expect(await database.write('DELETE FROM last_number WHERE name = ?', ['none'])).to.equal(0)
  })

  it('a write that waits too long for a lock fails with database_unavailable, and the next one works', async () => {
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    let locked = () => {}
    const isLocked = new Promise<void>(resolve => {
      locked = resolve
    })
    const holder = database.transaction(async tx => {
      await tx.write("UPDATE last_number SET value = 1 WHERE name = 'user'")
      locked()
      await held
    })
    const holderEnds = codeOf(holder)
    await isLocked
    const startedAt = Date.now()
    const late = database.write("UPDATE last_number SET value = value + 10 WHERE name = 'user'")
    expect(await codeOf(late)).to.equal('database_unavailable')
    expect(Date.now() - startedAt).to.be.lessThan(5_500)
    release()
    await holderEnds
    const before = (await numbers(database)).get('user')!
    expect(await database.write("UPDATE last_number SET value = value + 10 WHERE name = 'user'")).to.equal(1)
    expect((await numbers(database)).get('user')).to.equal(before + 10)
  })

  it('a transaction that failed by its time limit does not commit later', async () => {
    let goOn = () => {}
    const told = new Promise<void>(resolve => {
      goOn = resolve
    })
    const late = database.transaction(async tx => {
      await insert(tx, 'late')
      await told
      await insert(tx, 'later')
    })
    expect(await codeOf(late)).to.equal('database_unavailable')
    goOn()
    await insert(database, 'next')
    const left = await numbers(database)
    expect(['late', 'later', 'next'].map(name => left.has(name))).to.deep.equal([false, false, true])
  })

  it('a transaction that the database itself rolled back leaves no lock', async () => {
    const broken = database.transaction(async tx => {
      await insert(tx, 'gone')
      // SQLite rolls back by itself on a full disk, and MySQL during a shutdown.
      await tx.write('ROLLBACK')
      await tx.write('INSERT INTO no_such_table (name) VALUES (1)')
    })
    expect(await codeOf(broken)).to.not.equal('done')
    await database.transaction(tx => insert(tx, 'after'))
    const left = await numbers(database)
    expect([left.has('gone'), left.has('after')]).to.deep.equal([false, true])
  })

  it('a statement of a finished transaction throws, and does not run in the next one on the connection', async () => {
    let over: Queries | null = null
    await database.transaction(async tx => {
      over = tx
    })
    const next = database.transaction(async tx => {
      await insert(tx, 'next')
      return codeOf(insert(over!, 'stray'))
    })
    expect(await next).to.contain('given back')
    expect([...(await numbers(database)).keys()]).to.have.members(['user', 'next'])
  })

  it('an error names the code and the statement, without its values', async () => {
    await insert(database, 'unique')
    const error = await insert(database, 'unique').then(
      () => null,
      (thrown: Error) => thrown,
    )
    expect(error?.message).to.match(/^(SQLITE_CONSTRAINT_PRIMARYKEY|ER_DUP_ENTRY): INSERT INTO last_number/)
    expect(`${error?.message}${JSON.stringify(error)}`).to.not.contain('unique')
  })
})

onMariaDb('database connections', engine => {
  it('the loser of a deadlock between transactions is run again, or fails as database_unavailable', async () => {
    const database = await aDatabase(engine)
    await insert(database, 'x')
    await insert(database, 'y')
    const add = (tx: Queries, name: string) =>
      tx.write('UPDATE last_number SET value = value + 1 WHERE name = ?', [name])
    const runs = Array.from({ length: 20 }, (_, index) =>
      database.transaction(async tx => {
        const [first, second] = index % 2 === 0 ? ['x', 'y'] : ['y', 'x']
        await add(tx, first!)
        await turn()
        await add(tx, second!)
      }),
    )
    const codes = await Promise.all(runs.map(codeOf))
    const done = codes.filter(code => code === 'done').length
    expect(codes.filter(code => code !== 'done' && code !== 'database_unavailable')).to.deep.equal([])
    const left = await numbers(database)
    expect([left.get('x'), left.get('y')], 'exactly those that were answered').to.deep.equal([done, done])
    expect(done).to.be.greaterThan(10)
  })

  it('cells() prepares a statement once per connection, equals read(), and accepts only text values', async () => {
    const database = await aDatabase(engine)
    await insert(database, 'most', Number.MAX_SAFE_INTEGER)
    await insert(database, 'Oʻ', -1)
    const sql = `SELECT name, value, value = -1 AS isLeast, NULL AS nothing, COUNT(*) OVER () AS count,
      (SELECT SUM(1) FROM last_number) AS sum FROM last_number WHERE name IN (?, ?) ORDER BY value`
    const counted = async () => {
      const rows = await database.read<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'")
      return Number(rows[0]!.Value)
    }
    const before = await counted()
    const often = await Promise.all(Array.from({ length: 40 }, () => database.cells(sql, ['Oʻ', 'most'])))
    expect((await counted()) - before).to.be.within(1, 10)
    const rows = await database.read(sql, ['Oʻ', 'most'])
    expect(rows[1]).to.deep.include({ name: 'most', value: Number.MAX_SAFE_INTEGER, isLeast: 0, nothing: null })
    for (const one of often) expect(one).to.deep.equal(rows.map(row => Object.values(row as object)))
    expect(await codeOf(database.cells(sql, ['Oʻ', 1 as unknown as string]))).to.contain('value 2 is no text')
  })

  it('a single write that loses a deadlock is run again', async () => {
    const database = await aDatabase(engine)
    const names = ['p', 'q', 'r', 's']
    for (const name of names) await insert(database, name)
    const both = "UPDATE last_number SET value = value + 1 WHERE name IN ('p', 'q', 'r', 's')"
    const codes = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        codeOf(
          index % 2 === 0
            ? database.write(both)
            : database.transaction(async tx => {
                for (const name of [...names].reverse())
                  await tx.write('UPDATE last_number SET value = value + 1 WHERE name = ?', [name])
              }),
        ),
      ),
    )
    const done = codes.filter(code => code === 'done').length
    const left = await numbers(database)
    for (const name of names) expect(left.get(name)).to.equal(done)
    expect(codes.filter((code, index) => index % 2 === 0 && code !== 'done')).to.deep.equal([])
  })

  it('a transaction whose connection is killed fails with database_unavailable, and the pool goes on', async () => {
    const database = await aDatabase(engine)
    const killed = database.transaction(async tx => {
      await insert(tx, 'killed')
      const [row] = await tx.read<{ id: number }>('SELECT CONNECTION_ID() AS id')
      await tx.write(`KILL ${row!.id}`).catch(() => {})
      await insert(tx, 'afterwards')
    })
    expect(await codeOf(killed)).to.equal('database_unavailable')
    const codes = await Promise.all(Array.from({ length: 30 }, (_, index) => codeOf(insert(database, `on${index}`))))
    expect(new Set(codes)).to.deep.equal(new Set(['done']))
    const left = await numbers(database)
    expect([left.has('killed'), left.has('afterwards')]).to.deep.equal([false, false])
  })

  it('200 concurrent transactions share the pool, and all succeed', async () => {
    const database = await aDatabase(engine)
    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => codeOf(database.transaction(tx => insert(tx, `many${index}`)))),
    )
    expect(new Set(codes)).to.deep.equal(new Set(['done']))
  })

  it('a statement discarded before it got a connection is never sent, and no connection is lost', async () => {
    const database = await aDatabase(engine)
    const left = Array.from({ length: 20 }, (_, index) => {
      const lent = database.connections.writer()
      const sent = lent.query('INSERT INTO last_number (name, value) VALUES (?, 1)', [`left${index}`])
      lent.discard()
      return codeOf(sent)
    })
    expect((await Promise.all(left)).filter(code => !code.includes('DEADLINE'))).to.deep.equal([])
    expect([...(await numbers(database)).keys()]).to.deep.equal(['user'])
    const made = () => database.read("SHOW GLOBAL STATUS LIKE 'Connections'")
    const before = await made()
    await Promise.all(Array.from({ length: 10 }, () => numbers(database)))
    expect(await made()).to.deep.equal(before)
  })

  it('an unreachable database fails with database_unavailable', async () => {
    const settings = await engine.fresh()
    const unreachable = { ...settings, port: 1 } as Parameters<typeof openDatabase>[0]
    expect(await codeOf(openDatabase(unreachable))).to.equal('database_unavailable')
  })
})
