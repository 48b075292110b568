// The password hashing process is killed, hangs or cannot start: sign-ins get 503 to try again, and other requests are
// not affected.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { createHashingProcess } from '../../server/identity/sign-in/hashing-process.js'
import type { Refusal } from '../../server/protocol/errors.js'
import { aClient } from '../support/client.js'
import { limitDescriptors } from '../support/descriptors.js'
import { aFolder, needsLinux, sqlite } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { aServer, password } from '../support/server.js'

const path = '/api/token/'

/** A hashing process per server, as outside of tests. */
const ownProcess = { ports: { hashingWork: undefined } }

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('the hashing process', () => {
  it('starts with the first hash and ends with the server', async () => {
    const server = await aServer(ownProcess)
    const pid = server.composed.parts.signIn.hashingProcess.pid()!
    expect(isAlive(pid), 'it hashed the password of the first administrator').to.equal(true)
    await server.close()
    expect(isAlive(pid)).to.equal(false)
    const second = await aServer({ ...ownProcess, settings: server.settings })
    expect(second.composed.parts.signIn.hashingProcess.pid(), 'nothing was hashed').to.equal(null)
  })

  it('ends itself, not the server, when it sends a malformed answer', async () => {
    const program = `${aFolder()}/child.cjs`
    for (const answer of ['null', '5', '[]', '{"id":1}', '{"id":1,"result":null}', '{"id":"1","result":true}']) {
      writeFileSync(program, `process.on('message', () => process.send(${answer}))`)
      const told: object[] = []
      const own = createHashingProcess({ threads: 1, program, log: { warn: details => told.push(details) } })
      const refused = await own.matches(password, '').catch((error: Refusal) => error.code)
      expect(refused, answer).to.equal('overloaded')
      expect(told[0]).to.deep.include({ reason: 'it answered wrongly' })
      await own.close()
    }
  })

  for (const [how, end] of [
    ['killed', (pid: number) => process.kill(pid, 'SIGKILL')],
    ['stopped', (pid: number) => process.kill(pid, 'SIGSTOP')],
  ] as const) {
    it(`${how} during a hash: 503 with Retry-After, and a new process serves the next sign-in`, async () => {
      const told: object[] = []
      const own = createHashingProcess({ threads: 2, jobTimeout: 1_500, log: { warn: details => told.push(details) } })
      let pid: number | null = null
      const endOnce = (work: Promise<boolean>) => {
        if (pid === null) {
          pid = own.pid()!
          end(pid)
        }
        return work
      }
      const server = await aServer({
        ports: { hashingWork: { ...own, matches: (...guess) => endOnce(own.matches(...guess)) } },
      })
      const client = aClient(server)
      const amy = await server.aUser()
      const answers = await Promise.all(Array.from({ length: 4 }, () => client.post(path, amy)))
      const refused = answers.filter(answer => answer.status === 503)
      expect(refused.length, 'those that were at work').to.be.above(0)
      for (const answer of refused) {
        expect(answer.body.code).to.equal('overloaded')
        expect(Number(answer.headers.get('retry-after'))).to.be.above(0)
      }
      // Sign-ins that waited for a slot were served by the next process.
      expect(answers.filter(answer => ![200, 503].includes(answer.status))).to.deep.equal([])
      await client.signIn(amy)
      expect(own.pid()).to.be.a('number').and.not.equal(pid)
      expect(told).to.have.length(1)
      expect(JSON.stringify(told)).to.not.include(password)
      await own.close()
    })
  }

  it('is not restarted in a loop when it dies before its first answer', async () => {
    const own = createHashingProcess({ threads: 2, log: { warn: () => {} } })
    const outcome = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: Refusal) => error.code,
      )
    const first = outcome(own.hash(password, 4))
    process.kill(own.pid()!, 'SIGKILL')
    expect(await first).to.equal('overloaded')
    expect(await outcome(own.hash(password, 4))).to.equal('overloaded')
    expect(own.pid()).to.equal(null)
    await waitFor(async () => expect(await outcome(own.hash(password, 4))).to.equal('done'))
    await own.close()
    expect(await outcome(own.hash(password, 4)), 'closed').to.equal('overloaded')
  })

  it('killed while idle: it is replaced, and sign-ins succeed', async () => {
    const server = await aServer(ownProcess)
    const amy = await server.aUser()
    const client = aClient(server)
    for (let round = 0; round < 3; round++) {
      const pid = server.composed.parts.signIn.hashingProcess.pid()!
      process.kill(pid, 'SIGKILL')
      await waitFor(async () => expect(server.composed.parts.signIn.hashingProcess.pid()).to.not.equal(pid))
      await client.signIn(amy)
    }
  })

  it('cannot start for lack of file descriptors: sign-ins get 503 until descriptors are free', async function () {
    needsLinux(this)
    const server = await aServerProcess(await sqlite.fresh())
    const client = aClient(server)
    const admin = { username: 'admin', password }
    await client.signIn(admin)
    const [pid] = childrenOf(server.pid)
    process.kill(pid!, 'SIGKILL')
    await waitFor(async () => expect(childrenOf(server.pid)).to.deep.equal([]))
    limitDescriptors(server.pid, 3)
    const { status, body } = await client.post('/api/token/', admin)
    expect([status, body.code]).to.deep.equal([503, 'overloaded'])
    limitDescriptors(server.pid, 1_000)
    await waitFor(async () => expect((await client.post('/api/token/', admin)).status).to.equal(200))
  })

  it('ends when the server is killed with SIGKILL', async function () {
    needsLinux(this)
    const server = await aServerProcess(await sqlite.fresh())
    await aClient(server).signIn({ username: 'admin', password })
    const [pid] = childrenOf(server.pid)
    expect(isAlive(pid!)).to.equal(true)
    await server.kill()
    await waitFor(async () => expect(isAlive(pid!)).to.equal(false))
  })

  it('runs all its threads at nice 3 and without the environment variables of the server', async function () {
    needsLinux(this)
    const server = await aServer(ownProcess)
    const amy = await server.aUser()
    await aClient(server).signIn(amy)
    const pid = server.composed.parts.signIn.hashingProcess.pid()!
    const threads = readdirSync(`/proc/${pid}/task`)
    const niceness = threads.map(thread => niceOf(`/proc/${pid}/task/${thread}/stat`))
    expect(niceness).to.deep.equal(niceness.map(() => 3))
    expect(threads.length).to.be.above(2)
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
    expect(environment.map(variable => variable.split('=')[0])).to.have.members([
      'UV_THREADPOOL_SIZE',
      'NODE_CHANNEL_FD',
      'NODE_CHANNEL_SERIALIZATION_MODE',
    ])
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).to.not.include(password)
  })
})

/** proc(5): the 19th field, nice; the second field, the process name, may hold spaces and parentheses. */
function niceOf(stat: string): number {
  const text = readFileSync(stat, 'utf8')
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[16])
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}
