// Rate limits per user for actions without a password that write a row, or an entry that other processes hold in memory: no other
// limit applies to a signed-in user, or to a script with their cookie or token.
import { type ErrorCode, refuse } from '../protocol/errors.js'
import { createGuessCounts } from './sign-in/guess-counts.js'

/** `window` is in ms. */
export type QuotaRule = { most: number; window: number; code: ErrorCode }

export const quotas = {
  /**
   * Authorization codes: each is a row for a day; redeemed, it costs a session, audit entries and, where a session must
   * make room, a revocation log entry. Far more than a user's browser tabs ask for, even if all renew at once.
   */
  codes: { most: 300, window: 60_000, code: 'too_many_codes' },
  /**
   * Token revocations by one application for one user: each is a log entry that every verifier holds in memory, and an
   * application may have a limited number of them (token-revocation.ts), which one user must not use up.
   */
  revocations: { most: 100, window: 3_600_000, code: 'too_many_revocations' },
  /** API keys; ended ones stay listed for months. */
  apiKeys: { most: 100, window: 3_600_000, code: 'too_many_requests' },
  /** Client metadata documents: each application is a row for good, and changes of it are audited. */
  documents: { most: 30, window: 3_600_000, code: 'too_many_requests' },
} as const satisfies Record<string, QuotaRule>

/** Counts in this process alone: the limit need not be exact, only end a flood. */
export function createQuota({ most, window, code }: QuotaRule, { now }: { now: () => number }) {
  const counts = createGuessCounts({ now })

  /** @throws the code of the rule */
  return async function takeOne(whose: string): Promise<void> {
    const at = now()
    const endsAt = (Math.floor(at / window) + 1) * window
    const { counted } = await counts.take([{ key: `${endsAt} ${whose}`, limit: most, endsAt }])
    if (!counted) throw refuse(code, { retryAfter: Math.max(1, Math.ceil((endsAt - at) / 1000)) })
  }
}

export type Quota = ReturnType<typeof createQuota>
