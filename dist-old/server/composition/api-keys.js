import { createApiKeyAuthentication } from '../identity/api-keys/api-key-authentication.js';
import { createApiKeyInspection } from '../identity/api-keys/api-key-inspection.js';
import { createApiKeyLimit } from '../identity/api-keys/api-key-limit.js';
import { createApiKeyList } from '../identity/api-keys/api-key-list.js';
import { createApiKeys } from '../identity/api-keys/api-keys.js';
import { createQuota, quotas } from '../identity/quota.js';
export function composeApiKeys({ issuer }, { random, uuid }, { storage, revocation, tokens, signIn: { guesses } }, rights, names) {
    const { database, userStore, apiKeyStore, apiKeyListStore } = storage;
    const { applications, policy, tail, now } = revocation;
    const { changes, apiKeyLookup, apiKeyUses } = tokens;
    const apiKeyList = createApiKeyList({ database, apiKeyStore, apiKeyListStore, names, now });
    const apiKeys = createApiKeys({
        issuer,
        database,
        userStore,
        apiKeyStore,
        apiKeyList,
        rights,
        changes,
        applications,
        tail,
        quota: createQuota(quotas.apiKeys, { now }),
        random,
        uuid,
        now,
    });
    const apiKeyLimit = createApiKeyLimit({ counts: guesses.counts, policy, now });
    const apiKeyAuthentication = createApiKeyAuthentication({ apiKeyLookup, apiKeyUses, apiKeyLimit, guesses, now });
    return { apiKeys, apiKeyAuthentication, apiKeyInspection: createApiKeyInspection({ apiKeyLookup, now }) };
}
//# sourceMappingURL=api-keys.js.map