// An API key that somebody holds out: whose it is, what it may do now, and why it is refused. It is neither kept nor logged, and
// counts as no use of it.
import { apiKeyPrefix, scopesInForce } from '../../policy/api-key.js';
import { publicApiKey } from './public-api-key.js';
export function createApiKeyInspection({ apiKeyLookup, now }) {
    return {
        isApiKey: (text) => text.startsWith(apiKeyPrefix),
        /** @throws database_unavailable */
        async inspect(text) {
            const standing = await apiKeyLookup.find(text);
            if (!standing)
                return { refusal: 'api_key_unknown', key: null, inForce: [] };
            const { key, user } = standing;
            const refusal = apiKeyLookup.whyNot(standing);
            return { refusal, key: publicApiKey(key, now()), inForce: refusal ? [] : scopesInForce(key, user) };
        },
    };
}
//# sourceMappingURL=api-key-inspection.js.map