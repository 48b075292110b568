// The way to Redis, one server or a cluster: a connection for commands and one that listens. Redis holds copies and counts,
// never the truth, so nothing here waits for it: it may be away, hang, be full or forget, and that is told at once.
import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { secureContext, type TlsOptions } from './tls.js'

export type RedisAddress = {
  nodes: { host: string; port: number }[]
  cluster: boolean
  username: string | null
  password: string | null
  tls: TlsOptions | null
  db: number
}

export type RedisClient = Redis | Cluster

/** Redis answered, and will not do this one thing. */
const refusals = new Set(['OOM', 'READONLY', 'MISCONF', 'NOPERM', 'WRONGTYPE', 'NOREPLICAS'])

/** What failed, in one word: an error code of Redis or of the system. Never a value: ioredis' own errors carry them. */
export class RedisFailure extends Error {
  override name = 'RedisFailure'
  constructor(readonly code: string) {
    super(`Redis: ${code}`)
  }

  static from(error: unknown): RedisFailure {
    if (error instanceof RedisFailure) return error
    const { code, message = '' } = error as { code?: unknown; message?: string }
    if (typeof code === 'string') return new RedisFailure(code)
    if (/timed? ?out/i.test(message)) return new RedisFailure('TIMEOUT')
    return new RedisFailure(/\b[A-Z]{3,}\b/.exec(message)?.[0] ?? 'CLOSED')
  }

  get isRefusal(): boolean {
    return refusals.has(this.code)
  }
}

/** Fail fast: no queue while it is away, one retry, 300 ms for an answer; try again for ever, at least every second. */
const failFast = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 300,
  connectTimeout: 1_000,
  keepAlive: 5_000,
  disableClientInfo: true,
  // The library would subscribe anew by itself with nobody there to take the failure, and the process would end with it.
  autoResubscribe: false,
} as const
const retryDelay = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), 1_000)

/** Prepares both connections; neither is made before `connect`. */
export async function openRedis(address: RedisAddress) {
  const makeClient = await clientMaker(address)
  const commands = makeClient()
  const listener = makeClient()
  const clients = [commands, listener]
  let answers = false
  let lastFailure: RedisFailure | null = null
  for (const client of clients) {
    client.on('error', (error: unknown) => {
      lastFailure = RedisFailure.from(error)
    })
  }
  commands.on('ready', () => {
    answers = true
  })
  commands.on('close', () => {
    answers = false
  })

  /** Does it whether Redis is thought to answer or not, and remembers whether it did. */
  async function probe<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      const result = await work(commands)
      answers = true
      return result
    } catch (error) {
      const failure = RedisFailure.from(error)
      // Without a connection, why there is none says more.
      if (commands.status === 'ready') lastFailure = failure
      answers = failure.isRefusal
      throw failure
    }
  }

  return {
    /** For other users of the same Redis; it fails fast. */
    commands,
    /** Subscribes; nothing else may be asked of it. */
    listener,

    /** While it does not, nothing is sent but probes: what hangs must not pile up. */
    get answers() {
      return answers
    },

    get lastFailure() {
      return lastFailure
    },

    /**
     * Connects, and goes on trying by itself for ever.
     * @returns whether both connections were ready within `patience` ms; false as soon as one failed
     */
    async connect(patience: number): Promise<boolean> {
      for (const client of clients)
        if (client.status === 'wait' || client.status === 'end') client.connect().catch(() => {})
      const ready = await Promise.all(clients.map(client => isReady(client, patience)))
      return ready.every(Boolean)
    },

    probe,

    /** @throws RedisFailure, at once while Redis does not answer */
    run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
      return answers ? probe(work) : Promise.reject(new RedisFailure('AWAY'))
    },

    /** Gives up connections that may be dead without anybody having said so, as after a cut cable. */
    reconnect(): void {
      for (const client of clients) {
        if (client.status === 'end') client.connect().catch(() => {})
        else if (client.status !== 'reconnecting' && client.status !== 'wait') client.disconnect(true)
      }
    },

    close(): void {
      for (const client of clients) client.disconnect()
    },
  }
}

export type RedisConnections = Awaited<ReturnType<typeof openRedis>>

/** Loaded only here: it costs a server without Redis nothing. */
async function clientMaker(address: RedisAddress): Promise<() => RedisClient> {
  const { Redis, Cluster } = await import('ioredis')
  const { nodes, cluster, username, password, tls, db } = address
  const options: RedisOptions = {
    ...failFast,
    ...(username !== null && { username }),
    ...(password !== null && { password }),
    ...(tls && {
      tls: { ...secureContext(tls), ...(tls.verify !== 'full' && { checkServerIdentity: () => undefined }) },
    }),
  }
  if (!cluster) return () => new Redis({ ...options, ...nodes[0]!, db, retryStrategy: retryDelay })
  return () =>
    new Cluster(nodes, {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryDelay,
      retryDelayOnFailover: 50,
      retryDelayOnClusterDown: 50,
      maxRedirections: 4,
      slotsRefreshTimeout: 1_000,
      redisOptions: options,
    })
}

function isReady(client: RedisClient, patience: number): Promise<boolean> {
  if (client.status === 'ready') return Promise.resolve(true)
  return new Promise(resolve => {
    const settle = (ready: boolean) => {
      clearTimeout(timer)
      client.off('ready', onReady)
      client.off('close', onClose)
      resolve(ready)
    }
    const onReady = () => settle(true)
    const onClose = () => settle(false)
    const timer = setTimeout(settle, patience, false).unref()
    client.on('ready', onReady)
    client.on('close', onClose)
  })
}
