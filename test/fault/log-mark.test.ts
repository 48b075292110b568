// A backup is restored while no server runs, and `log advance` is not run: the mark in DATA_DIR shows that the log went
// back.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { DatabaseSettings } from '../../config/settings.js'
import { compose } from '../../server/compose.js'
import { aClient, claimsOf, type Pair } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password, type TestServer, testSettings } from '../support/server.js'

const admin = { username: 'admin', password }
const nothing = { seen: 0, userIds: 0 }
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Copies a database that is not open. @returns restores the copy, to the same place or another */
function dumped(database: DatabaseSettings): (to?: DatabaseSettings) => void {
  if (database.engine === 'sqlite') {
    const kept = `${database.path}.kept`
    copyFileSync(database.path, kept)
    return (to = database) => {
      if (to.engine !== 'sqlite') throw new Error('not SQLite')
      for (const more of ['', '-wal', '-shm']) rmSync(`${to.path}${more}`, { force: true })
      copyFileSync(kept, to.path)
    }
  }
  const where = ['--no-defaults', `--host=${database.host}`, `--port=${database.port}`, `--user=${database.user}`]
  const dump = execFileSync('mariadb-dump', [...where, '--single-transaction', database.name])
  return (to = database) => {
    if (to.engine !== 'mysql') throw new Error('not MariaDB')
    const made = Buffer.from(`ALTER DATABASE ${to.name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n`)
    execFileSync('mariadb', [...where, to.name], { input: Buffer.concat([made, dump]) })
  }
}

const again = (server: TestServer, database = server.settings.database) =>
  aServer({ settings: { ...server.settings, database }, clock: server.clock, policy: null })

async function expectStopped(server: TestServer, pair: Pair): Promise<void> {
  const client = aClient(server)
  for (const answer of [
    await client.verify(pair.access),
    await client.refresh(pair.refresh),
    await client.get('/readyz'),
  ])
    expect([answer.status, answer.body.code], answer.text).to.deep.equal([503, 'log_went_back'])
  expect(server.logged.filter(line => line.includes('"by":"a mark in DATA_DIR"'))).to.have.length(1)
}

onEachEngine('a database restored while no server ran', engine => {
  /** Makes a backup and then ends a session, which the backup does not know. */
  async function history() {
    const first = await aServer({ engine })
    const pair = await aClient(first).signIn(admin)
    await first.composed.jobs.runAll()
    await first.close()
    const restore = dumped(first.settings.database)
    const second = await again(first)
    const { sid, sub } = claimsOf(pair.access)
    await second.composed.parts.devices.sessions.end(sid, Number(sub), 'system')
    expect((await aClient(second).verify(pair.access)).body.reason).to.equal('session_ended')
    return { server: second, pair, restore }
  }

  it('makes the next servers answer 503 log_went_back, until the log is advanced', async () => {
    const { server, pair, restore } = await history()
    await server.close()
    restore()
    const restarted = await again(server)
    await expectStopped(restarted, pair)
    await restarted.composed.jobs.runAll()
    await restarted.close()
    const third = await again(server)
    await expectStopped(third, pair)
    await third.composed.parts.tokens.logAdvance(nothing, 'operator:test')
    const client = aClient(third)
    expect((await client.get('/readyz')).status).to.equal(200)
    expect((await client.verify(pair.access)).body.reason).to.equal('session_ended')
    await client.signIn(admin)
    await third.close()
    const fourth = await again(server)
    expect((await aClient(fourth).get('/readyz')).status).to.equal(200)
    await fourth.close()
    // The mark knows the advanced log: a second restore of the same backup is noticed too.
    restore()
    await expectStopped(await again(server), pair)
  })

  it('is noticed also when it is restored to another address', async () => {
    const { server, pair, restore } = await history()
    await server.close()
    const elsewhere = await engine.fresh()
    restore(elsewhere)
    await expectStopped(await again(server, elsewhere), pair)
  })

  // The rest does not depend on the engine: once is enough.
  if (engine.name !== 'SQLite') return

  it('is noticed also after a kill, by the last periodic mark', async () => {
    const { server, pair, restore } = await history()
    await server.composed.jobs.runAll()
    const marks = readFileSync(join(server.settings.dataDir, 'log-marks.json'))
    await server.close()
    writeFileSync(join(server.settings.dataDir, 'log-marks.json'), marks)
    restore()
    await expectStopped(await again(server), pair)
  })

  it('is not reported for a new database, or on return to the previous one', async () => {
    const { server } = await history()
    await server.close()
    const other = await again(server, await engine.fresh())
    expect((await aClient(other).get('/readyz')).status).to.equal(200)
    await other.close()
    const back = await again(server)
    expect((await aClient(back).get('/readyz')).status).to.equal(200)
    await back.close()
    const { logs } = JSON.parse(readFileSync(join(server.settings.dataDir, 'log-marks.json'), 'utf8'))
    expect(logs).to.have.length(2)
    expect(JSON.stringify(logs)).to.not.include('root@')
  })

  it('is not noticed by a command on a copy, which neither reads nor writes the mark', async () => {
    const { server, restore } = await history()
    await server.close()
    const path = join(server.settings.dataDir, 'log-marks.json')
    const before = readFileSync(path, 'utf8')
    const copy = await engine.fresh()
    restore(copy)
    const command = await compose({ ...server.settings, database: copy }, { log: silent })
    await command.parts.revocation.tail.readNow()
    expect(command.parts.revocation.highWater.wentBack).to.equal(false)
    await command.parts.tokens.logAdvance(nothing, 'operator:test')
    await command.close()
    expect(readFileSync(path, 'utf8')).to.equal(before)
    const back = await again(server)
    expect((await aClient(back).get('/readyz')).status).to.equal(200)
  })
})

