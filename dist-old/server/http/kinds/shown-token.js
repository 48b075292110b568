import { boundKeyOf } from '../../protocol/dpop.js';
import { Refusal, refuse } from '../../protocol/errors.js';
import { isToldInHeader } from '../wire/refusal-headers.js';
/** Names of schemes are read in any case (RFC 9110 §11.1). */
const schemes = { bearer: 'Bearer', dpop: 'DPoP' };
export function createShownTokens({ shownProofs }) {
    return {
        isShown: (ctx) => schemeIn(ctx) !== null,
        /** Another scheme is no credential at all, as simplejwt reads it. @throws not_authenticated, bad_authorization_header */
        textIn(ctx) {
            const scheme = schemeIn(ctx);
            if (!scheme)
                throw refuse('not_authenticated');
            ctx.state.scheme = scheme;
            const [, text, ...more] = partsOf(ctx);
            if (text === undefined || more.length > 0)
                throw refuse('bad_authorization_header');
            return text;
        },
        /**
         * Asked of a token that is good by itself, before anything is done by it: it came as it is bound. A form has no scheme:
         * what stands there came as `Bearer`.
         * @throws token_bound, token_unbound, invalid_dpop_proof, use_dpop_nonce, clock_jumped
         */
        async requireKey(ctx, token, claims) {
            const bound = boundKeyOf(claims);
            if (ctx.state.scheme !== 'DPoP') {
                // RFC 9449 §7.2: without its proof a bound token is taken by nobody.
                if (bound !== null)
                    throw refuse('token_bound');
                return;
            }
            if (bound === null)
                throw refuse('token_unbound');
            const proof = await shownProofs.of(ctx, token);
            if (!proof)
                throw refuse('invalid_dpop_proof');
            if (proof.jkt !== bound)
                throw refuse('token_bound');
            await proof.spend();
        },
    };
}
const partsOf = (ctx) => ctx.get('Authorization').split(' ').filter(Boolean);
function schemeIn(ctx) {
    const name = partsOf(ctx)[0]?.toLowerCase() ?? '';
    return Object.hasOwn(schemes, name) ? schemes[name] : null;
}
/** What refuses a token here tells that it came in the Authorization header (RFC 6750 §3). */
export async function inHeader(work) {
    try {
        await work();
    }
    catch (error) {
        if (error instanceof Refusal && isToldInHeader(error.code))
            throw new Refusal(error.code, { ...error.details, inHeader: true });
        throw error;
    }
}
//# sourceMappingURL=shown-token.js.map