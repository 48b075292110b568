// Pages of which origins may read an answer (the Fetch standard, §3.3): one row a policy, which kinds of access name.
import cors from '@koa/cors';
/** Any origin may call where nothing looks at cookies: a page can do no more than its own tokens can. */
const anyOrigin = cors({
    origin: '*',
    allowMethods: 'GET,POST,PATCH,PUT,DELETE',
    // Beside those that a page asks for, which are allowed as they are asked for: `Authorization`, `DPoP`.
    exposeHeaders: 'WWW-Authenticate,DPoP-Nonce,Retry-After,RateLimit,RateLimit-Policy,X-Request-Id',
    maxAge: 600,
});
export const corsPolicies = {
    anyOrigin,
    ownOrigin: (_, next) => next(),
};
//# sourceMappingURL=cors.js.map