// The header fields RateLimit and RateLimit-Policy.

/** The remaining quota of a rate limit; times in seconds. */
export type Quota = { name: string; limit: number; window: number; remaining: number; resetsIn: number }

/** Header fields for quotas: draft-ietf-httpapi-ratelimit-headers-11 §3 (RateLimit-Policy) and §4 (RateLimit). */
export function rateLimitHeaders(quotas: readonly Quota[]): Record<string, string> {
  if (quotas.length === 0) return {}
  return {
    'RateLimit-Policy': quotas.map(({ name, limit, window }) => `"${name}";q=${limit};w=${window}`).join(', '),
    RateLimit: quotas.map(({ name, remaining, resetsIn }) => `"${name}";r=${remaining};t=${resetsIn}`).join(', '),
  }
}
