// The copy of the log in Redis: the newest entries, one member of a sorted set each, and a pub/sub channel for what was just
// committed. Write access to Redis must not allow to undo a revocation or to invent one, so every text has a MAC under
// SECRET_KEY; texts without a valid one are ignored.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { LogAnswer } from '../protocol/log/projection.js'
import { type Revocation, revocationKinds } from '../protocol/log/revocation.js'
import type { RedisClient, RedisConnections } from '../storage/redis.js'
import type { RedisFailure } from '../storage/redis-failure.js'

/** The channel on which servers publish what they have committed; one for all ids of the log, as all must learn of a new id. */
export const logChannel = 'darvoza:log'
/** How many entries are kept, the newest: enough after a short interruption; after a longer one the database is read. */
export const keptEntries = 2_048
/** TTL of a copy that no server maintains, in ms: it shows for a week that a restored database is too old. */
const keptFor = 7 * 86_400_000
/** Entries in one message or command. */
const batch = 200
/** Timeout for the connection of a command that was not started as a server, in ms. */
const patience = 1_000

/** What a refusal kept us from. */
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
/** One member of the sorted set: it says itself whose it is, whatever its place says. */
const memberSchema = z.object({ log: z.string(), entry: entrySchema })
const messageSchema = z.object({
  log: z.string(),
  after: z.int().nonnegative(),
  upto: z.int().positive(),
  /** All of the stretch, or none where they are too many. */
  entries: z.array(entrySchema),
})

export type LogMessage = LogAnswer & { log: string }

export type RedisLogDeps = { redis: RedisConnections; secretKey: Buffer }

export function createRedisLog({ redis, secretKey }: RedisLogDeps) {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'darvoza redis log', 32))
  const underway = new Set<Promise<unknown>>()
  let connecting: Promise<boolean> | null = null
  /** Redis takes no more entries: it is full, or may not be written to. */
  let refused: RedisFailure | null = null
  /** Something was found in the copy that does not belong there. */
  let spoilt = false

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

  /** The entry of this log that a member is, or null. */
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

  /** As `redis.run`; a program that is no server connects only once it has something to ask. */
  async function ask<T>(work: (client: RedisClient) => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
    if (redis.commands.status === 'wait') connecting = redis.connect(patience)
    await connecting
    return redis.run(work, isRight, keeping)
  }

  /** Members with numbers in (after, upto], as they are. */
  const range = (logId: string, after: number, upto: number) =>
    ask(client => client.zrangebyscore(keyOf(logId), `(${after}`, upto), areTexts)

  const remove = (logId: string, from: string, upto: number) =>
    redis.run(client => client.zremrangebyscore(keyOf(logId), from, upto), isNumber, keeping)

  async function tellAll(logId: string, entries: readonly Revocation[]): Promise<void> {
    const upto = entries.at(-1)!.seq
    const told = entries.length > batch ? [] : entries.map(entryOf)
    const message = sealed({ log: logId, after: entries[0]!.seq - 1, upto, entries: told })
    await Promise.allSettled([ask(client => client.publish(logChannel, message), isNumber), add(logId, entries)])
  }

  return {
    get refused() {
      return refused
    },

    get spoilt() {
      return spoilt
    },

    /** Publishes what was just committed. Not awaited, and it may fail: the database has it. */
    tell(logId: string, entries: readonly Revocation[]): void {
      if (entries.length === 0) return
      const telling: Promise<void> = tellAll(logId, entries).finally(() => underway.delete(telling))
      underway.add(telling)
    },

    /** A message of the channel; null where its MAC is not ours. */
    readMessage(text: string): LogMessage | null {
      return opened(text, messageSchema)
    },

    /** Every entry in (after, upto], or null where one is missing, two claim one number, or Redis does not say. */
    async between(logId: string, after: number, upto: number): Promise<Revocation[] | null> {
      if (upto - after > keptEntries || !redis.answers) return null
      try {
        const members = await range(logId, after, upto)
        const entries = members.map(member => entryIn(logId, member))
        const isRight = entries.every((entry, index) => entry?.seq === after + 1 + index)
        if (!isRight) spoilt = true
        return isRight && entries.length === upto - after ? (entries as Revocation[]) : null
      } catch {
        return null
      }
    },

    /** The highest number in the copy, 0 for none. @throws RedisFailure */
    async highest(logId: string): Promise<number> {
      // Beside what others may have put there.
      const members = await redis.run(client => client.zrevrange(keyOf(logId), 0, 9), areTexts, keeping)
      return Math.max(0, ...members.map(member => entryIn(logId, member)?.seq ?? 0))
    },

    /** What the copy has above a number, as the database had it. @throws RedisFailure */
    async above(logId: string, seq: number): Promise<Revocation[]> {
      const members = await range(logId, seq, Number.MAX_SAFE_INTEGER)
      return members
        .map(member => entryIn(logId, member))
        .filter(entry => entry !== null && entry.seq > seq) as Revocation[]
    },

    /** How many entries there are in (after, upto]. @throws RedisFailure */
    count: (logId: string, after: number, upto: number): Promise<number> =>
      redis.run(client => client.zcount(keyOf(logId), `(${after}`, upto), isNumber, keeping),

    /** Puts the copy of (after, upto] right, and forgets what lies before the newest. @throws RedisFailure */
    async restore(logId: string, after: number, upto: number, entries: readonly Revocation[]): Promise<void> {
      if (spoilt) await remove(logId, `(${after}`, upto)
      spoilt = false
      await add(logId, entries)
    },

    /** Forgets what lies before the newest. @throws RedisFailure */
    async trim(logId: string, upto: number): Promise<void> {
      await remove(logId, '-inf', upto - keptEntries)
      await redis.run(client => client.pexpire(keyOf(logId), keptFor), isNumber, keeping)
    },

    /** Resolves once nothing is being said any more. */
    async silence(): Promise<void> {
      await Promise.allSettled(underway)
    },
  }
}

export type RedisLog = ReturnType<typeof createRedisLog>

/** One hash tag per log, so that a cluster keeps all of it in one place. */
function keyOf(logId: string): string {
  return `{darvoza:${logId}}:log`
}

/** Always the same text for the same entry, whoever writes it. */
function entryOf(entry: Revocation): Revocation {
  const { seq, kind, subject, effect, exceptSid, reason, expiresAt } = entry
  return { seq, kind, subject, effect, exceptSid, reason, expiresAt }
}
