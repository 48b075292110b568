// The log that the real program writes: to a full disk, and to a pipe that is read late.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, constants, createReadStream, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aFolder, needsLinux } from '../support/engines.js'
import { ended, freePort, waitFor } from '../support/mariadb.js'
import { issuer, password } from '../support/server.js'

const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))
const admin = { username: 'admin', password }

/** Writes that libraries make to the console while the server runs. */
const library = `data:text/javascript,${encodeURIComponent(
  `setInterval(() => {
    if (process.listenerCount('uncaughtException') === 0) return
    console.error('from a\\nlibrary')
    process.emitWarning('deprecated', { code: 'DEP' })
  }, 500).unref()`,
)}`

describe('the server log', () => {
  const children: ChildProcess[] = []
  before(function () {
    needsLinux(this)
  })
  afterEach(async () => {
    await Promise.all(children.splice(0).map(child => ended(child, 'SIGKILL')))
  })

  async function start(stdout: number, stderr: number) {
    const [port, folder] = [await freePort(), aFolder()]
    const settings = { ISSUER: issuer, PORT: String(port), DATA_DIR: folder, ADMIN_PASSWORD: password }
    const child = spawn(process.execPath, [main], {
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
    await waitFor(async () => expect(read).to.include('node warns'))
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
    expect(lines.find(line => line.msg === 'node warns')).to.include({ code: 'DEP', text: 'deprecated' })
    for (const secret of [password, 'a wrong guess', 'body', access]) expect(read.includes(secret)).to.equal(false)
  }).timeout(60_000)
})
