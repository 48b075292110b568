// The log that the real program writes: to a full disk, and to a pipe that is read late.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, constants, createReadStream, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aFolder, needsLinux, needsProgram } from '../support/engines.js'
import { ended, freePort, waitFor } from '../support/mariadb.js'
import { issuer, password } from '../support/server.js'

const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))
const admin = { username: 'admin', password }

/**
 * Writes that libraries make to the console while the server runs. On SIGHUP node reports that accept(2) failed; on
 * SIGUSR2 errors are thrown that nothing catches.
 */
const library = `data:text/javascript,${encodeURIComponent(
  `import net from 'node:net'
  const { listen } = net.Server.prototype
  net.Server.prototype.listen = function (...args) {
    process.on('SIGHUP', () => this.emit('error', Object.assign(new Error('accept ENOBUFS'), { code: 'ENOBUFS' })))
    return listen.apply(this, args)
  }
  process.on('SIGUSR2', () => {
    for (let count = 0; count < 100; count++) setImmediate(() => { throw new Error('a defect') })
  })
  setInterval(() => {
    if (process.listenerCount('uncaughtException') === 0) return
    console.error('from a\\nlibrary')
    process.emitWarning('deprecated', { code: 'DEP' })
  }, 500).unref()`,
)}`

/** Runs a command, in the same process, with a terminal as stderr whose output nothing reads. */
const inUnreadTerminal = [
  'python3',
  '-c',
  `import os, pty, sys
master, terminal = pty.openpty()
os.set_inheritable(master, True)
os.dup2(terminal, 2)
os.execv(sys.argv[1], sys.argv[1:])`,
]

