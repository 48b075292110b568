// What the scopes of OpenID Connect (Core §5.4) let an application know of a person: one row a scope. id_tokens, userinfo and
// discovery are made from it.
export const scopeClaims = [
    {
        scope: 'profile',
        claims: ['name', 'preferred_username', 'given_name', 'family_name'],
        inIdToken: true,
        of: ({ username, firstName, lastName }) => ({
            name: [firstName, lastName].filter(Boolean).join(' ') || username,
            preferred_username: username,
            ...(firstName && { given_name: firstName }),
            ...(lastName && { family_name: lastName }),
        }),
    },
    {
        scope: 'email',
        claims: ['email', 'email_verified'],
        inIdToken: false,
        of: ({ email, emailVerified }) => (email ? { email, email_verified: emailVerified } : {}),
    },
    {
        scope: 'roles',
        claims: ['roles'],
        inIdToken: true,
        of: ({ roles }, rolesClaim) => ({
            roles,
            ...(rolesClaim !== undefined && !isReservedClaim(rolesClaim) && { [rolesClaim]: roles }),
        }),
    },
];
/** What tokens say of themselves, or may one day (RFC 7519 §4.1, OIDC Core §2): no application calls roles so. */
const ofTokens = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'auth_time', 'nonce', 'acr', 'amr', 'azp', 'sid'];
const hashes = ['at_hash', 'c_hash', 's_hash'];
export function isReservedClaim(name) {
    const ofPeople = scopeClaims.flatMap(row => row.claims);
    return [...ofTokens, ...hashes, '__proto__'].includes(name) || ofPeople.includes(name);
}
/**
 * @param scope words that were granted
 * @param rolesClaim of the application: a second name for roles
 */
export function claimsOf(person, scope, rolesClaim, where) {
    const rows = scopeClaims.filter(row => scope.includes(row.scope) && (where === 'userinfo' || row.inIdToken));
    return Object.assign({}, ...rows.map(row => row.of(person, rolesClaim)));
}
//# sourceMappingURL=scope-claims.js.map