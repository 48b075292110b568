import { refuse } from '../../protocol/errors.js';
import { isJsonObject } from '../../protocol/json.js';
const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];
/** An issuer on this machine is reached by each of its names; which one a person typed makes no other site. */
function ownOrigins(issuer) {
    const { protocol, hostname, port } = new URL(issuer);
    if (!loopbackNames.includes(hostname))
        return [issuer];
    return loopbackNames.map(name => `${protocol}//${name}${port && `:${port}`}`);
}
export function createFormTokens({ cookies, browserSessions, issuer, random }) {
    const origins = ownOrigins(issuer);
    /** Of a browser that nobody is signed in with. */
    function ownSecret(ctx) {
        const secret = cookies.read(ctx, 'darvoza-form');
        return secret && /^[\w-]{43}$/.test(secret) ? secret : undefined;
    }
    return {
        /** A token for a form on the page that is being made; a browser without a secret gets one. */
        make(ctx) {
            const { browser } = ctx.state;
            if (browser)
                return browserSessions.formTokenOf(browser);
            let secret = ctx.state.formSecret ?? ownSecret(ctx);
            if (secret === undefined) {
                secret = random(32).toString('base64url');
                cookies.set(ctx, 'darvoza-form', secret);
            }
            ctx.state.formSecret = secret;
            return browserSessions.formToken(secret);
        },
        /** Before the body is read: browsers say where a form comes from. @throws form_refused */
        requireOwnSite(ctx) {
            const site = ctx.get('Sec-Fetch-Site');
            const origin = ctx.get('Origin');
            // Browsers from before 2023 send the origin alone.
            const own = site ? site === 'same-origin' || site === 'none' : origin === '' || origins.includes(origin);
            if (!own)
                throw refuse('form_refused');
        },
        /** @throws form_refused */
        require(ctx, tokenless) {
            const { browser, formerBrowser } = ctx.state;
            if (tokenless && browser === undefined)
                return;
            const { body } = ctx.request;
            const token = isJsonObject(body) ? body._token : undefined;
            if (!isOwn(token))
                throw refuse('form_refused');
            function isOwn(token) {
                // Not with the secret of before the sign-in: on plain http another port of this host can plant its cookie.
                if (browser)
                    return browserSessions.isFormTokenOf(browser, token);
                if (formerBrowser && browserSessions.isFormTokenOf(formerBrowser, token))
                    return true;
                const secret = ownSecret(ctx);
                return secret !== undefined && browserSessions.isFormToken(token, secret);
            }
        },
    };
}
//# sourceMappingURL=form-tokens.js.map