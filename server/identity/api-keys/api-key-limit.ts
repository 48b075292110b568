// Rate limit of one API key: requests per minute. With Redis all servers count together; without it each counts alone.
import { refuse } from '../../protocol/errors.js'
import type { Quota } from '../../protocol/rate-limit.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { GuessCounts } from '../sign-in/guess-counts.js'

export type ApiKeyLimitDeps = { counts: GuessCounts; policy: PolicyInForce; now: () => number }

const window = 60_000

export function createApiKeyLimit({ counts, policy, now }: ApiKeyLimitDeps) {
  /** Keys that have reached the limit in the present window: their requests are refused without a read or a count. */
  let full = { endsAt: 0, limit: 0, keys: new Set<string>() }

  const quotaOf = (limit: number, remaining: number, resetsIn: number): Quota[] => [
    { name: 'api key', limit, window: window / 1000, remaining, resetsIn },
  ]

  const tooMany = (limit: number, resetsIn: number) =>
    refuse('too_many_requests', {
      retryAfter: resetsIn,
      quotas: quotaOf(limit, 0, resetsIn),
    })

  function present() {
    const at = now()
    const endsAt = (Math.floor(at / window) + 1) * window
    return { endsAt, limit: policy().api_key_requests_per_minute, resetsIn: Math.ceil((endsAt - at) / 1000) }
  }

  return {
    /** @param mark the hash of the key @throws too_many_requests, where this process knows that already */
    requireRoom(mark: string): void {
      const { endsAt, limit, resetsIn } = present()
      if (full.endsAt !== endsAt || full.limit !== limit) full = { endsAt, limit, keys: new Set() }
      if (full.keys.has(mark)) throw tooMany(limit, resetsIn)
    },

    /** Counts a request. @returns the remaining quota @throws too_many_requests */
    async take(mark: string): Promise<Quota[]> {
      const { endsAt, limit, resetsIn } = present()
      if (limit === 0) return []
      const { counted, held } = await counts.take([{ key: `key:${endsAt}:${mark}`, limit, endsAt }])
      if (counted) return quotaOf(limit, Math.max(0, limit - held[0]!), resetsIn)
      if (full.endsAt === endsAt && full.limit === limit) full.keys.add(mark)
      throw tooMany(limit, resetsIn)
    },
  }
}

export type ApiKeyLimit = ReturnType<typeof createApiKeyLimit>