describe('the mark of the revocation log in DATA_DIR', () => {
  const marksOf = ({ settings }: TestServer) => join(settings.dataDir, 'log-marks.json')

  it('is ignored with one log line when it cannot be read or written', async () => {
    const server = await aServer()
    writeFileSync(marksOf(server), '{"logs": [{"ids": "nonsense"')
    await server.close()
    writeFileSync(marksOf(server), '{"logs": [{"ids": "nonsense"')
    const again = await aServer({ settings: server.settings, policy: null })
    expect((await aClient(again).get('/readyz')).status).to.equal(200)
    expect(again.logged.filter(line => line.includes('cannot be kept in DATA_DIR'))).to.have.length(1)
    expect(JSON.parse(readFileSync(marksOf(again), 'utf8')).logs).to.have.length(1)

    // A directory that cannot be made: a file lies in its place.
    const dataDir = join(server.settings.dataDir, 'log-marks.json')
    const other = await aServer({ settings: { ...testSettings(server.settings.database), dataDir }, policy: null })
    await other.composed.jobs.runAll()
    await other.composed.jobs.runAll()
    expect((await aClient(other).get('/readyz')).status).to.equal(200)
    expect(other.logged.filter(line => line.includes('cannot be kept in DATA_DIR'))).to.have.length(1)
  })

  it('has mode 600, leaves no temporary file, and is written only when something was revoked', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    await server.composed.jobs.runAll()
    await server.composed.jobs.runAll()
    expect(readdirSync(server.settings.dataDir).filter(name => name.startsWith('log-marks'))).to.deep.equal([
      'log-marks.json',
    ])
    expect(statSync(marksOf(server)).mode & 0o777).to.equal(0o600)
    rmSync(marksOf(server))
    await server.composed.jobs.runAll()
    expect(existsSync(marksOf(server))).to.equal(false)
    await server.composed.parts.people.users.disable(amy.id, 'system')
    await Promise.all(Array.from({ length: 5 }, () => server.composed.jobs.runAll()))
    const [log] = JSON.parse(readFileSync(marksOf(server), 'utf8')).logs
    expect(log.seq).to.equal(server.composed.parts.revocation.tail.position)
  })

  it('shared by two processes, never falls below the position of the further one', async () => {
    const server = await aServer()
    const path = marksOf(server)
    const {
      revocation: { tail },
      people: { users },
    } = server.composed.parts
    await users.disable((await server.aUser()).id, 'system')
    await server.composed.jobs.runAll()
    // As when a slower process overwrites it between this process's read and write.
    const file = JSON.parse(readFileSync(path, 'utf8'))
    file.logs[0].seq--
    writeFileSync(path, JSON.stringify(file))
    await server.composed.jobs.runAll()
    expect(JSON.parse(readFileSync(path, 'utf8')).logs[0].seq).to.equal(tail.position)
    // A process that is further.
    file.logs[0].seq = 1_000
    writeFileSync(path, JSON.stringify(file))
    await users.disable((await server.aUser()).id, 'system')
    await server.composed.jobs.runAll()
    expect(JSON.parse(readFileSync(path, 'utf8')).logs[0].seq).to.equal(1_000)
  })
})
