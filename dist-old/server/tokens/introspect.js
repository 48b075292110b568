// What a token is worth, told to those who may know (RFC 7662). Of an access token that costs a signature check and look-ups
// in memory; of a refresh token the reading of its session, of an API key that of its row, and nothing is spent.
import { apiKeyPrefix, permissionsOfKey, scopesInForce } from '../policy/api-key.js';
import { ownApplicationId } from '../policy/application-metadata.js';
import { Refusal } from '../protocol/errors.js';
import { refuseToken } from './checks.js';
/** §2.2: neither why, nor that there is such a token, is for anybody. */
const inactive = { active: false };
export function createIntrospect({ issuer, inspect, rotate, apiKeyLookup, applications }) {
    async function tellOfKey(text, { resource, metadata: { introspects = [] } }) {
        const standing = await apiKeyLookup.find(text);
        if (!standing)
            return inactive;
        const audience = standing.key.resource ?? issuer;
        // Nobody is given one as an application is given a token: it is for who takes it, and who asks for others that take it.
        if (audience !== resource && !introspects.includes(audience))
            return inactive;
        const isTaken = audience === issuer || applications.resourceServers().some(one => one.resource === audience);
        if (!isTaken)
            return inactive;
        const code = apiKeyLookup.whyNot(standing);
        if (code === 'clock_jumped')
            throw refuseToken(code);
        return code ? inactive : ofApiKey(standing, audience, issuer);
    }
    async function tell(token, asker) {
        if (token.startsWith(apiKeyPrefix))
            return tellOfKey(token, asker);
        const issued = await inspect.issued(token);
        if (!mayKnow(asker, issued))
            return inactive;
        if (issued.kind === 'access')
            return ofAccess(issued.claims);
        const { session } = await rotate.check(issued.claims);
        return ofRefresh(issued.claims, session.scope);
    }
    /** @throws database_unavailable: whatever may pass is no answer */
    return async function introspect(token, asker) {
        try {
            return await tell(token, asker);
        }
        catch (error) {
            if (error instanceof Refusal && error.status === 401)
                return inactive;
            throw error;
        }
    };
}
/** To whom it was given; who takes it; who asks for others that take it, as a gateway does. A refresh token is for us alone. */
function mayKnow({ id, resource, metadata: { introspects = [] } }, { kind, claims }) {
    if (claims.client_id === id)
        return true;
    return kind === 'access' && (claims.aud === resource || introspects.includes(claims.aud));
}
function ofAccess(claims) {
    // Somebody else knows the password: no resource server is to take it.
    if (claims.must_change_password)
        return inactive;
    const { scope, username, sid, auth_time, permissions, permissions_omitted, act, cnf } = claims;
    return {
        active: true,
        ...(scope && { scope }),
        ...common(claims),
        // RFC 9449 §6.2
        token_type: cnf ? 'DPoP' : 'Bearer',
        ...(cnf && { cnf }),
        ...(username !== undefined && { username }),
        ...(sid !== undefined && { sid }),
        // RFC 9470 §6.2
        ...(auth_time !== undefined && { auth_time }),
        roles: claims.roles,
        ...(permissions && { permissions }),
        ...(permissions_omitted && { permissions_omitted }),
        // RFC 8693 §4.1
        ...(act && { act }),
    };
}
/** Without `token_type`: it is none that gives access (RFC 6749 §7.1), and must not be taken for one. */
function ofRefresh(claims, scope) {
    const { username, sid, cnf } = claims;
    return { active: true, ...(scope && { scope }), ...common(claims), username, sid, ...(cnf && { cnf }) };
}
function common({ client_id, exp, iat, sub, aud, iss, jti }) {
    return { client_id, exp, iat, sub, aud, iss, jti };
}
/** `roles` says none, for a resource server that goes by roles would give it more than its scopes do. */
function ofApiKey({ key, user }, audience, issuer) {
    const scope = scopesInForce(key, user).join(' ');
    return {
        active: true,
        ...(scope && { scope }),
        client_id: ownApplicationId,
        ...(key.expiresAt !== null && { exp: Math.floor(key.expiresAt / 1000) }),
        iat: Math.floor(key.createdAt / 1000),
        sub: String(user.id),
        aud: audience,
        iss: issuer,
        jti: key.id,
        // The scheme that it comes under, as Django REST framework calls it.
        token_type: 'Token',
        username: user.username,
        roles: [],
        permissions: permissionsOfKey(key, user),
    };
}
//# sourceMappingURL=introspect.js.map