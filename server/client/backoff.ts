// How long a client waits before it sends a request again.

const firstPause = 150
const longestPause = 2_000

/**
 * Exponential backoff with jitter, and never shorter than the server's `Retry-After` (RFC 9110 §10.2.3): tabs that
 * failed together do not retry together.
 * @param attempt from 0 on
 * @param retryAfter in seconds
 * @param random from 0 up to 1
 * @returns ms
 */
export function backoff(attempt: number, retryAfter: number | undefined, random: () => number): number {
  const pause = Math.min(firstPause * 2 ** attempt, longestPause) * (0.5 + random() / 2)
  return Math.max((retryAfter ?? 0) * 1000, pause)
}
