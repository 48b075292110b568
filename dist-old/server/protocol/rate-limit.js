/** The header fields that tell it: draft-ietf-httpapi-ratelimit-headers-11 §3 (RateLimit-Policy) and §4 (RateLimit). */
export function rateLimitHeaders(quotas) {
    if (quotas.length === 0)
        return {};
    return {
        'RateLimit-Policy': quotas.map(({ name, limit, window }) => `"${name}";q=${limit};w=${window}`).join(', '),
        RateLimit: quotas.map(({ name, remaining, resetsIn }) => `"${name}";r=${remaining};t=${resetsIn}`).join(', '),
    };
}
//# sourceMappingURL=rate-limit.js.map