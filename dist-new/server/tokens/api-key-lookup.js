// Finds an API key by its text, with everything that decides what it may do, in one read. Nothing is held in memory: what
// ends a key, or takes a right from its user, counts with the next request.
import { createHash } from 'node:crypto';
import { isApiKey, whyNotLive } from '../policy/api-key.js';
export function createApiKeyLookup({ database, apiKeyStore, tail, now, latest }) {
    return {
        /** null: there is none. @throws database_unavailable, log_went_back */
        async find(text) {
            if (!isApiKey(text))
                return null;
            // A database that went back may have forgotten that it was ended.
            if (!tail.isFresh())
                await tail.freshen();
            return apiKeyStore.standingByHash(database, apiKeyHash(text));
        },
        /** Why it is good for nothing now, whoever takes it; null where it is good. */
        whyNot: ({ key, user }) => whyNotLive(key, user, now(), latest()),
    };
}
/** 32 random bytes are not guessed, so a fast hash will do; and by an index of hashes nobody learns a key from the time it takes. */
export function apiKeyHash(text) {
    return createHash('sha256').update(text).digest('base64url');
}
//# sourceMappingURL=api-key-lookup.js.map