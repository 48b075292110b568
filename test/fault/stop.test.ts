// The stop of `npm start` by a signal: readiness, open connections, and what is left behind.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { claimFile } from '../../server/storage/sqlite-claim.js'
import { aFolder } from '../support/engines.js'
import { freePort, waitFor } from '../support/mariadb.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

type Line = { socket: Socket; heard: () => string; closed: Promise<void> }

/** A raw TCP connection. */
function aLine(port: number, text = ''): Line {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.setEncoding('utf8').on('data', chunk => (heard += chunk))
  socket.on('error', error => (heard += `\n${(error as NodeJS.ErrnoException).code}`))
  socket.write(text)
  return { socket, heard: () => heard, closed: new Promise(resolve => socket.once('close', () => resolve())) }
}

describe('npm start', () => {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
  })

  /** Without the build before it, which would write files that other tests read. */
  async function npmStart(): Promise<{ npm: ChildProcess; port: number; folder: string; printed: () => string }> {
    const [port, folder] = [await freePort(), aFolder()]
    const { PATH, HOME } = process.env
    const npm = spawn('npm', ['start', '--ignore-scripts', '--no-update-notifier'], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH, HOME, PORT: String(port), DATA_DIR: folder, ADMIN_PASSWORD: 'correct horse battery' },
    })
    children.push(npm)
    let printed = ''
    for (const stream of [npm.stdout!, npm.stderr!]) stream.on('data', chunk => (printed += chunk))
    await waitFor(async () => expect(printed).to.include('Darvoza is ready'))
    return { npm, port, folder, printed: () => printed }
  }

  /** Asserts that no process of the group lives, and that the SQLite file and the port are free. */
  async function expectGone({ npm, port, folder }: { npm: ChildProcess; port: number; folder: string }): Promise<void> {
    const left = execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat='], { encoding: 'utf8' })
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .filter(([, group, state]) => Number(group) === npm.pid && !state?.startsWith('Z'))
    expect(left).to.deep.equal([])
    claimFile(join(folder, 'darvoza.sqlite'))
    const refused = aLine(port)
    await refused.closed
    expect(refused.heard()).to.include('ECONNREFUSED')
  }

  it('SIGTERM: /readyz says 503, begun requests end, idle connections close, and no process is left', async () => {
    const running = await npmStart()
    const { npm, port } = running
    const ended = new Promise(resolve => npm.once('exit', resolve))
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    const body = '{"token":"none"}'
    const head = `POST /api/token/verify/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const slow = aLine(port, head)
    const idle = aLine(port, get('/healthz'))
    const silent = aLine(port)
    const watching = aLine(port, get('/readyz'))
    await waitFor(async () => {
      for (const line of [idle, watching]) expect(line.heard()).to.match(/^HTTP\/1\.1 200 .*"status":"ok"/s)
    })
    expect(idle.heard()).to.include('Connection: keep-alive')

    // Sent without a pause: it is not ready, and still accepts connections, for a quarter of a second only.
    const heard: string[] = []
    const asking = (async () => {
      while (!heard.at(-1)?.includes('ECONNREFUSED')) {
        const asked = aLine(port, 'GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
        await asked.closed
        heard.push(asked.heard())
      }
    })()
    await waitFor(async () => expect(heard).to.not.be.empty)
    npm.kill('SIGTERM')
    await asking
    expect(heard.at(-2)).to.match(/^HTTP\/1\.1 503 .*Connection: close.*"code":"stopping"/s)
    // A second signal does not shorten the stop.
    npm.kill('SIGTERM')
    await Promise.all([idle.closed, silent.closed])
    for (const line of [idle, silent]) expect(line.heard()).to.not.include('ECONNRESET')
    slow.socket.write(body)
    await slow.closed
    expect(slow.heard()).to.match(/^HTTP\/1\.1 401 .*Connection: close.*"code":"token_not_valid"/s)
    await ended
    await expectGone(running)
  }).timeout(60_000)

  it('SIGINT to the whole process group, as by Ctrl+C in a terminal, ends all its processes', async () => {
    const running = await npmStart()
    const ended = new Promise(resolve => running.npm.once('exit', resolve))
    process.kill(-running.npm.pid!, 'SIGINT')
    await ended
    await expectGone(running)
  }).timeout(60_000)
})
