import { apiKeyState } from '../../policy/api-key.js';
export function publicApiKey({ id, userId, name, hint, scopes, resource, elevated, createdAt, expiresAt, lastUsedAt, lastUsedAddress, endedAt, endedWhy, }, now) {
    const [made, used] = [
        { createdAt, expiresAt },
        { lastUsedAt, lastUsedAddress },
    ];
    const state = apiKeyState({ expiresAt, endedAt }, now);
    return { id, userId, name, hint, scopes, resource, elevated, ...made, ...used, state, endedAt, endedWhy };
}
//# sourceMappingURL=public-api-key.js.map