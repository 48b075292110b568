// The way to Redis, one server or a cluster: a connection for commands and one that listens. Redis holds copies and counts,
// never the truth, so nothing here waits for it: it may be away, hang, be full or forget, and that is told at once.
import { randomUUID } from 'node:crypto'
import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { RedisFailure } from './redis-failure.js'
import { connectorOf, type RedisNode } from './redis-socket.js'
import { secureContext, type TlsOptions } from './tls.js'

export type RedisAddress = {
  nodes: RedisNode[]
  cluster: boolean
  username: string | null
  password: string | null
  tls: TlsOptions | null
  db: number
}

export type RedisClient = Redis | Cluster

/** Fail fast: no queue while it is away, one retry, 300 ms for an answer; try again for ever, at least every second. */
const failFast = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 300,
  connectTimeout: 1_000,
  keepAlive: 5_000,
  disableClientInfo: true,
  // It would ask for INFO, and say on the console that it may not. We ask for an answer ourselves.
  enableReadyCheck: false,
  // The library would subscribe anew by itself with nobody there to take the failure, and the process would end with it.
  autoResubscribe: false,
} as const
const retryDelay = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), 1_000)

export type RedisDeps = { log: { warn(details: object, message: string): void } }

/** Prepares both connections; neither is made before `connect`. */
export async function openRedis(address: RedisAddress, { log }: RedisDeps) {
  const makers = await clientMakers(address, () => {
    log.warn({}, 'Redis wants no password, and was given one')
  })
  /** Attempts since a connection proved good: each is made later than the one before. */
  const attempts = { commands: 0, listener: 0 }
  const commands = makers.commands(() => retryDelay(attempts.commands++))
  const listener = makers.listener(
    () => retryDelay(attempts.listener++),
    () => nodesOf(commands),
  )
  const clients = { commands, listener }
  const failures: Record<keyof typeof clients, RedisFailure | null> = { commands: null, listener: null }
  let answers = false
  let verifying: Promise<boolean> = Promise.resolve(false)
  for (const name of ['commands', 'listener'] as const) {
    for (const event of ['error', 'node error']) {
      clients[name].on(event, (error: unknown) => {
        // More answers than questions: whose they are is known no more. The socket's guard takes it.
        if (/command queue state error/i.test((error as Error).message)) throw new RedisFailure('PROTOCOL')
        fail(name, RedisFailure.from(error))
      })
    }
  }
  commands.on('ready', () => {
    verifying = verify().then(
      () => true,
      () => false,
    )
  })
  commands.on('close', () => {
    answers = false
  })

  /** That a connection was closed says less than what happened before. */
  function fail(name: keyof typeof clients, failure: RedisFailure): void {
    if (failure.code !== 'CLOSED' || failures[name] === null) failures[name] = failure
  }

  /** Does it whether Redis is thought to answer or not, and remembers whether it did. */
  async function probe<T>(work: (client: RedisClient) => Promise<T>, doing: string | null = null): Promise<T> {
    try {
      const result = await work(commands)
      answers = true
      failures.commands = null
      attempts.commands = 0
      return result
    } catch (error) {
      const failure = RedisFailure.from(error, doing)
      // Without a connection, why there is none says more.
      if (commands.status === 'ready') fail('commands', failure)
      answers = failure.isRefusal
      throw failure
    }
  }

  /**
   * A text of our own comes back: answers belong to the questions that they follow.
   * @throws RedisFailure
   */
  async function verify(): Promise<void> {
    const sent = randomUUID()
    const heard = await probe(client => client.ping(sent))
    if (heard !== sent) throw spoil()
  }

  /** An answer was no answer to the question: neither can the next be believed. @returns what to throw */
  function spoil(): RedisFailure {
    const failure = new RedisFailure('PROTOCOL')
    fail('commands', failure)
    answers = false
    drop(commands)
    return failure
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
      return failures.commands ?? failures.listener
    },

    /**
     * Connects, and goes on trying by itself for ever.
     * @returns whether both connections were ready within `patience` ms; false as soon as one failed
     */
    async connect(patience: number): Promise<boolean> {
      for (const client of Object.values(clients))
        if (client.status === 'wait' || client.status === 'end') client.connect().catch(() => {})
      const ready = await Promise.all(Object.values(clients).map(client => isReady(client, patience)))
      return ready.every(Boolean) && (await verifying)
    },

    probe,
    verify,

    /**
     * @param isRight whether it is an answer to what was asked
     * @throws RedisFailure, at once while Redis does not answer
     */
    async run<T>(
      work: (client: RedisClient) => Promise<T>,
      isRight: (answer: T) => boolean = () => true,
      doing: string | null = null,
    ): Promise<T> {
      if (!answers) throw new RedisFailure('AWAY')
      const answer = await probe(work, doing)
      if (!isRight(answer)) throw spoil()
      return answer
    },

    /** The listener heard what it should: the next time it is lost it may come back soon. */
    heard(): void {
      attempts.listener = 0
      failures.listener = null
    },

    /** Gives up connections that may be dead without anybody having said so, as after a cut cable. */
    reconnect(): void {
      for (const client of Object.values(clients)) drop(client)
    },

    close(): void {
      for (const client of Object.values(clients)) client.disconnect()
    },
  }
}

export type RedisConnections = Awaited<ReturnType<typeof openRedis>>

/** Makes its connection anew, after a while. */
function drop(client: RedisClient): void {
  if (client.status === 'end') client.connect().catch(() => {})
  else if (client.status !== 'reconnecting' && client.status !== 'wait') client.disconnect(true)
}

function nodesOf(client: RedisClient): RedisNode[] {
  return 'nodes' in client ? client.nodes().map(({ options }) => ({ host: options.host!, port: options.port! })) : []
}

type RetryStrategy = () => number

/** Loaded only here: it costs a server without Redis nothing. */
async function clientMakers(address: RedisAddress, onNeedlessPassword: () => void) {
  const { Redis, Cluster, AbstractConnector, Command } = await import('ioredis')
  const { nodes, cluster, username, password, tls, db } = address
  const secure = tls && {
    ...secureContext(tls),
    ...(tls.verify !== 'full' && { checkServerIdentity: () => undefined }),
  }
  const connector = (choose?: () => RedisNode) =>
    connectorOf(AbstractConnector, {
      ...{ username, password, tls: secure, onNeedlessPassword },
      ...(choose && { choose }),
    })
  const options: RedisOptions = { ...failFast, ...(secure && { tls: secure }), Connector: connector() }
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
    /** What is published at one node is heard at all of them, so it is an ordinary connection, to another node each time. */
    listener: (retryStrategy: RetryStrategy, known: () => RedisNode[]) =>
      new Redis({
        ...{ ...options, retryStrategy },
        Connector: connector(() => {
          const all = [...known(), ...nodes]
          return all[turn++ % all.length]!
        }),
      }),
  }
}

const isSlot = (value: unknown) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 16_384

/** The library walks through CLUSTER SLOTS from a timer, where nobody takes what it throws. @throws RedisFailure */
export function requireSlots(answer: unknown): unknown {
  const isNode = (node: unknown) => Array.isArray(node) && Number.isInteger(node[1])
  const isRange = (range: unknown) =>
    Array.isArray(range) && isSlot(range[0]) && isSlot(range[1]) && range.slice(2).every(isNode)
  // CLUSTER INFO is a text.
  if (typeof answer === 'string' || (Array.isArray(answer) && answer.every(isRange))) return answer
  throw new RedisFailure('PROTOCOL')
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
