// Errors of the database that its operator will mend, such as a missing right, a limit or an unfinished migration: 503
// until then.
import { expect } from 'chai'
import type { DatabaseSettings } from '../../config/settings.js'
import { aClient } from '../support/client.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { type MariaDb, startMariaDb, waitFor } from '../support/mariadb.js'
import { aServer, type TestServer } from '../support/server.js'

type Pair = { refresh: string; access: string }

/**
 * Expects a refresh to answer 503 with one log line that names the cause, and the same token to work once that is
 * mended.
 */
async function expectPassing(server: TestServer, pair: Pair, mend: () => Promise<unknown>, why: RegExp): Promise<void> {
  const client = aClient(server)
  server.logged.length = 0
  const refused = await client.refresh(pair.refresh)
  expect([refused.status, refused.body.code], refused.text).to.deep.equal([503, 'database_unavailable'])
  expect(refused.headers.get('retry-after')).to.match(/^[1-9]\d*$/)
  const lines = server.logged.filter(line => line.startsWith('a request '))
  expect(lines).to.have.length(1)
  expect(lines[0])
    .to.match(/^a request could not be served /)
    .and.match(why)

  await mend()
  const again = await waitFor(async () => {
    const answer = await client.refresh(pair.refresh)
    expect(answer.status, answer.text).to.equal(200)
    return answer
  })
  Object.assign(pair, again.body)
}

onEachEngine('a database schema that is being migrated or restored', engine => {
  it('a missing column or table: 503 until it is there', async () => {
    const server = await aServer({ engine })
    const { database } = server.composed.parts.storage
    const pair = await aClient(server).signIn(await server.aUser())
    await database.write('ALTER TABLE session RENAME COLUMN window_from TO gone')
    await expectPassing(
      server,
      pair,
      () => database.write('ALTER TABLE session RENAME COLUMN gone TO window_from'),
      /(ER_BAD_FIELD_ERROR|SQLITE_ERROR) \([^)]*window_from/,
    )
    await database.write('ALTER TABLE session RENAME TO gone')
    await expectPassing(
      server,
      pair,
      () => database.write('ALTER TABLE gone RENAME TO session'),
      /(ER_NO_SUCH_TABLE|SQLITE_ERROR) \([^)]*session/,
    )
  })

  it('a syntax error in a statement is a StorageFailure, and a parameter that is not finite a TypeError', async () => {
    const { composed } = await aServer({ engine })
    const { database } = composed.parts.storage
    for (const sql of ['SELEKT 1', 'SELECT FROM', 'INSERT INTO last_number (name) VALUES (NULL, 2)']) {
      const error = await database.read(sql).catch((thrown: Error) => thrown)
      expect(error, sql).to.have.property('name', 'StorageFailure')
    }
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const error = await database.read('SELECT id FROM user WHERE id = ?', [number]).catch((thrown: Error) => thrown)
      expect(error).to.be.instanceOf(TypeError)
      expect(String(error)).to.equal(`TypeError: value 1 is ${number}: SELECT id FROM user WHERE id = ?`)
    }
  })
})

onMariaDb('a MariaDB server that refuses connections or statements: 503 until it is mended', () => {
  let mariaDb: MariaDb
  let settings: Extract<DatabaseSettings, { engine: 'mysql' }>
  let server: TestServer
  let pair: Pair
  const who = "darvoza@'127.0.0.1'"
  before(async () => {
    mariaDb = await startMariaDb('--skip-name-resolve')
  })
  after(() => mariaDb.stop())
  beforeEach(async () => {
    settings = { ...(await mariaDb.create()), user: 'darvoza', password: 'secret' }
    await mariaDb.run(
      `CREATE OR REPLACE USER ${who} IDENTIFIED BY 'secret'`,
      `GRANT ALL ON ${settings.name}.* TO ${who}`,
    )
    server = await aServer({ engine: { name: 'MariaDB', fresh: async () => settings, migrated: async () => settings } })
    pair = await aClient(server).signIn(await server.aUser())
  })

  /** Changes the rules and kills the open connections, so that new ones are made under the new rules. */
  const cutOff = (...rules: string[]) => mariaDb.run(...rules, `KILL CONNECTION USER ${who}`)

  /** Waits until the connections that were open before are gone. */
  const untilRefused = (code: string) =>
    waitFor(async () => {
      const error = await server.composed.parts.storage.database.read('SELECT 1').catch((thrown: Error) => thrown)
      expect(error).to.have.nested.property('cause.code', code)
    })

  it('the password of the database user was changed', async () => {
    await cutOff(`ALTER USER ${who} IDENTIFIED BY 'other'`)
    await untilRefused('ER_ACCESS_DENIED_ERROR')
    await expectPassing(server, pair, () => mariaDb.run(`ALTER USER ${who} IDENTIFIED BY 'secret'`), /ER_ACCESS_DENIED/)
  })

  it('a right of the database user was revoked', async () => {
    await cutOff(`REVOKE UPDATE ON ${settings.name}.* FROM ${who}`)
    await expectPassing(
      server,
      pair,
      () => cutOff(`GRANT ALL ON ${settings.name}.* TO ${who}`),
      /ER_TABLEACCESS_DENIED_ERROR|PROTOCOL_CONNECTION_LOST/,
    )
  })

  it('the database user has reached MAX_QUERIES_PER_HOUR', async () => {
    await cutOff(`ALTER USER ${who} WITH MAX_QUERIES_PER_HOUR 1`)
    await untilRefused('ER_USER_LIMIT_REACHED')
    await expectPassing(
      server,
      pair,
      () => cutOff(`ALTER USER ${who} WITH MAX_QUERIES_PER_HOUR 0`),
      /ER_USER_LIMIT_REACHED/,
    )
  })

  it('the database is read-only', async () => {
    await mariaDb.run('SET GLOBAL read_only = 1')
    await expectPassing(server, pair, () => mariaDb.run('SET GLOBAL read_only = 0'), /ER_OPTION_PREVENTS_STATEMENT/)
  })
})
