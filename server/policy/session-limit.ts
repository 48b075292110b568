// The limit of sessions per user, as a rule on one user's live sessions.
import type { Policy } from './policies.js'

/** How many of a user's newer sessions a session may live beside. */
export function mostNewerSessions({ max_sessions_per_user, at_session_limit }: Policy): number {
  return max_sessions_per_user > 0 && at_session_limit === 'end_oldest' ? max_sessions_per_user - 1 : Infinity
}

/**
 * Whether a session counts by itself. A child counts with its browser session; only one that was granted offline
 * counts alone once that is over.
 */
export function countsAlone(
  { browserSid, offline }: { browserSid: string | null; offline: boolean },
  browserLives: boolean,
): boolean {
  return browserSid === null || (offline && !browserLives)
}

/**
 * The sessions over the limit, each by its own policy. Those do not count for others: whichever of them ends first,
 * the result is the same, and no more end than must.
 * @param oldestFirst the live sessions of one user
 */
export function overLimit<S>(oldestFirst: readonly S[], policyOf: (session: S) => Policy): S[] {
  const { isOverLimit } = createLimitCount()
  return oldestFirst
    .toReversed()
    .filter(session => isOverLimit(policyOf(session)))
    .reverse()
}

/** Applies the limit while iterating over one user's live sessions from the newest on, which need not be complete. */
export function createLimitCount() {
  let stay = 0
  return {
    /** Whether the next session is over the limit. If not it stays, and counts. */
    isOverLimit(policy: Policy): boolean {
      const isOver = isOverFor(policy)
      if (!isOver) stay++
      return isOver
    },
    isOverFor,
  }

  /** Whether any older session under this policy would be over the limit. */
  function isOverFor(policy: Policy): boolean {
    return stay > mostNewerSessions(policy)
  }
}
