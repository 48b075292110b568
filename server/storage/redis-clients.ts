// Configures the Redis library: one server or a cluster, one connection for commands and one for subscriptions.
import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { RedisFailure } from './redis-failure.js'
import { connectorOf, type RedisNode } from './redis-socket.js'
import { secureContext, type TlsOptions } from './tls.js'

export type RedisAddress = {
  nodes: RedisNode[]
  cluster: boolean
  username: string | null
  password: string | null
  /** null: no TLS. */
  tls: TlsOptions | null
  db: number
}

export type RedisClient = Redis | Cluster

/** Fails fast: no offline queue, one retry, 300 ms for a reply; reconnects without end, at least every second. */
const failFast = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 300,
  connectTimeout: 1_000,
  keepAlive: 5_000,
  disableClientInfo: true,
  // The library would send INFO, and print to the console where the ACL denies it. redis.ts checks the connection
  // itself.
  enableReadyCheck: false,
  // The library would resubscribe by itself and leave a failure unhandled: an unhandled rejection ends the process.
  autoResubscribe: false,
} as const

type RetryStrategy = () => number

/** Loaded only here: a server without Redis does not pay for it. */
export async function clientFactories(address: RedisAddress, onNeedlessPassword: () => void) {
  const { Redis, Cluster, AbstractConnector, Command } = await import('ioredis')
  const { nodes, cluster, username, password, tls, db } = address
  const secure = tls && {
    ...secureContext(tls),
    ...(tls.verify !== 'full' && { checkServerIdentity: () => undefined }),
  }
  const connector = (choose?: () => RedisNode) =>
    connectorOf(AbstractConnector, {
      username,
      password,
      tls: secure,
      onNeedlessPassword,
      ...(choose && { choose }),
    })
  const options: RedisOptions = { ...failFast, Connector: connector() }
  if (!cluster) {
    const make = (retryStrategy: RetryStrategy) => new Redis({ ...options, ...nodes[0]!, db, retryStrategy })
    return { commands: make, listener: make }
  }
  Command.setReplyTransformer('cluster', requireSlots)
  let turn = 0
  return {
    commands: (clusterRetryStrategy: RetryStrategy) =>
      new Cluster(nodes, {
        lazyConnect: true,
        enableOfflineQueue: false,
        clusterRetryStrategy,
        retryDelayOnFailover: 50,
        retryDelayOnClusterDown: 50,
        maxRedirections: 4,
        slotsRefreshTimeout: 1_000,
        redisOptions: options,
      }),
    /**
     * Pub/sub: a message that is published at one node of a cluster reaches all subscribers, so this is an ordinary
     * connection, to the next node each time.
     */
    listener: (retryStrategy: RetryStrategy, known: () => RedisNode[]) =>
      new Redis({
        ...options,
        retryStrategy,
        Connector: connector(() => {
          const all = [...known(), ...nodes]
          return all[turn++ % all.length]!
        }),
      }),
  }
}

const isSlot = (value: unknown) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 16_384

/** The library reads CLUSTER SLOTS in a timer, where an exception would be uncaught. @throws RedisFailure */
export function requireSlots(answer: unknown): unknown {
  const isNode = (node: unknown) => Array.isArray(node) && Number.isInteger(node[1])
  const isRange = (range: unknown) =>
    Array.isArray(range) && isSlot(range[0]) && isSlot(range[1]) && range.slice(2).every(isNode)
  // CLUSTER INFO is a text.
  if (typeof answer === 'string' || (Array.isArray(answer) && answer.every(isRange))) return answer
  throw new RedisFailure('PROTOCOL')
}
