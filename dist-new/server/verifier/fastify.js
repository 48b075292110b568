import { requireAccess } from './check-access.js';
import { createProtectedRoutes, isPreflight } from './protected-routes.js';
import { createTokenGate, RefusedRequest, } from './require-token.js';
import { scopesIn } from './resource-metadata.js';
export * from './decorators.js';
export { RefusedRequest } from './require-token.js';
/** For one route: its `onRequest` or `preHandler`. @throws TypeError for options that cannot be right */
export function requireToken(verifier, access = {}, options = {}) {
    requireAccess(access);
    return hook(verifier, options, scopesIn([access]), () => access);
}
/**
 * For all routes of the instance that it is registered at, and of those below, also where no route is: closed, but for what
 * `open` says. To be registered before other plugins.
 * @throws TypeError for rows and options that cannot be right
 */
export function protect(verifier, options = {}) {
    const routes = createProtectedRoutes(options);
    const judge = hook(verifier, options, routes.scopes, ({ method, raw, originalUrl }) => routes.accessOf(method, [originalUrl, raw.url ?? ''], isPreflight(raw.headers)));
    const plugin = (app, _, done) => {
        if (hasChildren(app))
            return done(new Error(tooLate));
        if (!app.hasRequestDecorator('token'))
            app.decorateRequest('token', null);
        app.addHook('onRequest', judge);
        done();
    };
    // What fastify-plugin does: the hook is of the instance itself, not of a context of this plugin alone.
    return Object.assign(plugin, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'darvoza' });
}
const tooLate = 'protect must be registered before other plugins: their routes would stay open';
/** A context that exists already has its own copy of the hooks, and would never get this one. */
function hasChildren(app) {
    const children = Object.getOwnPropertySymbols(app).find(symbol => symbol.description === 'fastify.children');
    const some = children && Reflect.get(app, children);
    return Array.isArray(some) && some.length > 0;
}
/** What the token of this request says. @throws Error where none was asked for */
export function tokenOf(request) {
    const { token } = request;
    if (!token)
        throw new Error('no token: neither requireToken nor protect stands before this');
    return token;
}
function hook(verifier, options, scopes, accessOf) {
    const gate = createTokenGate(verifier, options, scopes);
    // Fastify goes on to the handler unless a hook returns the reply that it has sent.
    const answer = (reply, { status, headers, body }) => reply.code(status).headers(headers).send(body);
    return async (request, reply) => {
        const asked = requestOf(request);
        const metadata = gate.metadataFor(asked);
        if (metadata)
            return answer(reply, metadata);
        try {
            const claims = await gate.admit(asked, () => accessOf(request));
            if (claims)
                request.token = claims;
            return undefined;
        }
        catch (error) {
            if (!(error instanceof RefusedRequest) || options.onRefusal === 'throw')
                throw error;
            return answer(reply, error);
        }
    };
}
function requestOf({ raw, method, originalUrl, protocol, host }) {
    const { headers, rawHeaders } = raw;
    return { method, target: originalUrl, origin: `${protocol}://${host}`, headers, rawHeaders, request: raw };
}
//# sourceMappingURL=fastify.js.map