// What is hard to take back is done only by who has signed in, or typed the password again, a short while ago.
/** How long ago that may be, in seconds. */
export const recentFor = 300;
/** @param authenticatedAt and now in epoch ms */
export function isRecentlyAuthenticated(authenticatedAt, now) {
    return authenticatedAt > now - recentFor * 1_000;
}
//# sourceMappingURL=recent-authentication.js.map