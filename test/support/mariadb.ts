// A private MariaDB with a temporary folder, socket and port; the shared one is started once for all tests of a
// process.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import type { DatabaseSettings } from '../../config/settings.js'
import { tied } from './tied.js'

export type MariaDb = {
  port: number
  pid: number
  /** Makes an empty database. */
  create(): Promise<Extract<DatabaseSettings, { engine: 'mysql' }>>
  /** Runs statements one after the other, as root. */
  run(...statements: string[]): Promise<void>
  stop(): Promise<void>
  /** SIGKILL: only committed data is on the disk. */
  kill(): Promise<void>
  /** Starts mariadbd again on the same data and port. */
  restart(): Promise<void>
  /** Stops the process (SIGSTOP): it keeps every connection and answers none. */
  hang(): void
  goOn(): void
}

const programs = ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/bin/mariadbd', '/usr/local/sbin/mariadbd']
export const mariadbd = programs.find(existsSync) ?? null

let shared: Promise<MariaDb> | null = null
let sharedOptions: string[] = []
let count = 0

export function sharedMariaDb(): Promise<MariaDb> {
  shared ??= startMariaDb(...sharedOptions)
  return shared
}

/**
 * Starts the shared MariaDB with fewer flushes and one file for all tables: faster for tests, which need no durability
 * and create tables each time. Not for benches.
 */
export function hurrySharedMariaDb(): void {
  sharedOptions = [
    '--innodb-flush-method=nosync',
    '--sync-frm=0',
    '--innodb-file-per-table=0',
    '--skip-innodb-doublewrite',
    '--innodb-stats-persistent=0',
  ]
}

export async function stopSharedMariaDb(): Promise<void> {
  await (await shared)?.stop()
  shared = null
}

/** @param options additional options of mariadbd */
export function startMariaDb(...options: string[]): Promise<MariaDb> {
  return startMariaDbIn({}, ...options)
}

/** @param env additional environment variables */
export async function startMariaDbIn(env: Record<string, string>, ...options: string[]): Promise<MariaDb> {
  const folder = mkdtempSync(join(tmpdir(), 'darvoza-mariadb-'))
  const asRoot = userInfo().uid === 0 ? ['--user=root'] : []
  makeData(`${folder}/data`, asRoot)
  // A private tmpdir: several servers use the same names of temporary tables, and delete those of the others.
  mkdirSync(`${folder}/tmp`)
  const port = await freePort()
  const start = async () => {
    const child = spawn(
      ...tied(mariadbd!, [
        '--no-defaults',
        ...asRoot,
        `--datadir=${folder}/data`,
        `--tmpdir=${folder}/tmp`,
        `--socket=${folder}/socket`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--innodb-flush-log-at-trx-commit=1',
        '--max-connections=300',
        ...options,
      ]),
      { stdio: 'ignore', env: { ...process.env, ...env } },
    )
    await waitFor(() => mysql.createConnection({ host: '127.0.0.1', port, user: 'root' }).then(c => c.end()))
    return child
  }
  let child = await start()
  async function run(...statements: string[]): Promise<void> {
    const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' })
    for (const statement of statements) await connection.query(statement)
    await connection.end()
  }
  return {
    port,
    get pid() {
      return child.pid!
    },
    async create() {
      const name = `darvoza_${++count}`
      await run(`CREATE DATABASE ${name}`)
      return { engine: 'mysql', host: '127.0.0.1', port, user: 'root', password: '', name, tls: null }
    },
    run,
    async stop() {
      await ended(child, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
    kill: () => ended(child, 'SIGKILL'),
    async restart() {
      child = await start()
    },
    hang: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
  }
}

/** Creates the data folder. mariadb-install-db sometimes crashes on a busy machine; each new attempt starts empty. */
function makeData(data: string, asRoot: readonly string[]): void {
  const options = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db']
  for (let attempt = 1; ; attempt++) {
    try {
      execFileSync('mariadb-install-db', [...options, ...asRoot], { stdio: 'ignore' })
      return
    } catch (error) {
      if (attempt === 3) throw error
      rmSync(data, { recursive: true, force: true })
    }
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

export function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}

/** Retries until the attempt succeeds; for processes that are starting. */
export async function waitFor<T>(attempt: () => Promise<T>, patience = 20_000): Promise<T> {
  const until = Date.now() + patience
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise(resolve => setTimeout(resolve, 30))
    }
  }
}
