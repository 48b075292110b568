// MariaDB with global settings that change the meaning of statements: each connection resets them, or the start is
// refused.
import { expect } from 'chai'
import type { DatabaseSettings } from '../../config/settings.js'
import { rowsOf } from '../../server/storage/connections/connections.js'
import { openDatabase } from '../../server/storage/database.js'
import { migrateUp } from '../../server/storage/migrate.js'
import { widenForMigrations } from '../../server/storage/mysql-session.js'
import { sessionVariables } from '../../server/storage/mysql-variables.js'
import { aClient } from '../support/client.js'
import { anOpen } from '../support/database.js'
import { onMariaDb } from '../support/engines.js'
import { type MariaDb, startMariaDb } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { password } from '../support/server.js'

const admin = { username: 'admin', password }

/** Each value is the opposite of what the server relies on, where there is an opposite. */
const hostile: Record<string, string> = {
  autocommit: '0',
  completion_type: "'CHAIN'",
  tx_isolation: "'SERIALIZABLE'",
  tx_read_only: '1',
  innodb_snapshot_isolation: '1',
  sql_mode: "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,PAD_CHAR_TO_FULL_LENGTH'",
  sql_auto_is_null: '1',
  sql_select_limit: '1',
  sql_big_selects: '0',
  sql_safe_updates: '1',
  max_sort_length: '64',
  foreign_key_checks: '0',
  unique_checks: '0',
  default_storage_engine: "'MyISAM'",
  alter_algorithm: "'INSTANT'",
  time_zone: "'+05:00'",
  character_set_client: "'latin1'",
  character_set_results: "'latin1'",
  collation_connection: "'latin1_swedish_ci'",
  innodb_lock_wait_timeout: '1',
  lock_wait_timeout: '1',
  max_statement_time: '0.05',
  idle_transaction_timeout: '1',
  wait_timeout: '1',
}

