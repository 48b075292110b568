// The copy of the log in Redis: the newest entries, one member of a sorted set each, and a pub/sub channel for new
// commits. Write access to Redis must not suffice to undo a revocation or to invent one, so every text has a MAC under
// SECRET_KEY; texts without a valid one are ignored.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { LogAnswer } from '../protocol/log/projection.js'
import { type Revocation, revocationKinds } from '../protocol/log/revocation.js'
import type { RedisClient, RedisConnections } from '../storage/redis.js'
import type { RedisFailure } from '../storage/redis-failure.js'

/** The channel on which servers publish what they have committed; one for all ids of the log, as all must learn of a new id. */
export const logChannel = 'darvoza:log'
/**
 * How many of the newest entries are kept: enough after a short interruption; after a longer one the database is
 * read.
 */
export const keptEntries = 2_048
/** TTL of a copy that no server maintains, in ms: for a week it proves that a restored database is too old. */
const keptFor = 7 * 86_400_000
/** Entries in one message or command. */
const batch = 200
/** Connection timeout of a command-line program that is no server, in ms. */
const connectTimeout = 1_000

/** What could not be done, for the error message. */
const keeping = 'keep a copy of the revocation log'

const isNumber = (answer: unknown) => typeof answer === 'number'
const areTexts = (answer: unknown) => Array.isArray(answer) && answer.every(text => typeof text === 'string')

const entrySchema = z.object({
  seq: z.int().positive(),
  kind: z.enum(revocationKinds),
  subject: z.string(),
  effect: z.enum(['end', 'refresh']),
  exceptSid: z.string().nullable(),
  reason: z.string(),
  expiresAt: z.number(),
})
/** One member of the sorted set; it contains log id and number, as its key and score are not authenticated. */
const memberSchema = z.object({ log: z.string(), entry: entrySchema })
const messageSchema = z.object({
  log: z.string(),
  after: z.int().nonnegative(),
  upto: z.int().positive(),
  /** All entries of the stretch, or none where they are too many. */
  entries: z.array(entrySchema),
})

export type LogMessage = LogAnswer & { log: string }

export type RedisLogDeps = { redis: RedisConnections; secretKey: Buffer }

