import { expect } from 'chai'
import { compose } from '../../server/compose.js'
import { insertRows } from '../../server/storage/bulk.js'
import { aPool, connectionsOn } from '../../server/storage/connections/mysql.js'
import { createDataSource } from '../../server/storage/data-source.js'
import type { Database } from '../../server/storage/database.js'
import { writeFirstRows } from '../../server/storage/first-rows.js'
import { migrateDown, migrateUp, migrationStatus } from '../../server/storage/migrate.js'
import { migrationNames } from '../../server/storage/migrations/index.js'
import { tables as tableNames } from '../../server/storage/tables.js'
import { writtenUser } from '../../server/storage/user-rows.js'
import { anEmptyDatabase, anOpen, aUserRow } from '../support/database.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { testSettings } from '../support/server.js'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function drift(database: Database): Promise<string[]> {
  const source = await createDataSource(database.connections)
  const { upQueries } = await source.driver.createSchemaBuilder().log()
  await source.destroy()
  return upQueries.map(query => query.query)
}

async function tables(database: Database): Promise<string[]> {
  const sql =
    database.dialect.engine === 'sqlite'
      ? "SELECT name AS name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
  return (await database.read<{ name: string }>(sql)).map(row => row.name).sort()
}

onEachEngine('database migrations', engine => {
  it('create exactly the tables that the entities describe', async () => {
    const database = await anEmptyDatabase(engine)
    expect(await migrateUp(database)).to.have.members(migrationNames)
    expect(await tables(database)).to.deep.equal([...tableNames, 'migrations'].sort())
    expect(await drift(database)).to.deep.equal([])
  })

  it('schema drift check reports a column that no entity has', async () => {
    const database = await anEmptyDatabase(engine)
    await migrateUp(database)
    await database.write('ALTER TABLE incident ADD COLUMN stray int')
    expect(await drift(database)).to.not.deep.equal([])
  })

  it('run once: a second migrateUp does nothing, and all are reported as done', async () => {
    const database = await anEmptyDatabase(engine)
    await migrateUp(database)
    expect(await migrateUp(database)).to.deep.equal([])
    expect((await migrationStatus(database)).map(one => one.done)).to.deep.equal(migrationNames.map(() => true))
  })

  it('migrationStatus reports all as due on an empty database, and creates no table', async () => {
    const database = await anEmptyDatabase(engine)
    expect((await migrationStatus(database)).every(one => !one.done)).to.equal(true)
    expect(await tables(database)).to.deep.equal([])
  })

  it('can all be reverted and applied again without schema drift', async () => {
    const database = await anEmptyDatabase(engine)
    await migrateUp(database)
    const made = await tables(database)
    for (const _ of migrationNames) await migrateDown(database)
    expect(await tables(database)).to.deep.equal(['migrations'])
    expect((await migrationStatus(database)).every(one => !one.done)).to.equal(true)
    await migrateUp(database)
    expect(await tables(database)).to.deep.equal(made)
    expect(await drift(database)).to.deep.equal([])
  })

  it('continue after an aborted run: an existing table keeps its rows, the others are created', async () => {
    const whole = await anEmptyDatabase(engine)
    await migrateUp(whole)
    const made = await tables(whole)

    const database = await anEmptyDatabase(engine)
    const roleTable =
      database.dialect.engine === 'sqlite'
        ? 'CREATE TABLE "role" ("name" varchar(40) NOT NULL, "permissions" text NOT NULL, "built_in" boolean NOT NULL, CONSTRAINT "role_pk" PRIMARY KEY ("name"))'
        : 'CREATE TABLE `role` (`name` varchar(40) NOT NULL, `permissions` text NOT NULL, `built_in` tinyint NOT NULL, PRIMARY KEY (`name`)) ENGINE=InnoDB'
    await database.write(roleTable)
    await database.write("INSERT INTO role (name, permissions, built_in) VALUES ('half', '[]', 0)")
    await migrateUp(database)
    expect(await tables(database)).to.deep.equal(made)
    expect(await drift(database)).to.deep.equal([])
    expect(await database.read('SELECT name FROM role')).to.have.length(1)
  })

  it('UserWords indexes the names of existing users, also after an aborted run', async () => {
    const database = await anEmptyDatabase(engine)
    await migrateUp(database)
    while ((await tables(database)).includes('user_word')) await migrateDown(database)
    const before = Array.from({ length: 1_203 }, (_, index) => {
      const deleted = index === 7 ? { username: '', usernameKey: null, deletedAt: 1 } : {}
      return writtenUser(aUserRow(index, { lastName: index === 7 ? '' : `Gʻofurov${index}`, ...deleted }))
    })
    await insertRows(database, 'user', before)
    await migrateUp(database)
    const words = () => database.read<{ id: number; word: string }>('SELECT user_id AS id, word FROM user_word')
    const whole = await words()
    expect(whole).to.have.length(2 * 1_202)
    expect(whole).to.deep.include({ id: 1_202, word: 'gofurov1202' })
    // An aborted run: part of the words, and the migration not recorded as done.
    await database.write("DELETE FROM migrations WHERE name = 'UserWords1765000000000'")
    await database.write('DELETE FROM user_word WHERE user_id > 600')
    await migrateUp(database)
    expect(await words()).to.have.deep.members(whole)
  })

  it('first rows of an installation are not overwritten by a second writeFirstRows', async () => {
    const database = await anEmptyDatabase(engine)
    await migrateUp(database)
    const first = {
      application: { id: 'darvoza', name: 'Darvoza' },
      roles: { admin: ['darvoza:*'] },
      policy: '{}',
      accessLifetime: 60,
      logId: 'one',
      now: 1,
    }
    await writeFirstRows(database, first)
    await database.write("UPDATE log_head SET seq = 7, log_id = 'kept'")
    await database.write("UPDATE role SET permissions = '[]'")
    await writeFirstRows(database, { ...first, logId: 'two', now: 2 })
    expect(await database.read('SELECT seq, log_id AS logId FROM log_head')).to.deep.equal([{ seq: 7, logId: 'kept' }])
    expect(await database.read('SELECT permissions FROM role')).to.deep.equal([{ permissions: '[]' }])
  })
})

