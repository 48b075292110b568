// The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4): tells an application that a session has ended which it holds.
// It opens nothing anywhere: its type is one of its own, and it has no nonce, so that it is no id_token either.
import { SignJWT } from 'jose';
import { refuse } from '../protocol/errors.js';
import { usualIdTokenAlgorithm } from './id-token.js';
/** In seconds; §2.4 recommends two minutes at most. */
const lifetime = 120;
const event = 'http://schemas.openid.net/event/backchannel-logout';
export function createLogoutTokens({ issuer, signingKeys, now }) {
    return {
        /**
         * Signed as the application's id_tokens are (§2.4).
         * @throws database_unavailable where the key that it has registered for is not there yet
         */
        logoutToken({ id, metadata }, { jti, sid, sub }) {
            const algorithm = metadata.id_token_signed_response_alg ?? usualIdTokenAlgorithm;
            const key = signingKeys.soonOf(algorithm);
            if (!key) {
                const cause = new Error(`no key signs with ${algorithm}, which ${id} has registered`);
                throw refuse('database_unavailable', { retryAfter: 5, cause });
            }
            const iat = Math.floor(now() / 1000);
            const claims = { iss: issuer, aud: id, iat, exp: iat + lifetime, jti, sid, events: { [event]: {} } };
            // §2.4: either of the two is enough, and a session is meant where there is a `sid`. Who goes by `sub` all the same signs
            // the person out of every browser: whoever has registered that it goes by the session is told of nothing else.
            const isNamed = sub !== null && metadata.backchannel_logout_session_required !== true;
            return new SignJWT({ ...claims, ...(isNamed && { sub }) })
                .setProtectedHeader({ alg: key.algorithm, typ: 'logout+jwt', kid: key.kid })
                .sign(key.privateKey);
        },
    };
}
//# sourceMappingURL=logout-token.js.map