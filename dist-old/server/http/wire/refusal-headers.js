// What every wire of programs tells in headers when it refuses.
import { proofAlgorithms } from '../../protocol/dpop.js';
import { errorRow, errors } from '../../protocol/errors.js';
import { rateLimitHeaders } from '../../protocol/rate-limit.js';
/** The headers of a refusal that do not depend on how its body is written. */
export function setRefusalHeaders(ctx, { code, details }) {
    ctx.set('Cache-Control', 'no-store');
    // RFC 9449 §8: clients take a refusal that has one for a request to try again, and would never see another error.
    if (code !== 'use_dpop_nonce')
        ctx.remove('DPoP-Nonce');
    if (details.retryAfter !== undefined)
        ctx.set('Retry-After', String(details.retryAfter));
    ctx.set(rateLimitHeaders(details.quotas ?? []));
    for (const [name, value] of Object.entries(details.headers ?? {}))
        ctx.set(name, value);
}
/** Codes that are an `error` of RFC 9449 §5 and §7.1 by themselves. */
const ofProofs = new Set(['invalid_dpop_proof', 'use_dpop_nonce']);
export const isOfProof = (code) => ofProofs.has(code);
/** Refuses a token that came in the Authorization header, or its proof, rather than its sender. */
export const isToldInHeader = (code) => errors[code].status === 401 && (errorRow(code).wire !== undefined || isOfProof(code));
/**
 * RFC 6750 §3, RFC 9449 §7.1; the last two tell the precise code and where it is explained. Without a token there is no error
 * to tell (§3.1).
 */
export function tokenChallenge(ctx, { code, details }, issuer) {
    // A token under the wrong scheme is wanted under the other.
    const wanted = code === 'token_bound' ? 'DPoP' : code === 'token_unbound' ? 'Bearer' : ctx.state.scheme;
    if (!details.inHeader)
        return challenge(wanted);
    return challenge(wanted, ['error', isOfProof(code) ? code : 'invalid_token'], ['error_description', errors[code].text], ['error_uri', `${issuer}/errors/${code}`], ['error_code', code]);
}
/** Of the scheme that was tried. */
export const shortChallenge = (ctx, ...parameters) => challenge(ctx.state.scheme, ...parameters);
function challenge(scheme = 'Bearer', ...parameters) {
    const all = [['realm', 'api'], ...parameters, ...(scheme === 'DPoP' ? [['algs', proofAlgorithms.join(' ')]] : [])];
    return `${scheme} ${all.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}
/** The scheme of API keys has no parameters of its own: those of a bearer challenge tell the code. */
export function apiKeyChallenge({ code }, issuer) {
    return [
        'Token realm="api"',
        `error_description="${errors[code].text}"`,
        `error_uri="${issuer}/errors/${code}"`,
        `error_code="${code}"`,
    ].join(', ');
}
//# sourceMappingURL=refusal-headers.js.map