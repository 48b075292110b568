// One server per SQLite file: the lock on the file, its permissions, and the first start.
import { spawn } from 'node:child_process'
import { copyFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { aFolder } from '../support/engines.js'
import { ended, freePort, waitFor } from '../support/mariadb.js'

const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))

async function start(folder: string) {
  const port = await freePort()
  const { PATH = '' } = process.env
  const ours = { ISSUER: 'http://localhost:4000', ADMIN_PASSWORD: 'correct horse battery' }
  const environment = { PATH, DATA_DIR: folder, PORT: String(port), ...ours }
  const child = spawn(process.execPath, [main], { cwd: aFolder(), env: environment })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += chunk))
  return { child, port, printed: () => printed }
}

describe('an embedded SQLite database', () => {
  it('is locked by one server, has private file modes, and is free again after SIGKILL', async () => {
    const folder = join(aFolder(), 'data')
    const first = await start(folder)
    await waitFor(() => fetch(`http://127.0.0.1:${first.port}/readyz`))
    for (const name of ['darvoza.sqlite', 'darvoza.sqlite-wal', 'secret.key']) {
      expect(statSync(join(folder, name)).mode & 0o077, name).to.equal(0)
    }

    // Through a symbolic link it is the same file.
    const linked = aFolder()
    symlinkSync(join(folder, 'darvoza.sqlite'), join(linked, 'darvoza.sqlite'))
    copyFileSync(join(folder, 'secret.key'), join(linked, 'secret.key'))
    const [second, throughLink] = await Promise.all([start(folder), start(linked)])
    await Promise.all([second, throughLink].map(({ child }) => new Promise(resolve => child.once('close', resolve))))
    expect(second.child.exitCode).to.equal(1)
    expect(second.printed()).to.match(
      /^\{.*"Darvoza did not start: another server is running on .*DATABASE_URL\)"\}\n$/,
    )
    expect(throughLink.printed()).to.include('another server is running on')

    await ended(first.child, 'SIGKILL')
    const third = await start(folder)
    await waitFor(() => fetch(`http://127.0.0.1:${third.port}/readyz`))
    await ended(third.child, 'SIGTERM')
    expect(third.child.exitCode).to.equal(0)
  })

  it('a first start prints the generated administrator password even when the port is in use', async () => {
    const folder = join(aFolder(), 'data')
    const { createServer } = await import('node:http')
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    const child = spawn(process.execPath, [main], {
      cwd: aFolder(),
      env: { PATH: process.env.PATH, DATA_DIR: folder, PORT: String(port) },
    })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += chunk))
    await new Promise(resolve => child.once('close', resolve))
    taken.close()
    expect(printed).to.match(/password {2}\S{20}/)
    expect(printed).to.match(/Darvoza did not start: another program listens on this address; set PORT/)
  })
})
