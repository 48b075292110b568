// Reads refresh tokens of the former service: form, algorithm, signature, claims, in the order in which it may be told. Nobody
// who lacks its key comes further than here.
import { createHash } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import { refuse } from '../protocol/errors.js';
import { readCompact } from '../protocol/jws.js';
import { hasLegacyForm, readLegacyClaims } from '../protocol/legacy-claims.js';
import { refuseToken } from './checks.js';
export function createLegacyReader({ terms, now, latest }) {
    return {
        /** Takes a token apart that has the form of that service's. @throws token_malformed, token_algorithm, token_type */
        formOf(token) {
            const compact = readCompact(token);
            if (!hasLegacyForm(compact))
                throw refuse('token_type');
            return compact;
        },
        /**
         * @param compact what `formOf` made of it
         * @throws token_algorithm, token_signature, what `readLegacyClaims` tells
         */
        async read(token, compact) {
            // RFC 8725 §3.1: the settings say which algorithm is right, not the token.
            if (compact.header.alg !== terms.algorithm)
                throw refuse('token_algorithm');
            try {
                await compactVerify(token, terms.key, { algorithms: [terms.algorithm] });
            }
            catch (error) {
                throw error instanceof errors.JOSEError ? refuse('token_signature') : error;
            }
            const claims = readLegacyClaims(compact.claims, { ...terms, now: now(), latest: latest() });
            if (typeof claims === 'string')
                throw refuseToken(claims);
            const { jti, userId, iat, exp } = claims;
            return { hash: hashOfJti(jti), userId, issuedAt: iat * 1000, expiresAt: exp * 1000 };
        },
    };
}
/** What rows know a token by. */
export function hashOfJti(jti) {
    return createHash('sha256').update(jti).digest('base64url');
}
//# sourceMappingURL=legacy-reader.js.map