// A private Redis with a temporary folder and port, which writes to disk only on `dump`; or a Redis Cluster of three
// nodes.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis as Connection } from 'ioredis'
import { ended, freePort, waitFor } from './mariadb.js'

export type TestRedis = {
  url: string
  port: number
  pid: number
  /** A connection with the short timeouts of a server. Closed at the end of the test. */
  connect(): Promise<Connection>
  stop(): Promise<void>
  /** SIGKILL, without data: a restart is empty. */
  kill(): Promise<void>
  /** Starts redis-server again on the same port. */
  restart(): Promise<void>
  /** Stops the process (SIGSTOP): it keeps every connection and answers none. */
  hang(): void
  goOn(): void
  /** Saves the present data for `restore`. */
  dump(): Promise<void>
  /** SIGKILL, and a start with the data of the last `dump`. */
  restore(): Promise<void>
  /** Runs one Redis command, as an operator would. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>
}

export type TestRedisCluster = { nodes: TestRedis[]; setting: string }

const programs = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server']
export const redisServer = programs.find(existsSync) ?? null

/** Commands fail instead of waiting, whether Redis hangs, has stopped or was never started. */
const failFast = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 300,
  connectTimeout: 1_000,
  retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, 1_000),
}

const running = new Set<TestRedis>()

/** Starts redis-server. The first argument may be its port; the others are options of redis-server. */
export async function aRedis(...[first, ...rest]: [({ port: number } | string)?, ...string[]]): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'darvoza-redis-'))
  const port = typeof first === 'object' ? first.port : await freePort()
  const more = typeof first === 'string' ? [first, ...rest] : rest
  const dumped = join(folder, 'dump.rdb')
  const kept = join(folder, 'kept.rdb')
  const start = async () => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']
    const started = spawn(redisServer!, [...args, ...more], { stdio: 'ignore' })
    await waitFor(() => command(port, 'PING'))
    return started
  }
  let child: ChildProcess = await start()
  const kill = () => ended(child, 'SIGKILL')
  const connections = new Set<Connection>()
  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid!
    },
    async connect() {
      const connection = new Connection({ host: '127.0.0.1', port, ...failFast, lazyConnect: true })
      connection.on('error', () => {})
      connections.add(connection)
      await connection.connect()
      return connection
    },
    async stop() {
      running.delete(redis)
      for (const connection of connections) connection.disconnect()
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
    async kill() {
      await kill()
      rmSync(dumped, { force: true })
    },
    async restart() {
      child = await start()
    },
    hang: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    async dump() {
      await command(port, 'SAVE')
      copyFileSync(dumped, kept)
    },
    async restore() {
      await kill()
      copyFileSync(kept, dumped)
      await redis.restart()
    },
    command: (name, ...args) => command(port, name, ...args),
  }
  running.add(redis)
  return redis
}

/** A Redis Cluster of three masters that share the slots, without replicas. */
export async function aRedisCluster(): Promise<TestRedisCluster> {
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000']
  const nodes = [await aRedis(...options), await aRedis(...options), await aRedis(...options)]
  const addresses = nodes.map(node => `127.0.0.1:${node.port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { stdio: 'ignore' })
  for (const node of nodes) {
    await waitFor(async () => {
      const info = String(await node.command('CLUSTER', 'INFO'))
      if (!info.includes('cluster_state:ok')) throw new Error('the cluster is not ready')
    })
  }
  return { nodes, setting: addresses.join(',') }
}

export async function stopRedises(): Promise<void> {
  await Promise.all([...running].map(redis => redis.stop()))
}

/** One command on a new connection, which fails at once if it is refused. */
async function command(port: number, name: string, ...args: (string | number)[]): Promise<unknown> {
  const connection = new Connection(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
  })
  connection.on('error', () => {})
  try {
    await connection.connect()
    return await connection.call(name, ...args)
  } finally {
    connection.disconnect()
  }
}
