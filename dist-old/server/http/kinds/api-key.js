import { Refusal, refuse } from '../../protocol/errors.js';
import { rateLimitHeaders } from '../../protocol/rate-limit.js';
import { apiKeyCredential } from './credential.js';
/** How a key is refused, beside what its user is refused with. */
export const refusedApiKeys = ({ inPerson, recentlyAuthenticated }) => [
    'bad_api_key_header',
    'api_key_unknown',
    'api_key_ended',
    'api_key_expired',
    // Its user must choose another password first, also where they may see to it by a token; and many others from there were none.
    'password_change_required',
    'too_many_guesses',
    'too_many_requests',
    ...(inPerson
        ? ['not_by_api_key']
        : ['api_key_scope', ...(recentlyAuthenticated ? ['api_key_not_elevated'] : [])]),
];
export function createApiKeySender({ apiKeyAuthentication }) {
    return {
        /** The name of a scheme is read in any case (RFC 9110 §11.1). */
        isShown: (ctx) => partsOf(ctx)[0]?.toLowerCase() === 'token',
        /** A good key has come, whatever it may do; `state.apiKey` has what it says. */
        async admit(ctx, next) {
            const text = textIn(ctx);
            await asApiKey(async () => {
                // Asked once more behind the body, a request counts but once.
                const isCounted = ctx.state.apiKey !== undefined;
                const { key, quotas } = await apiKeyAuthentication.authenticate(text, ctx.state.address, isCounted);
                ctx.state.apiKey = key;
                ctx.set(rateLimitHeaders(quotas));
                await next();
            });
        },
        /** It may do what the route asks for. */
        async require(ctx, access) {
            const key = ctx.state.apiKey;
            if (access.inPerson)
                throw refuse('not_by_api_key');
            const code = key.whyNot({
                permission: access.permission ?? null,
                recent: access.recentlyAuthenticated === true,
            });
            if (code)
                throw refuse(code);
            ctx.state.credential = apiKeyCredential(access, key);
        },
    };
}
const partsOf = (ctx) => ctx.get('Authorization').split(' ').filter(Boolean);
/** @throws bad_api_key_header, in DRF's words */
function textIn(ctx) {
    const [, text, ...more] = partsOf(ctx);
    const refuseHeader = (detail) => refuse('bad_api_key_header', { detail: `Invalid token header. ${detail}`, ofApiKey: true });
    if (text === undefined)
        throw refuseHeader('No credentials provided.');
    if (more.length > 0)
        throw refuseHeader('Token string should not contain spaces.');
    if (/[^\x21-\x7e]/.test(text))
        throw refuseHeader('Token string should not contain invalid characters.');
    return text;
}
/** Judged again further down, a key is refused as it would have been here. */
async function asApiKey(work) {
    try {
        await work();
    }
    catch (error) {
        if (error instanceof Refusal && error.status === 401 && !error.details.ofApiKey)
            throw new Refusal(error.code, { ...error.details, ofApiKey: true });
        throw error;
    }
}
//# sourceMappingURL=api-key.js.map