// Proof Key for Code Exchange (RFC 7636), of its two methods the one that proves something: S256.
import { createHash, timingSafeEqual } from 'node:crypto';
export const challengeMethods = ['S256'];
/** RFC 7636 §4.2: the SHA-256 of a verifier, 32 bytes in base64url. */
export function isChallenge(text) {
    return /^[\w-]{43}$/.test(text);
}
/** RFC 7636 §4.1 */
export function isVerifier(text) {
    return /^[\w.~-]{43,128}$/.test(text);
}
/** RFC 7636 §4.6 */
export function verifierMatches(verifier, challenge) {
    if (!isVerifier(verifier) || !isChallenge(challenge))
        return false;
    const made = createHash('sha256').update(verifier).digest('base64url');
    return timingSafeEqual(Buffer.from(made), Buffer.from(challenge));
}
//# sourceMappingURL=pkce.js.map