// Actions that are hard to undo require a recent authentication: a sign-in, or the password typed again.

/** How long ago a recent authentication may be, in seconds. */
export const recentFor = 300

/** @param authenticatedAt and now in epoch ms */
export function isRecentlyAuthenticated(authenticatedAt: number, now: number): boolean {
  return authenticatedAt > now - recentFor * 1_000
}
