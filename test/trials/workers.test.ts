// Worker processes behind one port: replacement, stop, connection handover and missing file descriptors.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { DatabaseSettings } from '../../config/settings.js'
import { aClient, claimsOf } from '../support/client.js'
import { descriptorsOf, limitDescriptors } from '../support/descriptors.js'
import { aFolder, onMariaDb, onRedis } from '../support/engines.js'
import { ended, freePort, waitFor } from '../support/mariadb.js'
import { urlOf } from '../support/processes.js'
import { exchange } from '../support/raw.js'
import { aRedis } from '../support/redis.js'

const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))

type Running = { url: string; child: ChildProcess; printed: () => string; workers: () => number[] }

onMariaDb('several workers on one port', engine =>
  onRedis('with a shared Redis', () => {
    const children: ChildProcess[] = []
    afterEach(async () => {
      await Promise.all(children.splice(0).map(child => ended(child, 'SIGKILL')))
    })

    async function start(settings: Record<string, string>, cwd = aFolder()): Promise<Running> {
      const port = await freePort()
      const child = spawn(process.execPath, [main], {
        cwd,
        env: {
          PATH: process.env.PATH,
          PORT: String(port),
          WORKERS: '3',
          SECRET_KEY: Buffer.from('a test secret key of 32+ bytes! 0123456789').toString('base64'),
          ...settings,
        },
      })
      children.push(child)
      let printed = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', chunk => {
          printed += chunk
        })
      const died = new Promise<never>((_, reject) => child.once('exit', () => reject(new Error(printed))))
      died.catch(() => {})
      const ready = waitFor(async () => expect(printed).to.include('Darvoza is ready'))
      await Promise.race([ready, died])
      return { url: `http://127.0.0.1:${port}`, child, printed: () => printed, workers: () => childrenOf(child.pid!) }
    }

    async function settingsOf(database: DatabaseSettings): Promise<Record<string, string>> {
      return { DATABASE_URL: urlOf(database), REDIS_URL: (await aRedis()).url }
    }

    /** A new connection for each request, so that every worker gets some. */
    const fresh = { headers: { Connection: 'close' } }

    it('print the password once, all refuse an ended session, and a killed worker is replaced', async () => {
      const running = await start(await settingsOf(await engine.migrated()))
      await waitFor(async () => expect(running.workers()).to.have.length(3))
      const [, password] = /password {2}(\S+)/.exec(running.printed()) ?? []
      expect(running.printed().match(/This password is shown once/g)).to.have.length(1)
      const client = aClient(running)
      const printed = { old_password: password!, new_password: 'a password of my own' }
      const { access } = await client.signIn({ username: 'admin', password: password! })
      expect((await client.post('/api/me/password/', printed, access)).status).to.be.below(300)
      const admin = { username: 'admin', password: printed.new_password }
      const [own, other] = [await client.signIn(admin), await client.signIn(admin)]

      await client.delete(`/api/me/sessions/${claimsOf(other.access).sid}/`, own.access)
      await new Promise(resolve => setTimeout(resolve, 150))
      const verify = { ...fresh, json: { token: other.access } }
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => client.send('POST', '/api/token/verify/', verify)),
      )
      expect(new Set(answers.map(answer => answer.status))).to.deep.equal(new Set([401]))

      const [victim, ...others] = running.workers()
      process.kill(victim!, 'SIGKILL')
      await waitFor(async () => {
        const present = running.workers()
        expect(present).to.have.length(3).and.include.members(others)
        expect(present).to.not.include(victim)
      })
      await waitFor(async () => {
        const healthy = await Promise.all(Array.from({ length: 12 }, () => client.send('GET', '/readyz', fresh)))
        expect(healthy.map(answer => [answer.status, answer.body.redis])).to.deep.equal(healthy.map(() => [200, 'ok']))
      })
      expect(running.printed()).to.include('a worker died; another is started')

      const gone = running.workers()
      running.child.kill('SIGTERM')
      await new Promise(resolve => running.child.once('exit', resolve))
      expect(running.child.exitCode).to.equal(0)
      expect(gone.filter(isAlive)).to.deep.equal([])
    }).timeout(60_000)

    it('finish begun requests at SIGTERM, and end when their leader is killed', async () => {
      const running = await start({
        ...(await settingsOf(await engine.migrated())),
        ADMIN_PASSWORD: 'correct horse battery',
      })
      const client = aClient(running)
      // One sign-in for each worker: more would wait for each other, and a busy machine may answer 503.
      const signIns = Array.from({ length: 3 }, () =>
        client.send('POST', '/api/token/', {
          ...fresh,
          json: { username: 'admin', password: 'correct horse battery' },
        }),
      )
      await new Promise(resolve => setTimeout(resolve, 150))
      running.child.kill('SIGTERM')
      expect((await Promise.all(signIns)).map(answer => answer.status)).to.deep.equal([200, 200, 200])
      await new Promise(resolve => running.child.once('exit', resolve))

      const next = await start(await settingsOf(await engine.migrated()))
      const orphans = await waitFor(async () => {
        expect(next.workers()).to.have.length(3)
        return next.workers()
      })
      next.child.kill('SIGKILL')
      await waitFor(async () => expect(orphans.filter(isAlive)).to.deep.equal([]))
    }).timeout(60_000)

    it('a connection is handed to a second worker when the first dies, and to no third', async () => {
      const running = await start(await settingsOf(await engine.migrated()))
      const first = await waitFor(async () => {
        expect(running.workers()).to.have.length(3)
        return running.workers()
      })
      for (const pid of first) process.kill(pid, 'SIGSTOP')
      // Each of the three workers has one of these connections, and confirms none.
      const health = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
      const answers = Array.from({ length: 3 }, () => exchange(running, health))
      await waitFor(async () => expect(await connectionsOf(running)).to.equal(3))
      for (const [index, pid] of first.entries()) {
        process.kill(pid, 'SIGKILL')
        await waitFor(async () =>
          expect(running.printed().match(/a worker died; another is started/g)).to.have.length(index + 1),
        )
      }
      // The last worker's own connection is handed on for the first time; the other two have been with a second worker
      // already.
      const statuses = (await Promise.all(answers)).map(text => text.slice(0, 12)).sort()
      expect(statuses).to.deep.equal(['', '', 'HTTP/1.1 200'])
      expect((await aClient(running).send('GET', '/healthz', fresh)).status).to.equal(200)
    }).timeout(60_000)

    it('serve again after they had run out of file descriptors', async () => {
      const running = await start(await settingsOf(await engine.migrated()))
      const workers = await waitFor(async () => {
        expect(running.workers()).to.have.length(3)
        return running.workers()
      })
      const before = descriptorsOf(running.child.pid!)
      for (const pid of workers) limitDescriptors(pid, descriptorsOf(pid) + 10)
      const { hostname, port } = new URL(running.url)
      const sockets = Array.from({ length: 100 }, () => connect(Number(port), hostname).on('error', () => {}))
      await waitFor(async () => expect(descriptorsOf(running.child.pid!)).to.be.above(before + 60))
      for (const socket of sockets) socket.destroy()
      await waitFor(async () => expect(descriptorsOf(running.child.pid!)).to.be.at.most(before + 5), 20_000)
      for (let asked = 0; asked < 6; asked++)
        expect((await aClient(running).send('GET', '/healthz', fresh)).status).to.equal(200)
      const leader = running.child.pid!
      limitDescriptors(leader, 3)
      process.kill(workers[0]!, 'SIGKILL')
      await waitFor(async () => expect(running.printed()).to.match(/EMFILE.*a worker died; another is started/))
      limitDescriptors(leader, 1_000)
      await waitFor(async () => expect(running.workers().filter(pid => pid !== workers[0])).to.have.length(3))
      expect((await aClient(running).send('GET', '/healthz', fresh)).status).to.equal(200)
      expect(running.printed()).to.not.include('an unexpected error')
    }).timeout(60_000)

    it('a port in use is reported once, the start fails, and no process of it is left running', async () => {
      const settings = await settingsOf(await engine.migrated())
      const running = await start(settings)
      const folder = aFolder()
      const error = await start({ ...settings, PORT: new URL(running.url).port }, folder).then(
        () => null,
        (thrown: Error) => thrown,
      )
      expect(error?.message).to.include('another program listens on this address')
      expect(error?.message.match(/another program/g)).to.have.length(1)
      await waitFor(async () => expect(processesIn(folder)).to.deep.equal([]))
    }).timeout(60_000)
  }),
)

/** The number of established connections of the server's port, by the leader's /proc entry. */
async function connectionsOf({ url, child }: Running): Promise<number> {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0')
  const table = readFileSync(`/proc/${child.pid}/net/tcp`, 'utf8').split('\n').slice(1)
  const established = '01'
  return table
    .map(line => line.trim().split(/\s+/))
    .filter(([, local, , state]) => {
      return local?.endsWith(`:${port}`) && state === established
    }).length
}

/** The processes that run in this directory: those of one start, also after their leader has exited. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter(name => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === folder
    } catch {
      // It has ended meanwhile.
      return false
    }
  })
}

function childrenOf(pid: number): number[] {
  try {
    const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    return listed.trim().split(/\s+/).map(Number)
  } catch {
    return []
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
