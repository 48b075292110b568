export const issuer = 'https://tokens.example';
export const audience = 'https://orders.example';
/** 2027-01-15T08:00:00Z, in epoch seconds. */
export const now = 1_800_000_000;
export const jti = '6f0c1a7d2b9e4f538c1d7a60e5b4f392';
export const sid = '0f8fad5b-d9cb-469f-a165-70867728950e';
export function personClaims(changes = {}) {
    return {
        iss: issuer,
        sub: '1001',
        aud: audience,
        exp: now + 3_600,
        iat: now,
        jti,
        client_id: 'shop',
        scope: 'orders:read orders:write',
        token_type: 'access',
        auth_time: now - 60,
        sid,
        username: 'amy',
        roles: ['clerk', 'seller'],
        permissions: ['orders:read'],
        rev: 100,
        ...changes,
    };
}
export function programClaims(changes = {}) {
    const { iss, aud, exp, iat, jti, scope, token_type, rev } = personClaims();
    return {
        iss,
        sub: 'importer',
        aud,
        exp,
        iat,
        jti,
        client_id: 'importer',
        scope,
        token_type,
        roles: [],
        rev,
        ...changes,
    };
}
//# sourceMappingURL=fixed.js.map