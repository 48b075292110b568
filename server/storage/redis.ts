// The connections to Redis, one server or a cluster: one for commands, one for subscriptions. Redis holds copies and
// counters, and is the source of truth for nothing, so nothing here waits for it: while it is away, hangs, is full or
// has lost data, calls fail at once.
import { randomUUID } from 'node:crypto'
import { clientFactories, type RedisAddress, type RedisClient } from './redis-clients.js'
import { RedisFailure } from './redis-failure.js'
import type { RedisNode } from './redis-socket.js'

export type { RedisAddress, RedisClient }

const retryDelay = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), 1_000)

export type RedisDeps = { log: { warn(details: object, message: string): void } }

/** Prepares both connections; neither is opened before `connect`. */
export async function openRedis(address: RedisAddress, { log }: RedisDeps) {
  const factories = await clientFactories(address, () => {
    log.warn({}, 'Redis requires no password, but one is configured')
  })
  /** Attempts since a connection last worked: each is delayed more than the one before. */
  const attempts = { commands: 0, listener: 0 }
  const commands = factories.commands(() => retryDelay(attempts.commands++))
  const listener = factories.listener(
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
        // More replies than requests: they can no longer be matched. The socket's guard handles it.
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

  /** Keeps the first failure: that a connection was closed says less than what happened before. */
  function fail(name: keyof typeof clients, failure: RedisFailure): void {
    if (failure.code !== 'CLOSED' || failures[name] === null) failures[name] = failure
  }

  /** Runs a command whether Redis is thought to answer or not, and notes whether it did. */
  async function probe<T>(work: (client: RedisClient) => Promise<T>, doing: string | null = null): Promise<T> {
    try {
      const result = await work(commands)
      answers = true
      failures.commands = null
      attempts.commands = 0
      return result
    } catch (error) {
      const failure = RedisFailure.from(error, doing)
      // Without a connection, the reason for that says more.
      if (commands.status === 'ready') fail('commands', failure)
      answers = failure.isRefusal
      throw failure
    }
  }

  /**
   * Checks that an echoed random text comes back: replies match their requests.
   * @throws RedisFailure
   */
  async function verify(): Promise<void> {
    const sent = randomUUID()
    const heard = await probe(client => client.ping(sent))
    if (heard !== sent) throw markFailed()
  }

  /** A reply does not match its request: the following ones cannot be trusted either. @returns what to throw */
  function markFailed(): RedisFailure {
    const failure = new RedisFailure('PROTOCOL')
    fail('commands', failure)
    answers = false
    drop(commands)
    return failure
  }

  return {
    /** Connection for other uses of the same Redis; it fails fast. */
    commands,
    /** Connection that subscribes; no other command may be sent on it. */
    listener,

    /** Whether Redis answers. While it does not, only probes are sent: hanging commands must not pile up. */
    get answers() {
      return answers
    },

    get lastFailure() {
      return failures.commands ?? failures.listener
    },

    /**
     * Connects, and retries without end.
     * @returns whether both connections were ready within `timeout` ms; false as soon as one failed
     */
    async connect(timeout: number): Promise<boolean> {
      for (const client of Object.values(clients))
        if (client.status === 'wait' || client.status === 'end') client.connect().catch(() => {})
      const ready = await Promise.all(Object.values(clients).map(client => isReady(client, timeout)))
      return ready.every(Boolean) && (await verifying)
    },

    probe,
    verify,

    /**
     * @param isRight whether a reply fits the request
     * @throws RedisFailure, at once while Redis does not answer
     */
    async run<T>(
      work: (client: RedisClient) => Promise<T>,
      isRight: (answer: T) => boolean = () => true,
      doing: string | null = null,
    ): Promise<T> {
      if (!answers) throw new RedisFailure('AWAY')
      const answer = await probe(work, doing)
      if (!isRight(answer)) throw markFailed()
      return answer
    },

    /** Called when the subscription works: resets the retry delay of its connection. */
    heard(): void {
      attempts.listener = 0
      failures.listener = null
    },

    /** Closes connections that may be half-open, dead without an error, as after a cut cable. */
    reconnect(): void {
      for (const client of Object.values(clients)) drop(client)
    },

    close(): void {
      for (const client of Object.values(clients)) client.disconnect()
    },
  }
}

export type RedisConnections = Awaited<ReturnType<typeof openRedis>>

/** Closes a connection; it is made again after a delay. */
function drop(client: RedisClient): void {
  if (client.status === 'end') client.connect().catch(() => {})
  else if (client.status !== 'reconnecting' && client.status !== 'wait') client.disconnect(true)
}

function nodesOf(client: RedisClient): RedisNode[] {
  return 'nodes' in client ? client.nodes().map(({ options }) => ({ host: options.host!, port: options.port! })) : []
}

function isReady(client: RedisClient, timeout: number): Promise<boolean> {
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
    const timer = setTimeout(settle, timeout, false).unref()
    client.on('ready', onReady)
    client.on('close', onClose)
  })
}
