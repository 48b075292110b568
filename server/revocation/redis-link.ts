// Subscribes to what other processes have committed, tests the subscription once a second by a message to itself, and
// probes other uses of Redis. Without Redis, or with a wrong one, everything works, but slower.
import { randomUUID } from 'node:crypto'
import type { RedisConnections } from '../storage/redis.js'
import { RedisFailure } from '../storage/redis-failure.js'
import type { RedisCopy } from './redis-copy.js'
import { logChannel, type RedisLog } from './redis-log.js'
import type { Tail } from './tail.js'

/** Interval of the heartbeat, in ms: whether Redis answers, and the subscription works. */
const beatInterval = 1_000
/** Timeout for a message to ourselves, in ms. */
const echoTimeout = 500
/**
 * How many heartbeats without an answer until the connections are made again: they may be dead without having been
 * closed.
 */
const missedBeatsToReconnect = 3
/** The copy is repaired at every so many heartbeats. */
const beatsPerRepair = 5
/** Timeout for connecting to Redis at the start, in ms. */
const connectTimeout = 1_000
/** Rate limit of log lines about foreign messages on our channel, or about another reason of the same outage; ms. */
const reportInterval = 60_000

export type RedisLinkDeps = {
  redis: RedisConnections
  redisLog: RedisLog
  redisCopy: RedisCopy
  tail: Tail
  log: { warn(details: object, message: string): void; info(details: object, message: string): void }
}

/** Another use of the same Redis (rate limit counters, say), which counts for the status of Redis. */
export type RedisNeed = {
  /** Why Redis cannot serve this use now, or null. */
  failure(): RedisFailure | null
  /** Tests this use; `failure` has the result. */
  tryOut(): Promise<void>
}

export function createRedisLink(deps: RedisLinkDeps) {
  const { redis, redisLog, redisCopy, tail, log } = deps
  const ownChannel = `${logChannel}:${randomUUID()}`
  let echo: (() => void) | null = null
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let receives = false
  /** Why the subscription failed, where Redis has given a reason. */
  let listenFailure: RedisFailure | null = null
  const needs: RedisNeed[] = []
  /** The last logged reason and its time; null for none. */
  let lastReport: { reason: string | null; at: number } | null = null
  let missedBeats = 0
  let beatsToRepair = 0
  let foreignMessages = { count: 0, reportedAt: Number.NEGATIVE_INFINITY }

  redis.listener.on('ready', () => void listen())
  redis.listener.on('close', () => {
    receives = false
  })
  redis.listener.on('message', (channel: string, text: string) => (channel === ownChannel ? echo?.() : onMessage(text)))

  async function listen(): Promise<void> {
    try {
      await redis.listener.subscribe(logChannel, ownChannel)
      listenFailure = null
    } catch (error) {
      // The next heartbeat receives no message from itself, and reconnects.
      listenFailure = RedisFailure.from(error, 'listen to the other servers')
    }
  }

  function onMessage(text: string): void {
    const message = redisLog.readMessage(text)
    if (!message) reportForeignMessage()
    else if (message.log !== tail.logId) readInBackground(tail.readNow())
    else if (message.entries.length < message.upto - message.after || !tail.applyRemote(message)) {
      // A gap, or too many entries for one message: they were committed before they were published, so the database
      // must have them.
      readInBackground(tail.reach(message.upto, 'Redis'))
    }
  }

  /** Starts a read without waiting; its failure is ignored: a caller that depends on a read makes its own. */
  function readInBackground(read: Promise<void>): void {
    read.catch(() => {})
  }

  function reportForeignMessage(): void {
    foreignMessages.count++
    if (performance.now() - foreignMessages.reportedAt < reportInterval) return
    const message = 'messages in Redis have no valid MAC: another installation, or a server with another SECRET_KEY'
    log.warn({ count: foreignMessages.count }, message)
    foreignMessages = { count: 0, reportedAt: performance.now() }
  }

  /** Publishes a message to itself, on the path that messages of other processes take. */
  async function receivesOwnMessage(): Promise<boolean> {
    let overdue: NodeJS.Timeout | undefined
    const received = new Promise<boolean>(resolve => {
      echo = () => resolve(true)
      overdue = setTimeout(resolve, echoTimeout, false)
    })
    try {
      await redis.verify()
      await redis.probe(client => client.publish(ownChannel, ''), 'publish to the other servers')
      return await received
    } catch {
      return false
    } finally {
      clearTimeout(overdue)
      echo = null
    }
  }

  async function beat(): Promise<void> {
    receives = await receivesOwnMessage()
    if (receives) redis.heard()
    missedBeats = receives ? 0 : missedBeats + 1
    if (missedBeats >= missedBeatsToReconnect) {
      missedBeats = 0
      redis.reconnect()
    }
    // Repaired at once after each interruption: messages may have been missed, or entries lost.
    if (!receives) beatsToRepair = 0
    else if (beatsToRepair-- <= 0) {
      beatsToRepair = (await isInOrder()) ? beatsPerRepair : 0
    }
    redisCopy.settle()
    reportStatus()
  }

  async function isInOrder(): Promise<boolean> {
    const isRight = await redisCopy.repair()
    for (const need of needs) await need.tryOut()
    return isRight && needs.every(need => need.failure() === null)
  }

  /** Why Redis does not work in full; null while it does. */
  function presentFailure(): RedisFailure | null {
    if (!redis.answers) return redis.lastFailure ?? new RedisFailure('AWAY')
    if (!receives)
      return listenFailure ?? redis.lastFailure ?? new RedisFailure('TIMEOUT', 'listen to the other servers')
    const firstFailure = needs.map(need => need.failure()).find(failure => failure !== null)
    return redisLog.refused ?? redisCopy.failure ?? firstFailure ?? null
  }

  const status = () => (presentFailure() === null ? 'ok' : 'degraded')

  function reportStatus(): void {
    const failure = presentFailure()
    const reason = failure?.reason ?? null
    if (reason === (lastReport?.reason ?? null) && lastReport) return
    // One outage has many symptoms: another reason is logged after a while only.
    const at = performance.now()
    if (reason !== null && lastReport?.reason && at - lastReport.at < reportInterval) return
    if (failure)
      log.warn(
        { failure: failure.code, reason: failure.reason },
        'Redis is degraded: servers use the database in its place, or count by themselves',
      )
    else if (lastReport) log.info({}, 'Redis works again')
    lastReport = { reason, at }
  }

  function schedule(): void {
    timer = setTimeout(async () => {
      await beat()
      if (!stopped) schedule()
    }, beatInterval).unref()
  }

  return {
    /** `degraded`: revocations still hold, they reach other processes more slowly. */
    status,

    /** Why it is degraded, in words; null while it is not. */
    reason: (): string | null => presentFailure()?.reason ?? null,

    /** Makes another use of Redis count for its status from now on. */
    require(need: RedisNeed): void {
      needs.push(need)
    },

    /** Connects, and reads what Redis has; after a timeout the start goes on without, and Redis is connected later. */
    async start(): Promise<void> {
      const connected = await redis.connect(connectTimeout)
      if (connected) await listen()
      redisCopy.settle()
      await beat()
      if (!stopped) schedule()
    },

    /** Publishes what is still queued, and closes. */
    async close(): Promise<void> {
      stopped = true
      clearTimeout(timer)
      await redisLog.untilPublished()
      redis.close()
    },
  }
}

export type RedisLink = ReturnType<typeof createRedisLink>
