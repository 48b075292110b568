import { expect } from 'chai'
import { type Database, isDuplicate, type Queries } from '../../server/storage/database.js'
import { createDeviceStore } from '../../server/storage/devices.js'
import { createUserListStore } from '../../server/storage/user-lists.js'
import { createUserStore } from '../../server/storage/users.js'
import { aDatabase, aUserRow } from '../support/database.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'

const composed = 'caf\u00e9'
const decomposed = 'cafe\u0301'
const greatest = Number.MAX_SAFE_INTEGER

/** Texts that a collation with folding, padding or normalization considers equal. */
const lookalikes = [
  'a',
  'A',
  'a ',
  ' a',
  'á',
  'a\u0301',
  'ａ',
  'ß',
  'ss',
  'ı',
  'i',
  'İ',
  composed,
  decomposed,
  '😀',
  '😁',
  'a\u0000',
]

onEachEngine('text and numbers in the database', engine => {
  let database: Database
  let users: ReturnType<typeof createUserStore>
  beforeEach(async () => {
    database = await aDatabase(engine)
    users = createUserStore(database.dialect)
  })

  it('usernames are compared in binary: no case folding, padding or normalization', async () => {
    for (const [index, name] of lookalikes.entries())
      await users.insert(database, aUserRow(index + 1, { username: name, usernameKey: name }))
    for (const [index, name] of lookalikes.entries()) {
      const found = await users.findByKey(database, name)
      expect([found?.id, found?.username], JSON.stringify(name)).to.deep.equal([index + 1, name])
    }
    expect(await users.findByKey(database, 'A ')).to.equal(null)
  })

  it('ids are compared in binary: another case or a trailing space is another id', async () => {
    const devices = createDeviceStore(database.dialect)
    const empty = { clientDevice: null, name: '', browser: '', platform: '', userAgent: '', address: '' }
    await devices.insert(database, { ...empty, id: 'abc', userId: 1, firstSeenAt: 1, lastSeenAt: 1, endedAt: null })
    expect((await devices.find(database, 'abc'))?.id).to.equal('abc')
    for (const id of ['ABC', 'abc ', 'abc\u0000', ' abc', 'ab']) expect(await devices.find(database, id)).to.equal(null)
    expect(await devices.end(database, 'abc ', 2)).to.equal(false)
  })

  it('a second user with the same usernameKey is a duplicate, one in another case is not', async () => {
    await users.insert(database, aUserRow(1, { usernameKey: 'amy' }))
    await users.insert(database, aUserRow(2, { usernameKey: 'AMY' }))
    const error = await users.insert(database, aUserRow(3, { usernameKey: 'amy' })).catch((thrown: unknown) => thrown)
    expect(isDuplicate(error)).to.equal(true)
  })

  it('two users may both have usernameKey null', async () => {
    await users.insert(database, aUserRow(1, { usernameKey: null }))
    await users.insert(database, aUserRow(2, { usernameKey: null }))
  })

  it('a username filter matches by prefix, also with %, _, ! and backslash', async () => {
    for (const [index, name] of ['50%_off', '50x_off', '50%yoff', '!a', 'a\\b'].entries())
      await users.insert(database, aUserRow(index + 1, { username: name, usernameKey: name }))
    const lists = createUserListStore(database.dialect)
    const startingWith = async (username: string) => {
      const page = { after: null, limit: 10 }
      const { rows } = await lists.page(
        database,
        { username },
        'name',
        { now: 1, lifetimes: [{ from: 0, upto: 9, idle: 1, absolute: 1 }], applications: [] },
        page,
      )
      const ids = rows.map(row => row.id)
      return (await users.some(database, ids)).map(user => user.username)
    }
    expect(await startingWith('50%_')).to.deep.equal(['50%_off'])
    expect(await startingWith('!')).to.deep.equal(['!a'])
    expect(await startingWith('a\\')).to.deep.equal(['a\\b'])
    expect(await startingWith('A\\')).to.deep.equal(['a\\b'])
    expect(await startingWith('b')).to.deep.equal([])
  })

  it('integers up to 2^53 - 1 are returned unchanged, as numbers', async () => {
    for (const value of [0, 1, -1, 2 ** 31, 2 ** 32 + 1, Date.now(), greatest - 1, greatest]) {
      await database.write("UPDATE last_number SET value = ? WHERE name = 'user'", [value])
      const [row] = await database.read<{ value: unknown }>("SELECT value FROM last_number WHERE name = 'user'")
      expect(row!.value).to.equal(value)
    }
    await users.insert(database, aUserRow(greatest))
    await users.insert(database, aUserRow(greatest - 1))
    expect((await users.find(database, greatest))?.username).to.equal(`user${greatest}`)
    expect((await users.some(database, [greatest, greatest - 1])).map(user => user.id)).to.deep.equal([
      greatest - 1,
      greatest,
    ])
  })

  it('booleans, null and text of every Unicode plane are returned unchanged', async () => {
    const text = `'"\\%_\`; -- \n\t\r ${composed} ${decomposed} 😀 👩‍👩‍👧‍👦 漢字 \u202e\u0000 ${'ї'.repeat(20)}`
    const permissions = ['a:b', '"', '😀', '\\']
    await users.insert(database, aUserRow(1, { firstName: text, active: true, lastLoginAt: null, permissions }))
    await users.insert(database, aUserRow(2, { firstName: '', active: false, lastLoginAt: 5, permissions: [] }))
    const [one, two] = await users.some(database, [1, 2])
    expect([one!.firstName, one!.active, one!.lastLoginAt, one!.permissions]).to.deep.equal([
      text,
      true,
      null,
      permissions,
    ])
    expect([two!.firstName, two!.active, two!.lastLoginAt, two!.permissions]).to.deep.equal(['', false, 5, []])
  })

  it('a username of 150 four-byte characters fits its column', async () => {
    const name = '😀'.repeat(150)
    await users.insert(database, aUserRow(1, { username: name, usernameKey: name }))
    expect((await users.findByKey(database, name))?.username).to.equal(name)
  })
})