describe('the server log', () => {
  const children: ChildProcess[] = []
  before(function () {
    needsLinux(this)
  })
  afterEach(async () => {
    await Promise.all(children.splice(0).map(child => ended(child, 'SIGKILL')))
  })

  async function start(stdout: number | 'pipe', stderr: number | 'pipe', within: readonly string[] = []) {
    const [port, folder] = [await freePort(), aFolder()]
    const settings = { ISSUER: issuer, PORT: String(port), DATA_DIR: folder, ADMIN_PASSWORD: password }
    const [command = process.execPath, ...args] = [...within, process.execPath, main]
    const child = spawn(command, args, {
      cwd: folder,
      stdio: ['ignore', stdout, stderr],
      env: { PATH: process.env.PATH, LOG_LEVEL: 'debug', NODE_OPTIONS: `--import=${library}`, ...settings },
    })
    children.push(child)
    const url = `http://127.0.0.1:${port}`
    await waitFor(() => fetch(`${url}/readyz`))
    return { child, url, client: aClient({ url }) }
  }

  it('on a full disk: requests are answered, and the stop has exit code 0', async () => {
    const full = openSync('/dev/full', constants.O_WRONLY)
    const { child, client } = await start(full, full)
    closeSync(full)
    const { access } = await client.signIn(admin)
    for (let request = 0; request < 20; request++) expect((await client.get('/healthz')).status).to.equal(200)
    expect((await client.get('/api/me/', access)).status).to.equal(200)
    await ended(child, 'SIGTERM')
    expect(child.exitCode).to.equal(0)
  }).timeout(60_000)

  it('has a line for each failed accept(2), and the server answers the next connections', async () => {
    const path = join(aFolder(), 'log')
    const file = openSync(path, 'w')
    const { child, client } = await start(file, file)
    closeSync(file)
    const failed = () => readFileSync(path, 'utf8').split('"a connection could not be accepted"').length - 1
    for (let count = 1; count <= 3; count++) {
      child.kill('SIGHUP')
      await waitFor(async () => expect(failed()).to.equal(count))
    }
    const { access } = await client.signIn(admin)
    expect((await client.get('/api/me/', access)).status).to.equal(200)
    await ended(child, 'SIGTERM')
    expect(child.exitCode).to.equal(0)
  }).timeout(60_000)

  it('has one line for the first uncaught error of many, with its stack, and the process exits with 1', async () => {
    const path = join(aFolder(), 'log')
    const file = openSync(path, 'w')
    const { child } = await start(file, file)
    closeSync(file)
    await ended(child, 'SIGUSR2')
    expect([child.exitCode, child.signalCode]).to.deep.equal([1, null])
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    const fatal = lines.map(line => JSON.parse(line)).filter(({ level }) => level === 60)
    expect(fatal.map(({ msg, err }) => [msg, err.message])).to.deep.equal([
      ['an unexpected error ended the process', 'a defect'],
    ])
    expect(fatal[0].err.stack).to.include('a defect')
  }).timeout(60_000)

  for (const [kind, requests, expected] of [
    ['pipe', 1_000, [1, null]],
    // As of journald.
    ['socket', 2_500, [1, null]],
    // Its write blocks, and holds a thread for which process.exit() would wait without end.
    ['terminal', 500, [null, 'SIGKILL']],
  ] as const)
    it(`in an unread ${kind} does not keep a process alive after an uncaught error`, async function () {
      if (kind === 'terminal') needsProgram(this, 'python3')
      const path = join(aFolder(), 'log')
      execFileSync('mkfifo', [path])
      const fifo = openSync(path, constants.O_RDWR)
      const output = kind === 'pipe' ? fifo : 'pipe'
      const { child, url } = await start(output, output, kind === 'terminal' ? inUnreadTerminal : [])
      // At LOG_LEVEL=debug each has a line: more than the kernel buffers.
      for (let sent = 0; sent < requests; sent += 500) {
        const answers = await Promise.all(Array.from({ length: 500 }, () => fetch(`${url}/healthz`)))
        expect(answers.every(({ status }) => status === 200)).to.equal(true)
      }
      await ended(child, 'SIGUSR2')
      closeSync(fifo)
      expect([child.exitCode, child.signalCode]).to.deep.equal(expected)
    }).timeout(60_000)

  it('in an unread pipe: requests are answered; all lines are JSON, with the sign-ins and no secret', async () => {
    const path = join(aFolder(), 'log')
    execFileSync('mkfifo', [path])
    // Open for reading and writing, so that neither end blocks the other.
    const pipe = openSync(path, constants.O_RDWR)
    const { child, url, client } = await start(pipe, pipe)
    const { access } = await client.signIn(admin)
    expect((await client.post('/api/token/', { ...admin, password: 'a wrong guess' })).status).to.equal(401)
    expect((await client.post('/api/token/', { username: 'no\u2028\u001b[2Jbody', password: 'x' })).status).to.equal(
      401,
    )
    await client.post('/api/admin/roles/', { name: 'clerk', permissions: [] }, access)
    // A pipe holds 64 KiB.
    const asked = Array.from({ length: 500 }, () => fetch(`${url}/healthz`))
    expect((await Promise.all(asked)).every(answer => answer.status === 200)).to.equal(true)

    let read = ''
    const reader = createReadStream(path, { encoding: 'utf8' }).on('data', chunk => {
      read += chunk
    })
    await waitFor(async () => expect(read).to.include('a Node warning'))
    await ended(child, 'SIGTERM')
    closeSync(pipe)
    await new Promise<void>(resolve => reader.once('close', () => resolve()))
    expect(child.exitCode).to.equal(0)
    const lines = read
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(lines.filter(line => line.path === '/healthz')).to.have.length(500)
    const told = lines.filter(line => line.level === 30)
    expect(told.map(line => line.msg)).to.include.members([`Darvoza is ready at ${issuer}`])
    expect(told.find(line => line.action === 'signed_in')).to.include({
      id: '1000000000',
      actor: 'user:1000000000',
      address: '127.0.0.1',
    })
    expect(told.find(line => line.action === 'role_created')).to.include({ id: 'clerk', actor: 'user:1000000000' })
    expect(
      told.filter(line => line.msg === 'a sign-in was refused').map(line => [line.reason, line.user]),
    ).to.deep.equal([
      ['wrong_password', 1_000_000_000],
      ['unknown_user', null],
    ])
    expect(lines.find(line => line.msg === 'a library wrote to the console').text).to.equal('from a\nlibrary')
    expect(lines.find(line => line.msg === 'a Node warning')).to.include({ code: 'DEP', text: 'deprecated' })
    for (const secret of [password, 'a wrong guess', 'body', access]) expect(read.includes(secret)).to.equal(false)
  }).timeout(60_000)
})