onMariaDb('first start on an empty database', engine => {
  it('four concurrent servers create one schema, one set of keys and secrets, one log, one administrator', async () => {
    const settings = testSettings(await engine.fresh())
    const servers = await Promise.all(Array.from({ length: 4 }, () => compose(settings, { log: silent })))
    try {
      await Promise.all(servers.map(server => server.migrate()))
      await Promise.all(servers.map(server => server.start()))
      const { database } = servers[0]!.parts.storage
      const count = async (table: string) =>
        Number((await database.read<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`))[0]!.count)
      const counts: Record<string, number> = {}
      for (const table of ['migrations', 'signing_key', 'sealed_secret', 'log_head', 'heartbeat', 'policy_version'])
        counts[table] = await count(table)
      expect(counts).to.deep.equal({
        migrations: migrationNames.length,
        signing_key: 2,
        sealed_secret: 4,
        log_head: 1,
        heartbeat: 1,
        policy_version: 1,
      })
      expect(await count('user')).to.equal(1)
      const kids = new Set(servers.map(server => server.parts.tokens.signingKeys.active().kid))
      const secrets = new Set(
        servers.map(server => server.parts.tokens.secrets.present('refresh').secret.toString('hex')),
      )
      expect([kids.size, secrets.size]).to.deep.equal([1, 1])
      expect(await drift(database)).to.deep.equal([])
    } finally {
      for (const server of servers) await server.close()
    }
  }).timeout(40_000)

  it('a pool connected before the migrations accepts the database by its present collation', async () => {
    const settings = await engine.fresh()
    if (settings.engine !== 'mysql') throw new Error('not MariaDB')
    const [one, two] = await Promise.all([aPool(settings), aPool(settings)])
    // Each pool has a connection, and has sent no statement yet.
    for (const pool of [one, two]) (await pool.promise().getConnection()).release()
    const first = { ...(await anOpen(settings)), connections: await connectionsOn(one) }
    try {
      expect(await migrateUp(first)).to.not.deep.equal([])
      await (await connectionsOn(two)).close()
      expect(await drift(await anOpen(settings))).to.deep.equal([])
    } finally {
      await first.connections.close()
    }
  })

  it('migrations run on a database with a name of 64 letters', async () => {
    const settings = await engine.fresh()
    if (settings.engine !== 'mysql') throw new Error('not MariaDB')
    const name = 'n'.repeat(64)
    const first = await anOpen(settings)
    await first.write(`CREATE DATABASE ${name}`)
    const long = await anOpen({ ...settings, name })
    expect(await migrateUp(long)).to.not.deep.equal([])
    await first.write(`DROP DATABASE ${name}`)
  })

  it('a database with tables and a padding or case-folding collation is refused, an empty one converted', async () => {
    for (const collation of ['utf8mb4_general_ci', 'utf8mb4_bin', 'latin1_swedish_ci']) {
      const settings = await engine.fresh()
      if (settings.engine !== 'mysql') throw new Error('not MariaDB')
      const admin = await anOpen(await engine.fresh())
      const [charset] = collation.split('_')
      await admin.write(`ALTER DATABASE ${settings.name} CHARACTER SET ${charset} COLLATE ${collation}`)
      await admin.write(`CREATE TABLE ${settings.name}.somebodys (id int)`)
      const error = await anOpen(settings).then(
        () => null,
        (thrown: Error) => thrown,
      )
      expect(error?.message).to.contain(collation)
      await admin.write(`DROP TABLE ${settings.name}.somebodys`)
      await migrateUp(await anOpen(settings))
    }
  })
})
