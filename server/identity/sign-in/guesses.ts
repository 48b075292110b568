// Counts guesses at passwords before they are tested, so that concurrent ones never exceed the limit; a guess that was
// not wrong is given back. Keys contain no names: both here and in Redis they are keyed hashes (HMAC).
import { createHmac, hkdfSync } from 'node:crypto'
import { type Bucket, bucketsOf, type Guesser, guessWindow, windowOf } from '../../policy/guesses.js'
import { type ErrorCode, Refusal, type RefusalDetails, refuse } from '../../protocol/errors.js'
import type { Quota } from '../../protocol/rate-limit.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import { type Count, createGuessCounts } from './guess-counts.js'
import { createSharedGuessCounts, type RedisLike, type SharedGuessCountsDeps } from './shared-guess-counts.js'

/** Error codes of a wrong guess; with any other code the password may have been right. */
const wrong: ReadonlySet<ErrorCode> = new Set([
  'no_active_account',
  'invalid_fields',
  'invalid_client',
  'api_key_unknown',
])

/** Retry-After in seconds, where a bucket is full of guesses that are still being tested. */
const soon = 2

export type GuessesDeps = Omit<SharedGuessCountsDeps, 'redis' | 'own'> & {
  /** Left out: each server counts alone. */
  redis?: RedisLike | undefined
  secretKey: Buffer
  policy: PolicyInForce
}

export function createGuesses({ redis, secretKey, policy, ...deps }: GuessesDeps) {
  const { now, log } = deps
  const own = createGuessCounts({ now })
  const shared = redis ? createSharedGuessCounts({ redis, own, ...deps }) : null
  const counts = shared ?? own
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'darvoza guesses', 32))
  /** How many guesses this process is testing now, by bucket. */
  const underTest = new Map<string, number>()

  /**
   * Counts a guess, tests it, and gives it back unless it was wrong.
   * @returns the result of the test, and the remaining quotas
   * @throws too_many_guesses, without a test; and whatever the test throws. Both carry the remaining quotas.
   */
  async function count<T>(guesser: Guesser, test: () => Promise<T>): Promise<{ result: T; quotas: Quota[] }> {
    const at = now()
    const buckets = bucketsOf(guesser, policy().sign_in_guesses_per_hour)
    const wanted = buckets.map(bucket => countOf(bucket, at))
    const taken = await counts.take(wanted)
    const quotas = (givenBack: number) => quotasOf(buckets, taken.held, givenBack, at)
    if (!taken.counted) {
      const logged = { reason: 'too_many_guesses', user: 'userId' in guesser ? guesser.userId : null }
      throw refuseFull(wanted, taken.held, at, { quotas: quotas(0), logged })
    }
    note(wanted, 1)
    try {
      const result = await test()
      taken.giveBack()
      return { result, quotas: quotas(1) }
    } catch (error) {
      const isWrong = error instanceof Refusal && wrong.has(error.code)
      if (!isWrong) taken.giveBack()
      else if (guesser.kind === 'owner') {
        const { userId: user, deviceId: device } = guesser
        log.info({ reason: 'wrong_password', user, device }, 'a signed-in user typed a wrong password')
      }
      throw error instanceof Refusal
        ? new Refusal(error.code, { ...error.details, quotas: quotas(isWrong ? 0 : 1) })
        : error
    } finally {
      note(wanted, -1)
    }
  }

  function countOf({ of, limit }: Bucket, at: number): Count {
    const { number, endsAt } = windowOf(at)
    const mark = createHmac('sha256', key).update(JSON.stringify(of)).digest('base64url').slice(0, 22)
    return { key: `${number}:${mark}`, limit, endsAt }
  }

  function refuseFull(wanted: readonly Count[], held: readonly number[], at: number, details: RefusalDetails): Refusal {
    const full = wanted.filter(({ limit }, index) => held[index]! >= limit)
    const waits = full.map(one => (underTest.has(one.key) ? soon : secondsUntil(one.endsAt, at)))
    return refuse('too_many_guesses', { ...details, retryAfter: Math.max(...waits) })
  }

  function note(wanted: readonly Count[], more: 1 | -1): void {
    for (const { key } of wanted) {
      const count = (underTest.get(key) ?? 0) + more
      if (count > 0) underTest.set(key, count)
      else underTest.delete(key)
    }
  }

  return { count, counts, shared }
}

export type Guesses = ReturnType<typeof createGuesses>

/**
 * Remaining quotas of the caller's own buckets alone; 0 where another bucket is full, which the next request would
 * reveal anyway.
 */
function quotasOf(buckets: readonly Bucket[], held: readonly number[], givenBack: number, at: number): Quota[] {
  const resetsIn = secondsUntil(windowOf(at).endsAt, at)
  const left = buckets.map(({ limit }, index) => Math.max(0, limit - held[index]! + givenBack))
  return buckets.flatMap(({ name, limit, isReported }, index) => {
    if (!isReported) return []
    const isFull = buckets.some((other, of) => other.name === name && left[of] === 0)
    return [{ name, limit, window: guessWindow, remaining: isFull ? 0 : left[index]!, resetsIn }]
  })
}

function secondsUntil(end: number, at: number): number {
  return Math.max(1, Math.ceil((end - at) / 1000))
}
