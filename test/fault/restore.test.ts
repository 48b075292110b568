// A database backup restored under running servers: they answer 503 log_went_back within a second, until an operator
// runs `darvoza log advance`.
import { execFileSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import mysql from 'mysql2/promise'
import type { DatabaseSettings } from '../../config/settings.js'
import { trials } from '../support/bursts.js'
import { aClient, type Client, claimsOf, type Pair } from '../support/client.js'
import { aCommandLine, type TestCommandLine } from '../support/command-line.js'
import { anOpen } from '../support/database.js'
import { lastLetIn } from '../support/enforcement.js'
import { aFolder, onMariaDb, onRedis } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { aServerProcess, type ServerProcess, secretKey, urlOf } from '../support/processes.js'
import { aRedis } from '../support/redis.js'
import { password } from '../support/server.js'

const admin = { username: 'admin', password }

function commandLineOf(database: DatabaseSettings, more: Record<string, string> = {}): TestCommandLine {
  return aCommandLine({ DATABASE_URL: urlOf(database), SECRET_KEY: secretKey, ...more })
}

/** Dumps the database with mariadb-dump. @returns restores that dump */
function dumped(database: DatabaseSettings): () => void {
  if (database.engine !== 'mysql') throw new Error('not MariaDB')
  const where = ['--no-defaults', `--host=${database.host}`, `--port=${database.port}`, `--user=${database.user}`]
  const dump = execFileSync('mariadb-dump', [...where, '--single-transaction', database.name])
  return () => void execFileSync('mariadb', [...where, database.name], { input: dump })
}

async function endOther(client: Client, own: Pair, other: Pair): Promise<void> {
  const { status } = await client.delete(`/api/me/sessions/${claimsOf(other.access).sid}/`, own.access)
  expect(status).to.be.below(300)
}

async function expectOver(clients: Client[], pair: Pair): Promise<void> {
  for (const client of clients) {
    const verified = await client.verify(pair.access)
    expect([verified.status, verified.body.reason], verified.text).to.deep.equal([401, 'session_ended'])
    const refreshed = await client.refresh(pair.refresh)
    expect([refreshed.status, refreshed.body.reason], refreshed.text).to.deep.equal([401, 'session_ended'])
  }
}

async function everyoneSays(clients: Client[], status: number): Promise<void> {
  await waitFor(async () => {
    for (const client of clients) expect((await client.get('/readyz')).status).to.equal(status)
  })
}

onMariaDb('a database restored from an older backup', engine => {
  async function history(settings: Record<string, string>) {
    const database = await engine.fresh()
    const servers: ServerProcess[] = []
    for (let count = 0; count < 2; count++) servers.push(await aServerProcess(database, {}, settings))
    const clients = servers.map(server => aClient(server))
    const [here] = clients as [Client]
    const darvoza = commandLineOf(database, settings)
    const before = await here.signIn(admin)
    const revived = await here.signIn(admin)
    const restore = dumped(database)
    await endOther(here, before, revived)
    const after = await here.signIn(admin)
    await endOther(here, before, await here.signIn(admin))
    const { body } = await here.post(
      '/api/admin/users/',
      { username: 'mallory', password: 'staple battery' },
      before.access,
    )
    const mallory = body.user_id as number
    expect((await here.post(`/api/admin/users/${mallory}/disable/`, {}, before.access)).status).to.equal(200)
    await waitFor(async () => {
      for (const client of clients) expect((await client.verify(revived.access)).status).to.equal(401)
    })
    return { database, servers, clients, darvoza, restore, pairs: { before, revived, after }, mallory }
  }

  it('running servers answer 503 log_went_back within a second, and 200 after `darvoza log advance`', async () => {
    const { servers, clients, darvoza, restore, pairs, mallory } = await history({})
    const [here] = clients as [Client]
    restore()
    const wentBack = { status: 503, code: 'log_went_back' }
    const letIn = await Promise.all(clients.map(client => lastLetIn(client, pairs.before.access, wentBack)))
    const noticed = Math.round(Math.max(...letIn))
    expect(noticed).to.be.below(1_000)
    await everyoneSays(clients, 503)
    for (const client of clients) {
      expect((await client.get('/readyz')).body.code).to.equal('log_went_back')
      for (const pair of Object.values(pairs)) {
        expect((await client.verify(pair.access)).body.code).to.equal('log_went_back')
        expect((await client.refresh(pair.refresh)).body.code).to.equal('log_went_back')
      }
      expect((await client.post('/api/token/', admin)).body.code).to.equal('log_went_back')
    }
    const refused = await darvoza.run(['session', 'end', '--user', 'admin', '--yes'])
    expect(refused.code, refused.stderr).to.equal(1)
    expect(refused.stderr).to.match(
      /^darvoza: The database is older than what this server has already reported.*darvoza log advance\n$/,
    )
    expect(await darvoza.json(['revocation', 'list']), 'looking is allowed').to.be.an('array')

    const startedAt = performance.now()
    const advanced = await darvoza.json(['log', 'advance', '--yes'])
    await everyoneSays(clients, 200)
    console.log(
      `      noticed by both after ${noticed} ms; the command and the way back took ${Math.round(performance.now() - startedAt)} ms`,
    )
    for (const pair of Object.values(pairs)) await expectOver(clients, pair)
    const again = await here.signIn(admin)
    for (const client of clients) expect((await client.verify(again.access)).status).to.equal(200)
    const made = await here.post('/api/admin/users/', { username: 'amy', password: 'staple battery' }, again.access)
    expect(made.body.user_id)
      .to.be.above(mallory)
      .and.equal(advanced.last_user_id + 1)
    expect((await darvoza.json(['audit', 'list', '--action', 'log_advanced']))[0].after.seq).to.equal(advanced.seq)
    for (const { complaints } of servers) {
      const text = complaints.join('')
      expect(text.match(/the database went back/g)).to.have.length(1)
      expect(text).to.not.match(/^error (?!the database went back)/m)
    }
  }).timeout(60_000)

  it('servers started later answer 503 log_went_back too, until `darvoza log advance`', async () => {
    const { database, servers, clients, darvoza, restore, pairs } = await history({})
    restore()
    await everyoneSays(clients, 503)
    for (const server of servers) await server.kill()
    const later = aClient(await aServerProcess(database, null))
    expect((await later.get('/readyz')).body.code).to.equal('log_went_back')
    expect((await later.verify(pairs.revived.access)).body.code).to.equal('log_went_back')
    await darvoza.done(['log', 'advance', '--yes'])
    await everyoneSays([later], 200)
    for (const pair of Object.values(pairs)) await expectOver([later], pair)
    await later.signIn(admin)
  }).timeout(60_000)

  it('after `darvoza log advance` with all servers stopped, servers refuse all earlier sessions', async () => {
    const { database, servers, darvoza, restore, pairs } = await history({})
    for (const server of servers) await server.kill()
    restore()
    const { seen, before } = await darvoza.json(['log', 'advance', '--yes'])
    expect(seen).to.equal(before.seq)
    const later = aClient(await aServerProcess(database, null))
    expect((await later.get('/readyz')).status).to.equal(200)
    for (const pair of Object.values(pairs)) await expectOver([later], pair)
    await later.signIn(admin)
  }).timeout(60_000)

  it('`darvoza log advance` killed at any instant either commits fully or not at all', async () => {
    const { database, clients, darvoza, restore, pairs } = await history({})
    restore()
    await everyoneSays(clients, 503)
    const store = await anOpen(database)
    const state = async () => {
      const [head] = await store.read<{ logId: string; seq: number; seenSeq: number | null; endedSeq: number }>(
        'SELECT log_id AS logId, seq, seen_seq AS seenSeq, ended_seq AS endedSeq FROM log_head',
      )
      const ends = await store.read<{ seq: number }>(
        "SELECT seq FROM revocation WHERE reason = 'log_advanced' ORDER BY seq DESC",
      )
      const notes = await store.read("SELECT seq FROM audit_entry WHERE action = 'log_advanced'")
      return { head: head!, ends, notes }
    }
    const first = (await state()).head.logId
    const logs = new Set([first])
    const check = async () => {
      const { head, ends, notes } = await state()
      logs.add(head.logId)
      expect(ends.length).to.equal(logs.size - 1)
      expect(notes.length).to.equal(logs.size - 1)
      if (head.logId !== first) {
        expect(ends[0]!.seq).to.equal(head.seq)
        expect([head.endedSeq, head.seenSeq]).to.deep.equal([head.seq, null])
      }
    }

    // Killed inside its transaction: it waits for the lock of log_head, and everything else is written already.
    const { engine: _, tls: __, name, ...where } = database as Extract<DatabaseSettings, { engine: 'mysql' }>
    const holder = await mysql.createConnection({ ...where, database: name })
    await holder.query('BEGIN')
    await holder.query('SELECT id FROM log_head FOR UPDATE')
    const waiting = waitFor(async () => {
      const held = await store.read("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
      expect(held).to.have.length(1)
    })
    await darvoza.start(['log', 'advance', '--yes'], '', waiting)
    await holder.end()
    await check()
    expect((await state()).head.logId).to.equal(first)
    const startedAt = performance.now()
    await darvoza.done(['log', 'advance', '--yes'])
    const usual = performance.now() - startedAt
    await check()
    for (let trial = 0; trial < trials(3); trial++) {
      const wait = usual * (0.7 + Math.random() * 0.4)
      await darvoza.start(['log', 'advance', '--yes'], '', new Promise(resolve => setTimeout(resolve, wait)))
      await check()
    }
    console.log(`      of ${trials(3)} that were killed at random ${logs.size - 2} had committed`)
    await darvoza.done(['log', 'advance', '--yes'])
    await everyoneSays(clients, 200)
    for (const pair of Object.values(pairs)) await expectOver(clients, pair)
    await clients[0]!.signIn(admin)
    expect((await darvoza.json(['audit', 'verify'])).intact).to.equal(true)
  }).timeout(120_000)

  onRedis('while all servers are stopped, with Redis', () => {
    it('answers 503 log_went_back at first, and `log advance` reports revocations kept in Redis', async () => {
      const redis = await aRedis()
      const settings = { REDIS_URL: redis.url }
      const { database, servers, darvoza, restore, pairs, mallory } = await history(settings)
      for (const server of servers) await server.kill()
      restore()
      const later = aClient(await aServerProcess(database, null, settings))
      const answer = await later.get('/readyz')
      expect(answer.body.code, 'its first answer').to.equal('log_went_back')
      const ran = await darvoza.run(['log', 'advance', '--yes'])
      expect(ran.code, ran.stderr).to.equal(0)
      expect(ran.stderr).to.include(`Undone: user_disabled of user ${mallory}\n`)
      await everyoneSays([later], 200)
      for (const pair of Object.values(pairs)) await expectOver([later], pair)
      await later.signIn(admin)
    }).timeout(60_000)
  })
})

describe('a SQLite file replaced by an older copy', () => {
  it('a newer access token gets 503 log_went_back, until `darvoza log advance` runs next to the server', async () => {
    const path = join(aFolder(), 'test.sqlite')
    const database: DatabaseSettings = { engine: 'sqlite', path }
    const server = await aServerProcess(database)
    const client = aClient(server)
    const own = await client.signIn(admin)
    const revived = await client.signIn(admin)
    await server.kill()
    const files = [path, `${path}-wal`]
    for (const file of files) copyFileSync(file, `${file}.copy`)

    const second = await aServerProcess(database, null)
    const again = aClient(second)
    await endOther(again, own, revived)
    const newer = await again.signIn(admin)
    await second.kill()
    for (const file of [...files, `${path}-shm`]) rmSync(file, { force: true })
    for (const file of files) copyFileSync(`${file}.copy`, file)

    const third = await aServerProcess(database, null)
    const later = aClient(third)
    expect((await later.verify(newer.access)).body.code).to.equal('log_went_back')
    expect((await later.get('/readyz')).body.code).to.equal('log_went_back')
    expect((await later.verify(revived.access)).status).to.equal(503)
    await commandLineOf(database).done(['log', 'advance', '--yes'])
    await everyoneSays([later], 200)
    for (const pair of [own, revived, newer]) await expectOver([later], pair)
    await later.signIn(admin)
  }).timeout(60_000)
})
