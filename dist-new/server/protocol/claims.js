import { isJsonObject } from './json.js';
/** Seconds by which another clock may run ahead of ours. */
const clockTolerance = 5;
/** Seconds by which a clock may have gone back. */
const farthestAhead = 86_400;
/** Through how many applications a token may have come; whoever verifies one looks each of them up. */
export const mostActors = 6;
/** What is asked of both kinds, in the order in which it may be told. */
export const registeredChecks = [
    {
        name: 'registered',
        whyNot({ iss, aud, sub, jti, client_id, iat, exp }) {
            const texts = isText(iss) && isText(aud) && isText(jti) && isText(client_id);
            // RFC 9068 §2.2: the subject of a token that no person signed in for is the application itself.
            const subject = isUserId(sub) || (isApplicationId(sub) && sub === client_id);
            return texts && subject && isEpochSeconds(iat) && isEpochSeconds(exp) ? null : 'token_claims';
        },
    },
    { name: 'iss', whyNot: ({ iss }, { issuer }) => (iss === issuer ? null : 'token_issuer') },
    { name: 'aud', whyNot: ({ aud }, { audience }) => (aud === audience ? null : 'token_audience') },
    {
        name: 'exp',
        whyNot({ exp }, { now, latest }) {
            if (exp <= now / 1000)
                return 'token_expired';
            return exp > latest / 1000 ? null : 'clock_jumped';
        },
    },
];
/** Beyond the longest life there is no token of ours. */
const life = {
    name: 'life',
    whyNot(claims, { longestLifetime }) {
        const life = claims.exp - claims.iat;
        return life > 0 && life <= longestLifetime ? null : 'token_claims';
    },
};
/** What is asked of every access token beside. */
export const accessChecks = [
    {
        name: 'iat',
        // It was us who signed it, so the clock stood there once. Further ahead than a day no clock of ours was right.
        whyNot({ iat, nbf }, { now }) {
            // RFC 7519 §4.1.5. We write none.
            if (nbf !== undefined && !(isEpochSeconds(nbf) && nbf - now / 1000 <= clockTolerance))
                return 'token_not_yet_valid';
            const ahead = iat - now / 1000;
            if (ahead <= clockTolerance)
                return null;
            return ahead <= farthestAhead ? 'clock_went_back' : 'token_not_yet_valid';
        },
    },
    life,
    { name: 'token_type', whyNot: ({ token_type }) => (token_type === 'access' ? null : 'token_type') },
    { name: 'rev', whyNot: ({ rev }) => (Number.isSafeInteger(rev) && rev >= 0 ? null : 'token_claims') },
    {
        name: 'roles',
        whyNot: ({ roles, permissions }) => isTextList(roles) && isOptional(permissions, isTextList) ? null : 'token_claims',
    },
];
/** Of one that a person signed in for. */
export const personChecks = [
    ...accessChecks,
    {
        name: 'person',
        whyNot({ sub, sid, username, scope, auth_time, must_change_password: mustChange, act, client_id }) {
            const texts = isUserId(sub) && isText(sid) && isOptional(username, isText) && isOptional(scope, isText);
            const rest = isOptional(auth_time, isEpochSeconds) && (mustChange === undefined || mustChange === true);
            // The log ends what came through an application by the names that stand here.
            const actors = isOptional(act, isActor) && (act === undefined || act.sub === client_id);
            return texts && rest && actors ? null : 'token_claims';
        },
    },
];
/** Of an application's own: nothing in it is about a person. */
export const programChecks = [
    ...accessChecks,
    {
        name: 'person',
        whyNot({ sub, username, auth_time, must_change_password: mustChange, scope, roles, act }) {
            const person = isUserId(sub) || [username, auth_time, mustChange, act].some(one => one !== undefined);
            return !person && isOptional(scope, isText) && roles.length === 0 ? null : 'token_claims';
        },
    },
];
/** What is asked of a refresh token beside. When it was issued is asked of the row of its session alone. */
export const refreshChecks = [
    life,
    { name: 'token_type', whyNot: ({ token_type }) => (token_type === 'refresh' ? null : 'token_type') },
    {
        name: 'sid',
        whyNot: ({ sub, sid, username }) => (isUserId(sub) && isText(sid) && isText(username) ? null : 'token_claims'),
    },
    { name: 'gen', whyNot: ({ gen }) => (Number.isSafeInteger(gen) && gen >= 1 ? null : 'token_claims') },
];
/** A user id is a decimal string without leading zeros that a JavaScript number holds exactly. */
export function isUserId(value) {
    return typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) && Number.isSafeInteger(Number(value));
}
/** `client_id`: a name, or the address of the document that describes it. Never all digits: that is a person's `sub`. */
export function isApplicationId(value) {
    if (typeof value !== 'string' || value.length > 100 || /^\d+$/.test(value))
        return false;
    return /^[A-Za-z0-9._~-]+$/.test(value) || /^https:\/\/[\x21-\x7e]+$/.test(value);
}
/** Every one of them has a name, and there is an end to them. */
function isActor(value) {
    let inner = value;
    for (let left = mostActors; left > 0; left--) {
        if (!isJsonObject(inner) || !isApplicationId(inner.sub))
            return false;
        if (inner.act === undefined)
            return true;
        inner = inner.act;
    }
    return false;
}
/** How many applications a token came through. */
export function countActors(act) {
    return act === undefined ? 0 : 1 + countActors(act.act);
}
function isText(value) {
    return typeof value === 'string' && value.length > 0 && value.length <= 1_024;
}
function isTextList(value) {
    return Array.isArray(value) && value.every(isText);
}
/** Finite, whole, and before the year 10000. */
export function isEpochSeconds(value) {
    return Number.isSafeInteger(value) && value > 0 && value < 253_402_300_800;
}
function isOptional(value, is) {
    return value === undefined || is(value);
}
//# sourceMappingURL=claims.js.map