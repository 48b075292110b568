// Initial access tokens: made, listed and ended by administrators. Whoever has one may register applications, as many and for
// as long as it says.
import { apiKeyOf, credentialOf, nameOf } from '../../policy/actor.js';
import { isOurScope } from '../../policy/application-rules.js';
import { refuse, refuseField, refuseFields } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
import { hashOfToken, newRegistrationToken } from './registration-tokens.js';
export const initialAccessTokenStates = ['good', 'used_up', 'expired', 'ended'];
/** At once, so that somebody can look through them all. */
const mostGood = 100;
/** Those that are over among them: they stay for a while. */
const mostShown = 300;
const longestName = 60;
const mostScopes = 100;
export const mostRegistrations = 1_000_000;
export function createInitialAccessTokens(deps) {
    const { database, initialAccessTokenStore, applications, tail, changes, random, uuid, now } = deps;
    /** @throws invalid_fields */
    function checked({ name, scopes = [], mostUses = null, expiresAt = null }) {
        const fields = {};
        const note = (field, found) => {
            if (found)
                fields[field] = [found];
        };
        const trimmed = name.trim();
        note('name', whyNotName(trimmed));
        const words = [...new Set(scopes)].sort();
        note('scopes', whyNotScopes(words, applications));
        const isNumber = mostUses === null || (Number.isInteger(mostUses) && mostUses >= 1 && mostUses <= mostRegistrations);
        note('most_uses', isNumber ? null : problem('not_whole_between', { min: 1, max: mostRegistrations }));
        note('expires_at', expiresAt !== null && expiresAt <= now() ? problem('not_in_future') : null);
        if (Object.keys(fields).length > 0)
            throw refuseFields(fields);
        return { name: trimmed, scopes: words, mostUses, expiresAt };
    }
    return {
        /**
         * @returns the token, and its text, which nobody can read again
         * @throws invalid_fields, not_by_api_key, insufficient_scope
         */
        async create(asked, actor) {
            // It outlives whatever made it: a key, or an application of others, whose end would have to be its own.
            if (apiKeyOf(actor) !== null)
                throw refuse('not_by_api_key');
            if (credentialOf(actor)?.ceiling)
                throw refuse('insufficient_scope');
            if (!tail.isFresh())
                await tail.freshen();
            const given = checked(asked);
            const text = newRegistrationToken('initial', random);
            const token = await changes.run(actor, async (tx, { note }) => {
                const at = now();
                if ((await initialAccessTokenStore.countGood(tx, at)) >= mostGood)
                    throw refuseField('non_field_errors', 'too_many_initial_access_tokens', { count: mostGood });
                const made = {
                    ...{ id: uuid(), ...given, hint: text.slice(-4), uses: 0, createdBy: nameOf(actor), createdAt: at },
                    ...{ lastUsedAt: null, endedAt: null },
                };
                await initialAccessTokenStore.insert(tx, { ...made, hash: hashOfToken(text) });
                const { name, hint, scopes, mostUses, expiresAt } = made;
                const after = { name, hint, scopes, most_uses: mostUses, expires_at: expiresAt };
                note({ action: 'initial_access_token_created', subject: made.id, after });
                return made;
            });
            return { token: shown(token, now()), text };
        },
        /** First those that were not ended, and each the newest first. */
        list: async () => (await initialAccessTokenStore.list(database, mostShown)).map(token => shown(token, now())),
        /** One that is good now, by its text; null for any other. */
        findGood: (text) => initialAccessTokenStore.findGood(database, hashOfToken(text), now()),
        /** At once; the applications that came by it stay. @throws not_found, also when it had already ended */
        async end(id, actor) {
            const ended = await changes.run(actor, async (tx, { note }) => {
                const found = await initialAccessTokenStore.find(tx, id);
                if (!found || !(await initialAccessTokenStore.end(tx, id, now())))
                    return false;
                const { name, hint, uses } = found;
                note({ action: 'initial_access_token_ended', subject: id, before: { name, hint, uses } });
                return true;
            });
            if (!ended)
                throw refuse('not_found', { problem: problem('unknown_initial_access_token', { id: id.slice(0, 36) }) });
        },
    };
}
function shown(token, now) {
    return { ...token, state: stateOf(token, now) };
}
function stateOf({ endedAt, expiresAt, mostUses, uses }, now) {
    if (endedAt !== null)
        return 'ended';
    if (expiresAt !== null && expiresAt <= now)
        return 'expired';
    return mostUses !== null && uses >= mostUses ? 'used_up' : 'good';
}
function whyNotName(name) {
    if (name === '')
        return problem('blank');
    if ([...name].length > longestName)
        return problem('too_long', { count: longestName });
    return /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(name) ? problem('control_characters') : null;
}
/** Words of resource servers; what lets an application act here is for those that administrators make. */
function whyNotScopes(words, { resourceServers }) {
    if (words.length > mostScopes)
        return problem('too_many_permissions', { count: mostScopes });
    const ours = words.find(isOurScope);
    if (ours !== undefined)
        return problem('scope_origin', { name: ours.slice(0, 100) });
    const known = new Set(resourceServers().flatMap(one => one.resourceScopes.map(scope => scope.name)));
    const unknown = words.find(word => !known.has(word));
    return unknown === undefined ? null : problem('scope_unknown', { name: unknown.slice(0, 100) });
}
//# sourceMappingURL=initial-access-tokens.js.map