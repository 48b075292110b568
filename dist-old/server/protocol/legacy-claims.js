// What is asked of a refresh token of the former service, as djangorestframework-simplejwt writes them, once its signature
// is right. Pure: times come in.
import { isEpochSeconds, isUserId } from './claims.js';
/** Seconds by which a clock of that service may have run ahead. */
const clockTolerance = 5;
/** Ours name their kind in `typ` and their key in `kid`; its tokens have neither. */
export function hasLegacyForm({ header: { typ, kid } }) {
    return typeof typ === 'string' && typ.toUpperCase() === 'JWT' && kid === undefined;
}
/** In the order in which it may be told. */
const checks = [
    // RFC 8725 §3.11: without its type an access token, which goes everywhere, would be as good as a refresh token.
    (claims, { claims: { tokenType } }) => {
        if (!Object.hasOwn(claims, tokenType))
            return 'token_claims';
        return claims[tokenType] === 'refresh' ? null : 'token_type';
    },
    (claims, { claims: { userId, jti } }) => {
        const { exp, iat, nbf } = claims;
        const times = isEpochSeconds(exp) && isEpochSeconds(iat) && exp > iat && (nbf === undefined || isEpochSeconds(nbf));
        return times && readUserId(claims[userId]) !== null && isJti(claims[jti]) ? null : 'token_claims';
    },
    ({ iss }, { issuer }) => (issuer === null || iss === issuer ? null : 'token_issuer'),
    // RFC 7519 §4.1.3: one, or several of which one is enough.
    ({ aud }, { audience }) => (audience === null || [aud].flat().includes(audience) ? null : 'token_audience'),
    ({ iat }, { cutOver }) => (iat * 1000 > cutOver ? 'legacy_token_after_cut_over' : null),
    ({ iat, nbf }, { now }) => {
        const begins = Math.max(iat, nbf ?? 0);
        return begins - now / 1000 > clockTolerance ? 'token_not_yet_valid' : null;
    },
    ({ exp }, { now, latest }) => isOver(exp * 1000, now, latest, 'token_expired'),
    (_, { acceptedUntil, now, latest }) => isOver(acceptedUntil, now, latest, 'legacy_tokens_closed'),
];
function isOver(at, now, latest, code) {
    if (at <= now)
        return code;
    return at > latest ? null : 'clock_jumped';
}
/** @returns what it says, or the code that it is refused with */
export function readLegacyClaims(claims, expected) {
    for (const whyNot of checks) {
        const code = whyNot(claims, expected);
        if (code)
            return code;
    }
    const { userId, jti } = expected.claims;
    return {
        userId: readUserId(claims[userId]),
        jti: claims[jti],
        iat: claims.iat,
        exp: claims.exp,
    };
}
/** simplejwt 5.5.1 and later write it as text, earlier ones as the number that it is. */
function readUserId(value) {
    const text = typeof value === 'number' ? String(value) : value;
    return isUserId(text) ? Number(text) : null;
}
/** As long as a column of that service takes. */
function isJti(value) {
    return typeof value === 'string' && value.length > 0 && value.length <= 255;
}
//# sourceMappingURL=legacy-claims.js.map