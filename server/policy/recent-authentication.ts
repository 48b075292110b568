// What is hard to take back is done only by who has signed in, or typed the password again, a short while ago.

/** How long ago that may be, in seconds. */
export const recentFor = 300

/** @param authenticatedAt and now in epoch ms */
export function isRecentlyAuthenticated(authenticatedAt: number, now: number): boolean {
  return authenticatedAt > now - recentFor * 1_000
}
