// What a new API key is asked for, and what of it can be wrong.
import { accountScope, isApiKeyScope, longestApiKeyName, mostApiKeyScopes } from '../../policy/api-key.js';
import { refuseField, refuseFields } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
import { resourceMeant } from '../../protocol/scopes.js';
/** All that is wrong with it, whoever's it will be. @throws invalid_fields */
export function checkedApiKey(key, { issuer, applications, now }) {
    const fields = {};
    const note = (field, found) => {
        if (found)
            fields[field] = [found];
    };
    const name = key.name.trim();
    note('name', whyNotName(name));
    const resource = meant(key.resource ?? null, issuer, applications);
    note('resource', resource === undefined ? problem('unknown_resource') : null);
    const scopes = [...new Set(key.scopes)].sort();
    note('scopes', whyNotScopes(scopes, resource ?? null));
    const expiresAt = key.expiresIn === undefined ? (key.expiresAt ?? null) : now + key.expiresIn;
    note('expires_at', expiresAt !== null && expiresAt <= now ? problem('not_in_future') : null);
    const elevated = key.elevated ?? false;
    // Others know nothing of it: whoever asked for it would believe that it does something.
    note('elevated', elevated && resource != null ? problem('elevated_elsewhere') : null);
    if (Object.keys(fields).length > 0)
        throw refuseFields(fields);
    return { name, scopes, resource: resource ?? null, expiresAt, elevated };
}
/** @throws invalid_fields */
export function requireHeldScopes(scopes, held) {
    const missing = scopes.find(scope => scope !== accountScope && !held.includes(scope));
    if (missing !== undefined)
        throw refuseField('scopes', 'scope_not_held', { name: missing });
}
function whyNotName(name) {
    if (name === '')
        return problem('blank');
    if ([...name].length > longestApiKeyName)
        return problem('too_long', { count: longestApiKeyName });
    return /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(name) ? problem('control_characters') : null;
}
function whyNotScopes(scopes, resource) {
    const wrong = scopes.find(scope => !isApiKeyScope(scope));
    if (wrong !== undefined)
        return problem('no_permission', { name: wrong.slice(0, 100) });
    if (scopes.length > mostApiKeyScopes)
        return problem('too_many_permissions', { count: mostApiKeyScopes });
    if (resource !== null)
        return scopes.includes(accountScope) ? problem('account_elsewhere') : null;
    // It could do nothing; one for a resource server still says whose it is.
    return scopes.length === 0 ? problem('required') : null;
}
/** The identifier as it is registered, null for our own, undefined where there is none such. */
function meant(asked, issuer, applications) {
    if (asked === null)
        return null;
    const known = applications.resourceServers().flatMap(one => one.resource ?? []);
    const found = resourceMeant(asked, [issuer, ...known]);
    return found === issuer ? null : found;
}
//# sourceMappingURL=new-api-key.js.map