export function createRedisLog({ redis, secretKey }: RedisLogDeps) {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'darvoza redis log', 32))
  const underway = new Set<Promise<unknown>>()
  let connecting: Promise<boolean> | null = null
  /** The failure with which Redis takes no more entries: it is full, or read-only. */
  let refused: RedisFailure | null = null
  /** Whether the copy has a foreign member, a gap, or two entries with one number. */
  let needsRebuild = false

  const macOf = (text: string) => createHmac('sha256', key).update(text).digest().subarray(0, 16)
  const sealed = (value: object) => {
    const text = JSON.stringify(value)
    return `${macOf(text).toString('base64url')}.${text}`
  }

  function opened<T>(sealedText: string, schema: z.ZodType<T>): T | null {
    const text = sealedText.slice(23)
    const mac = Buffer.from(sealedText.slice(0, 22), 'base64url')
    if (sealedText[22] !== '.' || mac.length !== 16 || !timingSafeEqual(mac, macOf(text))) return null
    try {
      return schema.safeParse(JSON.parse(text)).data ?? null
    } catch {
      return null
    }
  }

  /** The entry of this log in a member, or null. */
  function entryIn(logId: string, member: string): Revocation | null {
    const read = opened(member, memberSchema)
    return read?.log === logId ? read.entry : null
  }

  async function add(logId: string, entries: readonly Revocation[]): Promise<void> {
    try {
      for (let from = 0; from < entries.length; from += batch) {
        const some = entries.slice(from, from + batch)
        const members = some.flatMap(entry => [entry.seq, sealed({ log: logId, entry: entryOf(entry) })])
        await ask(client => client.zadd(keyOf(logId), ...members), isNumber)
      }
      await redis.run(client => client.pexpire(keyOf(logId), keptFor), isNumber, keeping)
      refused = null
    } catch (error) {
      if ((error as RedisFailure).isRefusal) refused = error as RedisFailure
      throw error
    }
  }

  /** Runs commands like `redis.run`; a command-line program connects only at its first one. */
  async function ask<T>(work: (client: RedisClient) => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
    if (redis.commands.status === 'wait') connecting = redis.connect(connectTimeout)
    await connecting
    return redis.run(work, isRight, keeping)
  }

  /** Raw members with numbers in (after, upto]. */
  const range = (logId: string, after: number, upto: number) =>
    ask(client => client.zrangebyscore(keyOf(logId), `(${after}`, upto), areTexts)

  const remove = (logId: string, from: string, upto: number) =>
    redis.run(client => client.zremrangebyscore(keyOf(logId), from, upto), isNumber, keeping)

  async function publishAll(logId: string, entries: readonly Revocation[]): Promise<void> {
    const upto = entries.at(-1)!.seq
    const published = entries.length > batch ? [] : entries.map(entryOf)
    const message = sealed({ log: logId, after: entries[0]!.seq - 1, upto, entries: published })
    await Promise.allSettled([ask(client => client.publish(logChannel, message), isNumber), add(logId, entries)])
  }

  return {
    get refused() {
      return refused
    },

    get needsRebuild() {
      return needsRebuild
    },

    /** Publishes new commits. Not awaited, and it may fail: the database has them. */
    publish(logId: string, entries: readonly Revocation[]): void {
      if (entries.length === 0) return
      const publishing: Promise<void> = publishAll(logId, entries).finally(() => underway.delete(publishing))
      underway.add(publishing)
    },

    /** Parses a message of the channel; null where its MAC is not ours. */
    readMessage(text: string): LogMessage | null {
      return opened(text, messageSchema)
    },

    /** Every entry in (after, upto], or null where one is missing, two have one number, or Redis does not answer. */
    async between(logId: string, after: number, upto: number): Promise<Revocation[] | null> {
      if (upto - after > keptEntries || !redis.answers) return null
      try {
        const members = await range(logId, after, upto)
        const entries = members.map(member => entryIn(logId, member))
        const isRight = entries.every((entry, index) => entry?.seq === after + 1 + index)
        if (!isRight) needsRebuild = true
        return isRight && entries.length === upto - after ? (entries as Revocation[]) : null
      } catch {
        return null
      }
    },

    /** The highest number in the copy, 0 for none. @throws RedisFailure */
    async highest(logId: string): Promise<number> {
      // More than one member, as foreign ones may rank highest.
      const members = await redis.run(client => client.zrevrange(keyOf(logId), 0, 9), areTexts, keeping)
      return Math.max(0, ...members.map(member => entryIn(logId, member)?.seq ?? 0))
    },

    /** Entries of the copy above a number. @throws RedisFailure */
    async above(logId: string, seq: number): Promise<Revocation[]> {
      const members = await range(logId, seq, Number.MAX_SAFE_INTEGER)
      return members
        .map(member => entryIn(logId, member))
        .filter(entry => entry !== null && entry.seq > seq) as Revocation[]
    },

    /** How many entries the copy has in (after, upto]. @throws RedisFailure */
    count: (logId: string, after: number, upto: number): Promise<number> =>
      redis.run(client => client.zcount(keyOf(logId), `(${after}`, upto), isNumber, keeping),

    /**
     * Repairs the copy of (after, upto], and removes entries older than the newest `keptEntries`. @throws
     * RedisFailure
     */
    async restore(logId: string, after: number, upto: number, entries: readonly Revocation[]): Promise<void> {
      if (needsRebuild) await remove(logId, `(${after}`, upto)
      needsRebuild = false
      await add(logId, entries)
    },

    /** Removes entries older than the newest `keptEntries`. @throws RedisFailure */
    async trim(logId: string, upto: number): Promise<void> {
      await remove(logId, '-inf', upto - keptEntries)
      await redis.run(client => client.pexpire(keyOf(logId), keptFor), isNumber, keeping)
    },

    /** Resolves once no message is being published. */
    async untilPublished(): Promise<void> {
      await Promise.allSettled(underway)
    },
  }
}

export type RedisLog = ReturnType<typeof createRedisLog>

/** The key of the sorted set: one hash tag per log, so that a cluster keeps all of it on one node. */
function keyOf(logId: string): string {
  return `{darvoza:${logId}}:log`
}

/** The fields of an entry in a fixed order, so that all processes write the same text for it. */
function entryOf(entry: Revocation): Revocation {
  const { seq, kind, subject, effect, exceptSid, reason, expiresAt } = entry
  return { seq, kind, subject, effect, exceptSid, reason, expiresAt }
}
