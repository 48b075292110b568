// An id_token of ours that an application shows again, as a hint of whom it means (OpenID Connect Core §3.1.2.1). It may long
// be over, and its key too: what counts is that we have signed it, with a key that nobody has stolen.
import { verifyInput } from '../protocol/algorithms.js';
import { readCompact } from '../protocol/jws.js';
export function createIdTokenHints({ issuer, signingKeys }) {
    function isOurs({ header: { kid, alg, typ }, claims, input, signature }) {
        // RFC 8725 §3.11: access tokens are signed with the same keys, and say `typ`.
        if (typ !== undefined && typ !== 'JWT')
            return false;
        const key = typeof kid === 'string' ? signingKeys.findEver(kid) : null;
        if (key?.algorithm !== alg || claims.iss !== issuer)
            return false;
        return verifyInput(key.algorithm, key.publicKey, input, signature);
    }
    return {
        /** @returns null where it is none of ours */
        read(token) {
            let compact;
            try {
                compact = readCompact(token);
            }
            catch {
                return null;
            }
            const { sub, sid, aud } = compact.claims;
            if (!isOurs(compact) || typeof sub !== 'string')
                return null;
            const audience = [aud].flat().filter(one => typeof one === 'string');
            return { sub, sid: typeof sid === 'string' ? sid : null, audience };
        },
    };
}
//# sourceMappingURL=id-token-hints.js.map