onMariaDb('a MariaDB server with hostile global settings', () => {
  let mariaDb: MariaDb
  before(async () => {
    mariaDb = await startMariaDb('--log-bin', '--skip-character-set-client-handshake', '--character-set-server=latin1')
  })
  after(() => mariaDb.stop())

  async function aHostileDatabase(): Promise<DatabaseSettings> {
    const settings = await mariaDb.create()
    await mariaDb.run(...Object.entries(hostile).map(([name, value]) => `SET GLOBAL ${name} = ${value}`))
    return settings
  }

  /** Resets the global settings for the test's own connections. */
  const pacify = () => mariaDb.run(...Object.keys(hostile).map(name => `SET GLOBAL ${name} = DEFAULT`))
  afterEach(pacify)

  it('each connection sets its session variables before its first statement, and only once', async () => {
    const database = await anOpen(await aHostileDatabase())
    await migrateUp(database)
    const told = async () => {
      const rows = await database.read<{ name: string; value: string; id: number }>(
        `SELECT LOWER(variable_name) AS name, variable_value AS value, CONNECTION_ID() AS id
           FROM information_schema.session_variables`,
      )
      return { id: rows[0]!.id, values: new Map(rows.map(row => [row.name, row.value])) }
    }
    const connections = await Promise.all(Array.from({ length: 10 }, told))
    expect(new Set(connections.map(({ id }) => id)).size).to.equal(10)

    const wanted = Object.entries(sessionVariables('utf8mb4_nopad_bin'))
    for (const { values } of connections) {
      const is = (name: string) => (/timeout|time$|length/.test(name) ? Number(values.get(name)) : values.get(name))
      for (const [name, { value, formerly }] of wanted) {
        const known = [name, formerly ?? ''].find(one => values.has(one))
        if (known) expect(is(known), name).to.equal(value)
      }
    }
    // Every row of the table of session variables that this MariaDB has was made hostile above.
    const has = wanted.flatMap(([name, { formerly }]) => [name, formerly ?? ''])
    expect(has.filter(name => connections[0]!.values.has(name)).sort()).to.deep.equal(Object.keys(hostile).sort())

    const [sets] = await database.read<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Com_set_option'")
    await Promise.all(connections.map(told))
    expect(await database.read("SHOW GLOBAL STATUS LIKE 'Com_set_option'")).to.deep.equal([
      { Variable_name: 'Com_set_option', Value: sets!.Value },
    ])
  })

  it('migrations, and servers that wait for them, run without the statement and lock timeouts', async () => {
    const database = await anOpen(await aHostileDatabase())
    const connection = database.connections.writer()
    const ask = async (sql: string) => rowsOf(await connection.query(sql))
    await widenForMigrations(ask)
    const rows = (await ask(
      `SHOW SESSION VARIABLES WHERE Variable_name IN
         ('max_statement_time', 'lock_wait_timeout', 'innodb_lock_wait_timeout', 'idle_transaction_timeout')`,
    )) as { Variable_name: string; Value: string }[]
    connection.discard()
    expect(Object.fromEntries(rows.map(row => [row.Variable_name, Number(row.Value)]))).to.deep.equal({
      max_statement_time: 0,
      idle_transaction_timeout: 0,
      lock_wait_timeout: 60,
      innodb_lock_wait_timeout: 60,
    })
  })

  it('data that was acknowledged survives kill -9 of one server, for a second and a later server', async () => {
    const settings = await aHostileDatabase()
    const [server, beside] = await Promise.all([aServerProcess(settings, {}), aServerProcess(settings, {})])
    const client = aClient(server)
    const pair = await client.signIn(admin)
    const refreshed = (await client.refresh(pair.refresh)).body
    const name = { first_name: 'Oʻgʻiloy 😀', last_name: 'Егорова "\\\'' }
    expect((await client.patch('/api/me/', name, refreshed.access)).status).to.equal(200)
    await server.kill()

    const after = await aServerProcess(settings, null)
    for (const other of [beside, after]) {
      const again = await aClient(other).refresh(refreshed.refresh)
      expect(again.status, again.text).to.equal(200)
      expect((await aClient(other).get('/api/me/', again.body.access)).body).to.include(name)
      refreshed.refresh = again.body.refresh
    }
    const access = (await aClient(after).signIn(admin)).access
    const verified = await aClient(after).get('/api/admin/audit/verify/', access)
    expect(verified.body).to.deep.include({ intact: true })
  }).timeout(60_000)

  describe('opening the database is refused with the reason', () => {
    /** The error message of opening the database, or 'opened'. */
    const refusalOf = (settings: DatabaseSettings) =>
      openDatabase(settings).then(
        async database => {
          await database.close()
          return 'opened'
        },
        (error: Error) => error.message,
      )

    it('when a session variable does not take the value that was set', async () => {
      // MariaDB caps the value at its maximum and raises only a warning.
      const bound = await startMariaDb('--maximum-wait-timeout=10', '--maximum-max-sort-length=100')
      try {
        expect(await refusalOf(await bound.create())).to.match(
          /^the database is not suitable: the server keeps max_sort_length at 100, and it must be 1024: .*; the server keeps wait_timeout at 10, /,
        )
      } finally {
        await bound.stop()
      }
    })

    it('when a global setting breaks statements and no connection can override it', async () => {
      const settings = await mariaDb.create()
      await mariaDb.run("SET GLOBAL binlog_format = 'STATEMENT'", 'SET GLOBAL max_allowed_packet = 524288')
      expect(await refusalOf(settings)).to.match(/binlog_format at STATEMENT.*max_allowed_packet at 524288/)
      await mariaDb.run('SET GLOBAL binlog_format = DEFAULT', 'SET GLOBAL max_allowed_packet = DEFAULT')
      expect(await refusalOf(settings)).to.equal('opened')
    })

    it('when a table has an engine without transactions or another collation', async () => {
      const settings = (await mariaDb.create()) as Extract<DatabaseSettings, { engine: 'mysql' }>
      const database = await openDatabase(settings)
      await migrateUp(database)
      await database.close()
      await mariaDb.run(
        `ALTER TABLE ${settings.name}.heartbeat ENGINE = MyISAM`,
        `ALTER TABLE ${settings.name}.application CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`,
      )
      expect(await refusalOf(settings)).to.match(
        /application \(InnoDB, utf8mb4_general_ci\), heartbeat \(MyISAM, utf8mb4_nopad_bin\)/,
      )
    })
  })

  it('opening the database remarks on settings with which a database crash loses acknowledged commits', async () => {
    const settings = await mariaDb.create()
    expect((await anOpen(settings)).warnings).to.deep.equal([])
    await mariaDb.run('SET GLOBAL innodb_flush_log_at_trx_commit = 2')
    const { warnings: remarks } = await anOpen(settings)
    await mariaDb.run('SET GLOBAL innodb_flush_log_at_trx_commit = DEFAULT')
    expect(remarks.join()).to.match(/innodb_flush_log_at_trx_commit at 2/)
  })
})
