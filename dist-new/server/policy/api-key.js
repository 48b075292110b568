import { isPermission } from './permissions.js';
/** By which scanners of source code find it. */
export const apiKeyPrefix = 'dvz_key_';
/** The prefix, and 32 random bytes as base64url. */
export function isApiKey(text) {
    return /^dvz_key_[A-Za-z0-9_-]{43}$/.test(text);
}
/** A text as a log may have it: whoever takes a key for its id asks for it by its address. */
export function withoutApiKeys(text) {
    return text.replace(/(dvz_key_)[\w-]+/gi, '$1…');
}
/** The routes of the user's own account; of our own keys alone, beside permissions. */
export const accountScope = 'darvoza:account';
/** How many keys of a user may be live at once. */
export const mostLiveApiKeys = 50;
/** How many scopes a key may have. */
export const mostApiKeyScopes = 200;
export const longestApiKeyName = 100;
export const apiKeyStates = ['active', 'expired', 'ended'];
export function apiKeyState({ expiresAt, endedAt }, now) {
    if (endedAt !== null)
        return 'ended';
    return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
}
/**
 * Why a key is good for nothing at this moment, whoever takes it; null where it is good.
 * @param latest as `now`, by the latest that it may be
 */
export function whyNotLive(key, user, now, latest) {
    if (user.deletedAt !== null)
        return 'user_unknown';
    if (!user.active)
        return 'user_inactive';
    const state = apiKeyState(key, now);
    if (state === 'ended')
        return 'api_key_ended';
    if (state === 'expired')
        return 'api_key_expired';
    if (apiKeyState(key, latest) === 'expired')
        return 'clock_jumped';
    // Somebody else knows the password: what they set up by it, or take over with it, must not work.
    return user.mustChangePassword ? 'password_change_required' : null;
}
/** Why a key that is good may not do what a route of ours asks for. */
export function whyNotAsked(key, { allPermissions }, { permission, recent }) {
    // What is meant for a resource server is not for us, whatever its scopes.
    if (key.resource !== null)
        return 'token_audience';
    if (!key.scopes.includes(permission ?? accountScope))
        return 'api_key_scope';
    if (permission !== null && !allPermissions.includes(permission))
        return 'permission_denied';
    return recent && !key.elevated ? 'api_key_not_elevated' : null;
}
/** Of its scopes the permissions that its user has now. */
export function permissionsOfKey({ scopes }, { allPermissions }) {
    return scopes.filter(scope => allPermissions.includes(scope));
}
/** The same, and the scope of the own account, which is no permission. */
export function scopesInForce(key, user) {
    const permissions = permissionsOfKey(key, user);
    return key.scopes.filter(scope => scope === accountScope || permissions.includes(scope));
}
/** What a scope of a key can be at all. */
export function isApiKeyScope(text) {
    return text === accountScope || isPermission(text);
}
//# sourceMappingURL=api-key.js.map