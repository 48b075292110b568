import { requireAccess } from './check-access.js';
import { createProtectedRoutes, isPreflight } from './protected-routes.js';
import { createTokenGate, RefusedRequest, } from './require-token.js';
import { scopesIn } from './resource-metadata.js';
export * from './decorators.js';
export { RefusedRequest } from './require-token.js';
/** For one route. @throws TypeError for options that cannot be right */
export function requireToken(verifier, access = {}, options = {}) {
    requireAccess(access);
    return middleware(verifier, options, scopesIn([access]), () => access);
}
/**
 * For all that stands behind it: closed, but for what `open` says. Rows speak of the whole path as the client sent it.
 * @throws TypeError for rows and options that cannot be right
 */
export function protect(verifier, options = {}) {
    const routes = createProtectedRoutes(options);
    return middleware(verifier, options, routes.scopes, ctx => routes.accessOf(ctx.method, [ctx.originalUrl], isPreflight(ctx.req.headers)));
}
/** What the token of this request says. @throws Error where none was asked for */
export function tokenOf(ctx) {
    const { token } = ctx.state;
    if (!token)
        throw new Error('no token: neither requireToken nor protect stands before this');
    return token;
}
function middleware(verifier, options, scopes, accessOf) {
    const gate = createTokenGate(verifier, options, scopes);
    return async (ctx, next) => {
        const request = requestOf(ctx);
        const metadata = gate.metadataFor(request);
        if (metadata)
            return answer(ctx, metadata);
        try {
            const claims = await gate.admit(request, () => accessOf(ctx));
            if (claims)
                ctx.state.token = claims;
        }
        catch (error) {
            if (!(error instanceof RefusedRequest) || options.onRefusal === 'throw')
                throw error;
            return answer(ctx, error);
        }
        await next();
    };
}
function answer(ctx, { status, headers, body }) {
    ctx.status = status;
    ctx.set(headers);
    ctx.body = body;
}
function requestOf({ req, method, originalUrl, protocol, host }) {
    const { headers, rawHeaders } = req;
    return { method, target: originalUrl, origin: `${protocol}://${host}`, headers, rawHeaders, request: req };
}
//# sourceMappingURL=koa.js.map