onEachEngine('settings of a database connection', engine => {
  it('isolation, time zone, SQL mode and collation are ours on each; SQLite has WAL and synchronous=FULL', async () => {
    const database = await aDatabase(engine)
    if (database.dialect.engine === 'sqlite') {
      const pragma = (name: string) =>
        database.transaction(async tx => Object.values((await tx.read<object>(`PRAGMA ${name}`))[0]!)[0])
      expect(await pragma('journal_mode')).to.equal('wal')
      // FULL: unlike NORMAL, it also survives a power failure.
      expect(await pragma('synchronous')).to.equal(2)
      // A waiting statement cannot be interrupted, so the wait is short and retried by the caller.
      expect(await pragma('busy_timeout')).to.equal(100)
      return
    }
    const settings = (tx: Queries) =>
      tx.read<Record<string, unknown>>(
        `SELECT CONNECTION_ID() AS id, @@tx_isolation AS isolation, @@time_zone AS zone, @@sql_mode AS mode,
           @@innodb_lock_wait_timeout AS wait, @@autocommit AS autocommit, @@character_set_client AS charset,
           @@collation_database AS collation`,
      )
    const seen = new Map<unknown, Record<string, unknown>>()
    // All ten connections of the pool at once, and more transactions that wait for one.
    await Promise.all(
      Array.from({ length: 15 }, () =>
        database.transaction(async tx => {
          const [row] = await settings(tx)
          seen.set(row!.id, row!)
          await tx.read('SELECT SLEEP(0.05)')
        }),
      ),
    )
    expect(seen.size).to.equal(10)
    for (const { id: _, ...row } of seen.values()) {
      expect(row).to.deep.equal({
        isolation: 'READ-COMMITTED',
        zone: '+00:00',
        mode: 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
        wait: 4,
        autocommit: 1,
        charset: 'utf8mb4',
        collation: 'utf8mb4_nopad_bin',
      })
    }
    const [flush] = await database.read<{ flush: number }>('SELECT @@innodb_flush_log_at_trx_commit AS flush')
    expect(flush!.flush).to.equal(1)
  })
})

onMariaDb('strict mode and locks', engine => {
  it('a value too long for its column is refused with ER_DATA_TOO_LONG, not truncated', async () => {
    const database = await aDatabase(engine)
    const users = createUserStore(database.dialect)
    const error = await users
      .insert(database, aUserRow(1, { firstName: 'x'.repeat(151) }))
      .catch((thrown: Error) => thrown)
    expect(String(error)).to.contain('ER_DATA_TOO_LONG')
  })

  it('a lock attempt on a missing row does not block its insertion by another connection', async () => {
    const database = await aDatabase(engine)
    const users = createUserStore(database.dialect)
    await database.transaction(async tx => {
      await users.lock(tx, 5)
      expect(await users.find(tx, 5)).to.equal(null)
      expect(await tx.write('UPDATE user SET active = 0 WHERE id = 5')).to.equal(0)
      // Another connection while this transaction is open: a gap lock would make it fail.
      const startedAt = Date.now()
      const other = database.connections.writer()
      await other.query(
        `INSERT INTO user (id, username, password_hash, first_name, last_name, email, active, permissions, ended_seq,
           password_changed_at, created_at) VALUES (5, '', '', '', '', '', 1, '[]', 0, 0, 0)`,
      )
      other.release()
      expect(Date.now() - startedAt).to.be.lessThan(1_000)
    })
  })
})
