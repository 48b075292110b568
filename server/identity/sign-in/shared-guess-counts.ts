// Counters of guesses in Redis, shared by all servers. While Redis is unavailable, hangs or is full, this process
// counts alone: no request waits for Redis, and none is refused because of it.
import type { Cluster, Redis } from 'ioredis'
import type { RedisNeed } from '../../revocation/redis-link.js'
import { RedisFailure } from '../../storage/redis-failure.js'
import type { Count, GuessCounts, Taken } from './guess-counts.js'

export type RedisLike = Redis | Cluster

/** One hash tag, so that a Redis cluster keeps all keys of a script in one slot. */
const prefix = '{darvoza}:guess:'

/** Interval between probes of a failed Redis, in ms; no request waits for a probe. */
const probeEvery = 1_000

/** KEYS: the buckets. ARGV: the limit of each, and its TTL in ms. */
const takeScript = `
local held, counted = {}, 1
for i, key in ipairs(KEYS) do
  held[i] = tonumber(redis.call('GET', key) or '0')
  if held[i] >= tonumber(ARGV[2 * i - 1]) then counted = 0 end
end
if counted == 1 then
  for i, key in ipairs(KEYS) do
    held[i] = redis.call('INCR', key)
    if held[i] == 1 then redis.call('PEXPIRE', key, ARGV[2 * i]) end
  end
end
return {counted, held}`

/** Counts never fall below 0, also where a key has expired. */
const giveBackScript = `
for _, key in ipairs(KEYS) do
  local held = tonumber(redis.call('GET', key) or '0')
  if held > 1 then redis.call('DECR', key) elseif held == 1 then redis.call('DEL', key) end
end`

type Scripted = {
  darvozaTakeGuess(keys: number, ...keysAndValues: (string | number)[]): Promise<unknown>
  darvozaGiveGuessBack(keys: number, ...names: string[]): Promise<unknown>
}

export type SharedGuessCountsDeps = {
  /** A client with a short command timeout: what Redis does not answer in time is counted in this process. */
  redis: RedisLike
  /** Counts while Redis is unavailable. */
  own: GuessCounts
  now: () => number
  monotonic: () => number
  log: { warn(details: object, message: string): void; info(details: object, message: string): void }
}

export function createSharedGuessCounts({
  redis,
  own,
  now,
  monotonic,
  log,
}: SharedGuessCountsDeps): GuessCounts & RedisNeed {
  redis.defineCommand('darvozaTakeGuess', { lua: takeScript })
  redis.defineCommand('darvozaGiveGuessBack', { lua: giveBackScript })
  const scripted = redis as unknown as Scripted
  /** Why Redis does not count; null while it does. */
  let failure: RedisFailure | null = null
  let probedAt = 0

  async function takeInRedis(wanted: readonly Count[]): Promise<Taken> {
    const keys = wanted.map(({ key }) => prefix + key)
    const values = wanted.flatMap(({ limit, endsAt }) => [limit, Math.max(1, Math.ceil(endsAt - now()))])
    const [counted, held] = readTaken(await scripted.darvozaTakeGuess(keys.length, ...keys, ...values), keys.length)
    const giveBack = () => {
      // A guess that cannot be given back counts until its window ends.
      if (counted) scripted.darvozaGiveGuessBack(keys.length, ...keys).catch(leave)
    }
    return { counted: counted === 1, held, giveBack }
  }

  function leave(error: unknown): void {
    const why = RedisFailure.from(error, 'count guesses')
    if (!failure) log.warn({ reason: why.reason }, 'Redis does not count guesses: each server counts by itself')
    failure = why
    probedAt = monotonic()
  }

  /**
   * Probes Redis with the real scripts: a full Redis, or a replica, still answers reads, and an ACL may allow commands
   * but no scripts.
   */
  async function tryOut(): Promise<void> {
    probedAt = monotonic()
    try {
      const key = `${prefix}probe`
      readTaken(await scripted.darvozaTakeGuess(1, key, 1, 10 * probeEvery), 1)
      await scripted.darvozaGiveGuessBack(1, key)
      if (failure) log.info({}, 'Redis counts guesses again')
      failure = null
    } catch (error) {
      leave(error)
    }
  }

  return {
    failure: () => failure,
    tryOut,

    async take(wanted) {
      if (failure) {
        if (monotonic() - probedAt >= probeEvery) void tryOut()
        return own.take(wanted)
      }
      try {
        return await takeInRedis(wanted)
      } catch (error) {
        leave(error)
        return own.take(wanted)
      }
    },
  }
}

/** Validates the script's answer. @throws RedisFailure */
function readTaken(answer: unknown, keys: number): [counted: number, held: number[]] {
  const [counted, held] = Array.isArray(answer) ? answer : []
  const isRight = Array.isArray(held) && held.length === keys && held.every(Number.isInteger)
  if (!isRight || (counted !== 0 && counted !== 1)) throw new RedisFailure('PROTOCOL')
  return [counted, held]
}
