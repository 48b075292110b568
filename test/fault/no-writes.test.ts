// A database that refuses writes, because its disk is full or it is read-only: 503 and never a sign-out, /readyz
// answers 503, and once writes succeed again no restart is needed.
import { mkdirSync } from 'node:fs'
import { expect } from 'chai'
import mysql from 'mysql2/promise'
import type { DatabaseSettings } from '../../config/settings.js'
import { type Answer, aClient, type Client } from '../support/client.js'
import { missing, onMariaDb, skipFor } from '../support/engines.js'
import { mariadbd, startMariaDb, waitFor } from '../support/mariadb.js'
import { aServerProcess, killProcesses } from '../support/processes.js'
import { password } from '../support/server.js'
import { aSmallDisk } from '../support/small-disk.js'

const admin = { username: 'admin', password }
const noMount = 'this user may not mount a filesystem'

/** Signs in until the disk is full. @returns the first refusal */
async function signInUntilRefused(client: Client): Promise<Answer> {
  for (let tries = 0; tries < 3_000; tries++) {
    const answer = await client.post('/api/token/', admin)
    if (answer.status !== 200) return answer
  }
  throw new Error('the disk does not fill')
}

async function throughAFullDisk(settings: DatabaseSettings, disk: { fill(): void; clear(): void }): Promise<void> {
  const server = await aServerProcess(settings, { sign_in_guesses_per_hour: 10_000 })
  const client = aClient(server)
  const pair = await client.signIn(admin)
  disk.fill()
  const refused = await signInUntilRefused(client)
  expect([refused.status, refused.body.code], refused.text).to.deep.equal([503, 'database_unavailable'])
  expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0)
  expect((await client.get('/readyz')).status).to.equal(503)
  expect((await client.get('/healthz')).status).to.equal(200)
  expect((await client.verify(pair.access)).status, 'what was given out before').to.equal(200)
  expect(server.complaints.join('')).to.match(/accepts no writes: the disk of the database is full/)
  disk.clear()
  await waitFor(async () => expect((await client.get('/readyz')).status).to.equal(200))
  expect((await client.refresh(pair.refresh)).status).to.equal(200)
  await client.signIn(admin)
}

describe('a full disk of the database: sign-in and /readyz answer 503, and recover without a restart', () => {
  it('under SQLite', async function () {
    const disk = aSmallDisk(16)
    if (!disk) return skipFor(this, noMount)
    mkdirSync(`${disk.path}/data`)
    await throughAFullDisk({ engine: 'sqlite', path: `${disk.path}/data/test.sqlite` }, disk)
  }).timeout(60_000)

  if (!mariadbd) missing('under MariaDB', 'mariadbd is not installed (apt-get install mariadb-server)')
  else
    it('under MariaDB', async function () {
      const disk = aSmallDisk(256)
      if (!disk) return skipFor(this, noMount)
      const { TMPDIR } = process.env
      process.env.TMPDIR = disk.path
      const small = ['--innodb-log-file-size=4M', '--innodb-flush-method=nosync']
      const mariadb = await startMariaDb(...small).finally(() => {
        if (TMPDIR === undefined) delete process.env.TMPDIR
        else process.env.TMPDIR = TMPDIR
      })
      try {
        await throughAFullDisk(await mariadb.create(), disk)
      } finally {
        await killProcesses()
        await mariadb.stop()
      }
    }).timeout(120_000)
})

onMariaDb('a read-only database', engine => {
  it('refreshes and /readyz answer 503, and recover without a restart', async () => {
    const settings = await engine.migrated()
    if (settings.engine !== 'mysql') throw new Error('this is about MariaDB')
    const { host, port, name } = settings
    const root = await mysql.createConnection({ host, port, user: 'root' })
    const user = `plain_${name}`
    await root.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'plain'`)
    await root.query(`GRANT ALL ON ${name}.* TO '${user}'@'%'`)
    const server = await aServerProcess({ ...settings, user, password: 'plain' })
    const client = aClient(server)
    const pair = await client.signIn(admin)
    try {
      await root.query('SET GLOBAL read_only = 1')
      const refused = await client.refresh(pair.refresh)
      expect([refused.status, refused.body.code], refused.text).to.deep.equal([503, 'database_unavailable'])
      expect((await client.get('/readyz')).status).to.equal(503)
      expect((await client.verify(pair.access)).status).to.equal(200)
      expect(server.complaints.join('')).to.match(/accepts no writes: the database is read-only/)
    } finally {
      await root.query('SET GLOBAL read_only = 0')
      await root.end()
    }
    await waitFor(async () => expect((await client.get('/readyz')).status).to.equal(200))
    expect((await client.refresh(pair.refresh)).status).to.equal(200)
  }).timeout(40_000)
})
