// Renews leases: the answer tells a verifier up to which number it must have applied the log to refuse all that was refused
// when it asked.
import { refuse } from '../protocol/errors.js'
import { type LeaseAnswer, leaseTime } from '../protocol/log/feed.js'
import type { Tail } from './tail.js'
import type { Renewal, Verifiers } from './verifiers.js'

export type FeedLeasesDeps = { tail: Pick<Tail, 'headNow'>; verifiers: Pick<Verifiers, 'renew'> }

export function createFeedLeases({ tail, verifiers }: FeedLeasesDeps) {
  return {
    /** @throws too_many_verifiers, database_unavailable, log_went_back */
    async renew(renewal: Renewal): Promise<LeaseAnswer> {
      // Before the read: after a commit the rows show every verifier that was answered with a lower number
      // (enforcement.ts).
      await verifiers.renew(renewal)
      const { logId, seq, askedAt } = await tail.headNow()
      const { applied } = renewal
      // The verifier had applied more than the database has, so the database went back: entries that it will write
      // under those numbers the verifier would mistake for ones that it has.
      if (applied?.log === logId && applied.seq > seq) throw refuse('log_went_back', { retryAfter: 5 })
      return { log: logId, seq, now: Math.floor(askedAt), lease_ms: leaseTime }
    },
  }
}

export type FeedLeases = ReturnType<typeof createFeedLeases>
