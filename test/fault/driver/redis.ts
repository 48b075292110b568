// A private Redis: its own temporary folder and port; writes to disk only for a dump.
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis as Connection } from 'ioredis'
import { ended, freePort, waitFor } from '../../support/mariadb.js'
import { tied } from '../../support/tied.js'

export type Redis = {
  port: number
  url: string
  stop(): Promise<void>
  /** kill -9: it comes back empty. */
  kill(): Promise<void>
  /** Starts it again on the same port. */
  restart(): Promise<void>
  /** Stops its process (SIGSTOP): it holds every connection and answers none. */
  hang(): void
  goOn(): void
  flush(): Promise<void>
  /** Saves the current data for `restore`. */
  dump(): Promise<void>
  /** kill -9, and a start with the data of the last `dump`. */
  restore(): Promise<void>
  /** Makes Redis refuse every write (maxmemory, noeviction), until `empty`. */
  fill(): Promise<void>
  empty(): Promise<void>
}

const programs = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server']
export const redisServer = programs.find(existsSync) ?? null

export async function startRedis(): Promise<Redis> {
  const folder = mkdtempSync(join(tmpdir(), 'darvoza-redis-'))
  const port = await freePort()
  const dumped = join(folder, 'dump.rdb')
  const kept = join(folder, 'kept.rdb')
  const start = async () => {
    const child = spawn(
      ...tied(redisServer!, [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
        // Overrides a redis.conf of the machine: with `save`, Redis would write snapshots by itself.
        ...['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'],
      ]),
      { stdio: 'ignore' },
    )
    await waitFor(() => command(port, connection => connection.ping()))
    return child
  }
  let child = await start()
  const kill = () => ended(child, 'SIGKILL')
  const restart = async () => {
    child = await start()
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
    async kill() {
      await kill()
      rmSync(dumped, { force: true })
    },
    restart,
    hang: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    async flush() {
      await command(port, connection => connection.flushall())
    },
    async dump() {
      await command(port, connection => connection.save())
      copyFileSync(dumped, kept)
    },
    async restore() {
      await kill()
      copyFileSync(kept, dumped)
      await restart()
    },
    async fill() {
      await command(port, connection => connection.config('SET', 'maxmemory', '1'))
    },
    async empty() {
      await command(port, connection => connection.config('SET', 'maxmemory', '0'))
    },
  }
}

/** Runs one command on its own connection, which fails soon where Redis does not answer. */
async function command<T>(port: number, run: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = new Connection(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
  })
  connection.on('error', () => {})
  // A stopped Redis accepts the connection and then never answers.
  const hangs = setTimeout(() => connection.disconnect(), 2_000)
  try {
    await connection.connect()
    return await run(connection)
  } finally {
    clearTimeout(hangs)
    connection.disconnect()
  }
}
