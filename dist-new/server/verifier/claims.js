import { scopeWordsOf } from '../protocol/scopes.js';
/** Takes the claims over: they are completed, and cannot be changed afterwards. */
export function verifiedClaims(claims, type) {
    claims.token_type = type;
    claims.scopes = typeof claims.scope === 'string' ? scopeWordsOf(claims.scope) : [];
    freeze(claims);
    return claims;
}
function freeze(value) {
    for (const name in value) {
        const inner = value[name];
        if (typeof inner === 'object' && inner !== null)
            freeze(inner);
    }
    Object.freeze(value);
}
//# sourceMappingURL=claims.js.map