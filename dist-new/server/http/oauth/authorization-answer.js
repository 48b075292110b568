import { refuse } from '../../protocol/errors.js';
import { allowFormAction } from './form-action.js';
import { described } from './present-error.js';
/** Codes of ours that are words of RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6 or RFC 8707 §2 themselves. */
const words = [
    'invalid_request',
    'access_denied',
    'unsupported_response_type',
    'invalid_scope',
    'invalid_target',
    'login_required',
    'consent_required',
    'interaction_required',
    'request_not_supported',
    'request_uri_not_supported',
    'invalid_request_uri',
    'registration_not_supported',
];
export function isAnswerError(code) {
    return words.includes(code);
}
/** What may pass, and what was answered before: neither is an answer that what was pushed is spent on. */
const unspent = new Set(['temporarily_unavailable', 'invalid_request_uri']);
export function createAuthorizationAnswer({ pages, pushedRequests, issuer }) {
    function wayTo({ redirectUri, responseMode, state }, result) {
        const fields = {
            ...('code' in result
                ? { code: result.code }
                : { error: result.error, ...(result.description && { error_description: described(result.description) }) }),
            ...(state !== undefined && { state }),
            // RFC 9207 §2: an application with several servers must not take one's answer for another's.
            iss: issuer,
        };
        if (responseMode === 'form_post')
            return { action: redirectUri, fields };
        return { href: withParameters(redirectUri, responseMode, fields) };
    }
    return {
        /**
         * Sends the browser to the application. A code has spent what was pushed where it was made; an error spends it here.
         * @throws invalid_request_uri: it was answered before
         */
        async send(ctx, address, result) {
            const { pushed } = address;
            if (pushed !== undefined &&
                'error' in result &&
                !unspent.has(result.error) &&
                !(await pushedRequests.spend(pushed)))
                throw refuse('invalid_request_uri');
            const way = wayTo(address, result);
            if ('href' in way) {
                ctx.status = 303;
                // Not ctx.redirect, which writes addresses anew: the application's is kept byte by byte.
                ctx.set('Location', way.href);
                ctx.body = '';
                return;
            }
            allowFormAction(ctx, address.redirectUri);
            const t = pages.translate(ctx);
            await pages.show(ctx, 'oauth/form-post', { title: t('authorization.goOn.title'), inside: false, way });
        },
        /** For a link or a button of a page that goes there. */
        wayBack(ctx, address, result) {
            const way = wayTo(address, result);
            if ('action' in way)
                allowFormAction(ctx, address.redirectUri);
            return way;
        },
    };
}
/** RFC 6749 §3.1.2: a query that the address has is kept. */
export function withParameters(redirectUri, mode, fields) {
    const parameters = String(new URLSearchParams(fields));
    const uri = redirectUri.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
    if (mode === 'fragment')
        return `${uri}#${parameters}`;
    const joint = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&';
    return `${uri}${joint}${parameters}`;
}
//# sourceMappingURL=authorization-answer.js.map