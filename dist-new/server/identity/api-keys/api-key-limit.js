// How often one API key may ask within a minute. Where there is Redis all servers count together; without it each by itself.
import { refuse } from '../../protocol/errors.js';
const window = 60_000;
export function createApiKeyLimit({ counts, policy, now }) {
    /** Keys that have asked often enough in the present window: nothing more is read for them, nor counted. */
    let full = { endsAt: 0, limit: 0, keys: new Set() };
    const quotaOf = (limit, remaining, resetsIn) => [
        { name: 'api key', limit, window: window / 1000, remaining, resetsIn },
    ];
    const tooMany = (limit, resetsIn) => refuse('too_many_requests', {
        retryAfter: resetsIn,
        quotas: quotaOf(limit, 0, resetsIn),
    });
    function present() {
        const at = now();
        const endsAt = (Math.floor(at / window) + 1) * window;
        return { endsAt, limit: policy().api_key_requests_per_minute, resetsIn: Math.ceil((endsAt - at) / 1000) };
    }
    return {
        /** @param mark of the key @throws too_many_requests, where that is known already */
        requireRoom(mark) {
            const { endsAt, limit, resetsIn } = present();
            if (full.endsAt !== endsAt || full.limit !== limit)
                full = { endsAt, limit, keys: new Set() };
            if (full.keys.has(mark))
                throw tooMany(limit, resetsIn);
        },
        /** Counts a request. @returns what is left @throws too_many_requests */
        async take(mark) {
            const { endsAt, limit, resetsIn } = present();
            if (limit === 0)
                return [];
            const { counted, held } = await counts.take([{ key: `key:${endsAt}:${mark}`, limit, endsAt }]);
            if (counted)
                return quotaOf(limit, Math.max(0, limit - held[0]), resetsIn);
            if (full.endsAt === endsAt && full.limit === limit)
                full.keys.add(mark);
            throw tooMany(limit, resetsIn);
        },
    };
}
//# sourceMappingURL=api-key-limit.js.map