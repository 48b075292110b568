// How many codes one person may have made in a minute. Each costs a row, and redeemed it costs a session, entries of the audit
// log and, where a session must make room, one of the revocation log, which every verifier holds in memory. Somebody who is
// signed in needs no password for the next one: nothing else would slow them down.
import { refuse } from '../../protocol/errors.js'
import { createGuessCounts } from '../sign-in/guess-counts.js'

/** Far more than a person's tabs ask for, also where they all renew at once. */
export const mostCodesInMinute = 300
const minute = 60_000

/** Of this process alone: it need not be exact, only end. */
export function createCodeQuota({ now }: { now: () => number }) {
  const counts = createGuessCounts({ now })

  /** @throws too_many_codes */
  return async function takeOne(userId: number): Promise<void> {
    const at = now()
    const endsAt = (Math.floor(at / minute) + 1) * minute
    const { counted } = await counts.take([{ key: `${endsAt}:${userId}`, limit: mostCodesInMinute, endsAt }])
    if (!counted) throw refuse('too_many_codes', { retryAfter: Math.max(1, Math.ceil((endsAt - at) / 1000)) })
  }
}

export type CodeQuota = ReturnType<typeof createCodeQuota>
