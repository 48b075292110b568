// The id_token (OIDC Core §2): tells an application who signed in, when and how. It opens nothing here: its type is another
// one than an access token's, and its audience is the application.
import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { scopeWords } from '../policy/application-metadata.js';
import { claimsOf } from '../policy/scope-claims.js';
import { refuse } from '../protocol/errors.js';
import { readCompact } from '../protocol/jws.js';
/** In seconds. It is read when it comes; nobody is signed in by it later. */
const longestLifetime = 3_600;
/** OIDC Core §2: what an application gets that registered no other. */
export const usualIdTokenAlgorithm = 'RS256';
/** That every one has, or may have; others come with scopes. */
export const idTokenClaims = ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash', 'sid', 'amr'];
export function createIdTokens({ issuer, signingKeys }) {
    return {
        /**
         * @throws database_unavailable where the key that an application has registered for is not there yet
         */
        async idToken({ session, user, application }, { accessToken, nonce, issuedAt, scope }) {
            const { id_token_signed_response_alg: algorithm = usualIdTokenAlgorithm, roles_claim } = application.metadata;
            const key = signingKeys.soonOf(algorithm);
            if (!key) {
                const cause = new Error(`no key signs with ${algorithm}, which ${application.id} has registered`);
                throw refuse('database_unavailable', { retryAfter: 5, cause });
            }
            const iat = Math.floor(issuedAt / 1000);
            const { exp } = readCompact(accessToken).claims;
            const claims = {
                ...claimsOf(user, scopeWords(scope), roles_claim, 'idToken'),
                iss: issuer,
                sub: String(user.id),
                aud: application.id,
                // So that a key that nothing needs any more (policy/key-life.ts) signed no id_token that is live.
                exp: Math.min(iat + longestLifetime, exp),
                iat,
                auth_time: Math.floor(session.authenticatedAt / 1000),
                ...(nonce != null && { nonce }),
                at_hash: halfHash(key.algorithm, accessToken),
                sid: session.id,
                // RFC 8176: so far everybody signs in with a password.
                amr: ['pwd'],
            };
            const header = { alg: key.algorithm, typ: 'JWT', kid: key.kid };
            return new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
        },
    };
}
/** OIDC Core §3.1.3.6: the left half of the hash that the algorithm of the signature uses. Ed25519's is SHA-512 (RFC 8032 §5.1). */
function halfHash(algorithm, token) {
    const hash = createHash(algorithm === 'EdDSA' ? 'sha512' : 'sha256')
        .update(token)
        .digest();
    return hash.subarray(0, hash.length / 2).toString('base64url');
}
//# sourceMappingURL=id-token.js.map