import { apiKeyOf, credentialOf, userOf } from '../../policy/actor.js';
import { accountScope, apiKeyPrefix, mostLiveApiKeys } from '../../policy/api-key.js';
import { rightsOf } from '../../policy/permissions.js';
import { refuse, refuseField } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
import { apiKeyHash } from '../../tokens/api-key-lookup.js';
import { checkedApiKey, requireHeldScopes } from './new-api-key.js';
import { publicApiKey } from './public-api-key.js';
/** How many of a user are shown, those that are over included: they stay for a while. */
const mostShown = 200;
export function createApiKeys(deps) {
    const { issuer, database, userStore, apiKeyStore, apiKeyList, rights, changes, applications, tail } = deps;
    const { quota, random, uuid, now } = deps;
    /** By the same rule as their password: whoever holds the key acts as them. Never more than the actor may do. */
    async function requireMayMake(tx, actor, userId, scopes) {
        const user = await userStore.find(tx, userId);
        if (!user || user.deletedAt !== null)
            throw refuse('not_found');
        if (!user.active)
            throw refuseField('non_field_errors', 'user_disabled');
        if (userOf(actor) !== userId) {
            await rights.requirePassword(tx, actor, rightsOf(user));
            await rights.requireGiving(tx, actor, new Set(scopes.filter(scope => scope !== accountScope)));
        }
        requireHeldScopes(scopes, user.allPermissions);
    }
    return {
        /**
         * @returns the key, and its text, which nobody can read again
         * @throws invalid_fields, not_found, permission_denied, not_by_api_key, insufficient_scope, too_many_requests
         */
        async create(userId, asked, actor) {
            if (apiKeyOf(actor) !== null)
                throw refuse('not_by_api_key');
            // Through an application of others: what it may do ends with its session, with its consent, and with itself.
            if (credentialOf(actor)?.ceiling)
                throw refuse('insufficient_scope');
            if (!tail.isFresh())
                await tail.freshen();
            const checked = checkedApiKey(asked, { issuer, applications, now: now() });
            const by = userOf(actor);
            if (by !== null)
                await quota(String(by));
            const text = apiKeyPrefix + random(32).toString('base64url');
            const key = await changes.run(actor, async (tx, { note }) => {
                await userStore.lock(tx, userId);
                await requireMayMake(tx, actor, userId, checked.scopes);
                const at = now();
                if ((await apiKeyStore.countLive(tx, userId, at)) >= mostLiveApiKeys)
                    throw refuseField('non_field_errors', 'too_many_api_keys', { count: mostLiveApiKeys });
                const made = {
                    ...{ id: uuid(), userId, ...checked, hint: text.slice(-4), createdAt: at },
                    ...{ lastUsedAt: null, lastUsedAddress: null, endedAt: null, endedWhy: null },
                };
                await apiKeyStore.insert(tx, { ...made, hash: apiKeyHash(text) });
                const { name, hint, scopes, resource, elevated, expiresAt } = made;
                const given = { ...(resource !== null && { resource }), elevated, expires_at: expiresAt };
                const after = { api_key: made.id, name, hint, scopes, ...given };
                note({ action: 'api_key_created', subject: String(userId), after });
                return made;
            }, { users: [userId] });
            return { key: publicApiKey(key, now()), text };
        },
        /** Of one user: first those that were not ended, and each the newest first. */
        listOf: async (userId) => (await apiKeyStore.ofUser(database, userId, mostShown)).map(key => publicApiKey(key, now())),
        ...apiKeyList,
        /** One of anybody's, also one that is over. @throws not_found */
        async require(id) {
            const found = await apiKeyStore.find(database, id);
            if (!found)
                throw unknownKey(id);
            return publicApiKey(found, now());
        },
        /**
         * Ends one at once.
         * @param ofUser refuses somebody else's as if it were not there; null where the actor may end others'
         * @throws not_found, also when it had already ended; permission_denied
         */
        async end(id, ofUser, actor) {
            const found = await apiKeyStore.find(database, id);
            if (!found || (ofUser !== null && found.userId !== ofUser))
                throw unknownKey(id);
            const { userId, name, hint } = found;
            const work = async (tx, { note }) => {
                await userStore.lock(tx, userId);
                if (ofUser === null && userOf(actor) !== userId)
                    await rights.requireOver(tx, actor, userId);
                if (!(await apiKeyStore.end(tx, id, now(), 'key_ended')))
                    return false;
                note({ action: 'api_key_ended', subject: String(userId), before: { api_key: id, name, hint } });
                return true;
            };
            if (!(await changes.run(actor, work, { users: [userId] })))
                throw unknownKey(id);
        },
    };
}
/** Whoever takes the text of a key for its id shall not read it again in an error or a log. */
function unknownKey(id) {
    if (id.startsWith(apiKeyPrefix))
        return refuse('not_found');
    return refuse('not_found', { problem: problem('unknown_api_key', { id: id.slice(0, 36) }) });
}
//# sourceMappingURL=api-keys.js.map