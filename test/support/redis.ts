// A private Redis: its own temporary folder and port, and nothing on the disk. Stopped at the end of the test.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { ended, freePort, waitFor } from './mariadb.js'

export type TestRedis = {
  port: number
  url: string
  pid: number
  /** A connection as a server has it: what is not answered soon fails. Closed at the end of the test. */
  connect(): Promise<Redis>
  stop(): Promise<void>
  /** kill -9: nothing of what it held is left. */
  kill(): Promise<void>
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>
  /** Stops its process (SIGSTOP): it holds every connection and answers none. */
  hang(): void
  goOn(): void
}

const programs = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server']
export const redisServer = programs.find(existsSync) ?? null

/** Commands fail instead of waiting: for a Redis that hangs, that is gone, and that was never there. */
const failFast = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 300,
  connectTimeout: 1_000,
  retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, 1_000),
}

const open = new Set<TestRedis>()

/** @param more further arguments of redis-server */
export async function aRedis(...more: string[]): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'darvoza-redis-'))
  const port = await freePort()
  const connections = new Set<Redis>()
  const start = async () => {
    const child = spawn(
      redisServer!,
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
        ...more,
      ],
      { stdio: 'ignore' },
    )
    await waitFor(() => answers(port))
    return child
  }
  let child: ChildProcess = await start()
  const made: TestRedis = {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid!
    },
    async connect() {
      const redis = new Redis({ host: '127.0.0.1', port, ...failFast, lazyConnect: true })
      redis.on('error', () => {})
      connections.add(redis)
      await redis.connect()
      return redis
    },
    async stop() {
      open.delete(made)
      for (const redis of connections) redis.disconnect()
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
  open.add(made)
  return made
}

export async function stopRedises(): Promise<void> {
  for (const redis of [...open]) await redis.stop()
}

async function answers(port: number): Promise<void> {
  const redis = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    await redis.ping()
  } finally {
    redis.disconnect()
  }
}
