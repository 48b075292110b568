// MariaDB replication: a replica becomes primary before it has applied everything, and applies the rest later.
import { expect } from 'chai'
import mysql from 'mysql2/promise'
import { aClient, claimsOf } from '../support/client.js'
import { onMariaDb } from '../support/engines.js'
import { type MariaDb, startMariaDb, waitFor } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { aRelay, type Relay } from '../support/relay.js'
import { password } from '../support/server.js'

const admin = { username: 'admin', password }

async function run(database: MariaDb, ...statements: string[]): Promise<unknown[]> {
  const connection = await mysql.createConnection({ host: '127.0.0.1', port: database.port, user: 'root' })
  try {
    let rows: unknown[] = []
    for (const statement of statements) rows = (await connection.query(statement))[0] as unknown[]
    return rows
  } finally {
    await connection.end()
  }
}

onMariaDb('a replica promoted before it has caught up', () => {
  let primary: MariaDb
  let replica: MariaDb
  let relay: Relay
  beforeEach(async () => {
    primary = await startMariaDb('--server-id=1', '--log-bin=log', '--binlog-format=MIXED')
    replica = await startMariaDb('--server-id=2', '--log-bin=log', '--log-slave-updates')
    await run(
      replica,
      `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${primary.port}, MASTER_USER='root',
         MASTER_LOG_FILE='log.000001', MASTER_LOG_POS=4`,
      'START SLAVE',
    )
    relay = await aRelay(primary.port)
  })
  afterEach(async () => {
    relay.close()
    await primary.stop()
    await replica.stop()
  })

  it('causes 503 log_went_back at once, and sessions go on after it has caught up', async () => {
    const database = await primary.create()
    const server = await aServerProcess({ ...database, port: relay.port }, { reuse_grace: 1 })
    const client = aClient(server)
    const [own, other, third] = [await client.signIn(admin), await client.signIn(admin), await client.signIn(admin)]
    const seqAt = async (one: MariaDb) => await run(one, `SELECT seq, seen_seq FROM ${database.name}.log_head`)
    await waitFor(async () => expect(await seqAt(replica)).to.deep.equal(await seqAt(primary)))

    // Rotated, and the answer is lost: the client retries the old token as soon as it is answered at all.
    await client.refresh(third.refresh)
    const rotation = async (one: MariaDb) => await run(one, `SELECT MAX(generation) FROM ${database.name}.session`)
    await waitFor(async () => expect(await rotation(replica)).to.deep.equal(await rotation(primary)))
    await run(replica, 'STOP SLAVE SQL_THREAD')
    await client.delete(`/api/me/sessions/${claimsOf(other.access).sid}/`, own.access)
    const newest = await client.signIn(admin)
    expect((await client.verify(other.access)).status).to.equal(401)
    relay.turnTo(replica.port)
    const turnedAt = performance.now()
    // A session that the replica does not have yet: it must not be refused as unknown.
    const early = await client.refresh(newest.refresh)
    expect([early.status, early.body.code]).to.deep.equal([503, 'log_went_back'])
    await waitFor(async () => {
      const answer = await client.get('/readyz')
      expect([answer.status, answer.body.code]).to.deep.equal([503, 'log_went_back'])
    })
    const noticed = performance.now() - turnedAt
    for (const { access, refresh } of [own, other, newest]) {
      expect((await client.verify(access)).body.code).to.equal('log_went_back')
      expect((await client.refresh(refresh)).body.code).to.equal('log_went_back')
    }

    await new Promise(resolve => setTimeout(resolve, 4_000))
    await run(replica, 'START SLAVE SQL_THREAD')
    await waitFor(async () => expect((await client.get('/readyz')).status).to.equal(200))
    expect((await client.refresh(third.refresh)).status, 'long after the grace').to.equal(200)
    expect((await client.verify(other.access)).body.reason).to.equal('session_ended')
    for (const { access, refresh } of [own, newest]) {
      expect((await client.verify(access)).status).to.equal(200)
      expect((await client.refresh(refresh)).status).to.equal(200)
    }
    expect(server.complaints.join('').match(/the database went back/g)).to.have.length(1)
    console.log(`      noticed ${Math.round(noticed)} ms after it took over`)
  }).timeout(60_000)
})
