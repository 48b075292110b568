// Who calls with an API key. What one may do is asked by its route (whyNot); here it must be good, not be used too often, and
// whoever tries many that are none must not cost a read of the database each.
import { isApiKey, permissionsOfKey, whyNotAsked } from '../../policy/api-key.js';
import { windowOf } from '../../policy/guesses.js';
import { refuse } from '../../protocol/errors.js';
import { apiKeyHash } from '../../tokens/api-key-lookup.js';
import { refuseToken } from '../../tokens/checks.js';
/** How many are known to be good: they are looked up however much is tried from where they come. */
const mostKnown = 20_000;
/** How many are remembered to be none, for as long as guesses count. */
const mostUnknown = 20_000;
export function createApiKeyAuthentication(deps) {
    const { apiKeyLookup, apiKeyUses, apiKeyLimit, guesses, now } = deps;
    const known = new Set();
    let unknown = { window: 0, hashes: new Set() };
    /** Those that were none within the window: no key is made later that somebody had before. */
    function unknownNow() {
        const { number: window } = windowOf(now());
        if (unknown.window !== window)
            unknown = { window, hashes: new Set() };
        return unknown.hashes;
    }
    /**
     * Only what is no key is counted, and not read any more where so many came from one network. Each counts once: a program
     * that goes on with a key of long ago must not use up what others need there, whose keys this process does not know yet.
     */
    async function find(text, hash, address) {
        if (!isApiKey(text))
            throw refuse('api_key_unknown');
        const found = known.has(hash) ? await apiKeyLookup.find(text) : null;
        if (found)
            return found;
        known.delete(hash);
        const none = unknownNow();
        if (none.has(hash))
            throw refuse('api_key_unknown');
        const { result } = await guesses.count({ kind: 'apiKey', address }, async () => {
            const standing = await apiKeyLookup.find(text);
            if (standing)
                return standing;
            if (none.size < mostUnknown)
                none.add(hash);
            throw refuse('api_key_unknown');
        });
        if (known.size >= mostKnown)
            known.clear();
        known.add(hash);
        return result;
    }
    return {
        /**
         * @param counted the request was counted already: it is asked once more behind its body
         * @returns the key, and what its limit leaves
         * @throws api_key_unknown, api_key_ended, api_key_expired, user_inactive, user_unknown, password_change_required,
         *   too_many_guesses, too_many_requests, clock_jumped, database_unavailable
         */
        async authenticate(text, address, counted) {
            const hash = apiKeyHash(text);
            if (!counted)
                apiKeyLimit.requireRoom(hash);
            const standing = await find(text, hash, address);
            // Also of one that is over: a program that does not notice would go on for ever, at a read of the database each time.
            const quotas = counted ? [] : await apiKeyLimit.take(hash);
            const code = apiKeyLookup.whyNot(standing);
            if (code)
                throw refuseToken(code);
            const { key, user } = standing;
            apiKeyUses.note(key, address);
            const whyNot = (asked) => whyNotAsked(key, user, asked);
            const { id, userId, scopes, elevated } = key;
            return { key: { id, userId, scopes, elevated, permissions: permissionsOfKey(key, user), whyNot }, quotas };
        },
    };
}
//# sourceMappingURL=api-key-authentication.js.map