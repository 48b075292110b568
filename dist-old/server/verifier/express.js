import { requireAccess } from './check-access.js';
import { originOf, writeAnswer } from './node-answer.js';
import { createProtectedRoutes, isPreflight } from './protected-routes.js';
import { createTokenGate, RefusedRequest } from './require-token.js';
import { scopesIn } from './resource-metadata.js';
export * from './decorators.js';
export { RefusedRequest } from './require-token.js';
/** For one route, or one router. @throws TypeError for options that cannot be right */
export function requireToken(verifier, access = {}, options = {}) {
    requireAccess(access);
    return handler(verifier, options, scopesIn([access]), () => access);
}
/**
 * For all that stands behind it: closed, but for what `open` says. Rows speak of the whole path as the client sent it, also
 * where this is mounted below one.
 * @throws TypeError for rows and options that cannot be right
 */
export function protect(verifier, options = {}) {
    const routes = createProtectedRoutes(options);
    return handler(verifier, options, routes.scopes, req => {
        const { method = '', originalUrl, baseUrl = '', url = '' } = req;
        return routes.accessOf(method, [originalUrl ?? url, `${baseUrl}${url}`], isPreflight(req.headers));
    });
}
/** What the token of this request says. @throws Error where none was asked for */
export function tokenOf(req) {
    const { token } = req;
    if (!token)
        throw new Error('no token: neither requireToken nor protect stands before this');
    return token;
}
function handler(verifier, options, scopes, accessOf) {
    const gate = createTokenGate(verifier, options, scopes);
    async function judge(req, res) {
        const request = requestOf(req);
        const metadata = gate.metadataFor(request);
        if (metadata) {
            writeAnswer(res, metadata);
            return false;
        }
        try {
            const claims = await gate.admit(request, () => accessOf(req));
            if (claims)
                req.token = claims;
            return true;
        }
        catch (error) {
            if (!(error instanceof RefusedRequest) || options.onRefusal === 'throw')
                throw error;
            writeAnswer(res, error);
            return false;
        }
    }
    return (req, res, next) => {
        // `next` is called outside of the promise: what it throws is not ours to catch.
        judge(req, res).then(passed => {
            if (passed)
                next();
        }, error => next(error));
    };
}
function requestOf(req) {
    const { method = '', originalUrl, url = '', headers, rawHeaders, protocol } = req;
    return { method, target: originalUrl ?? url, origin: originOf(req, protocol), headers, rawHeaders, request: req };
}
//# sourceMappingURL=express.js.map