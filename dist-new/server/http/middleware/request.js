import proxyAddr from 'proxy-addr';
import { withoutApiKeys } from '../../policy/api-key.js';
import { callerOf } from './forwarded.js';
/** Gives each request an id and the caller's address, and says in the debug log how it went. Never logs a query or a body. */
export function createRequest({ trustProxy, forwardedHeader, uuid, log }) {
    const trust = trustOf(trustProxy);
    return async (ctx, next) => {
        const begun = performance.now();
        const { state } = ctx;
        state.requestId = uuid();
        state.address = callerOf(ctx.req.socket.remoteAddress, forwardedHeader, ctx.get(forwardedHeader), trust) ?? '';
        ctx.set('X-Request-Id', state.requestId);
        await next();
        log.debug({
            requestId: state.requestId,
            method: ctx.method,
            path: withoutApiKeys(ctx.path),
            status: ctx.status,
            ms: Math.round(performance.now() - begun),
            user: state.claims?.sub ?? state.apiKey?.userId,
            apiKey: state.apiKey?.id,
        }, 'request');
    };
}
/** A hop without an address is of no network. */
function trustOf(trustProxy) {
    if (typeof trustProxy === 'number')
        return (_, hop) => hop < trustProxy;
    const isTrusted = proxyAddr.compile(trustProxy);
    return (node, hop) => node !== null && isTrusted(node, hop);
}
//# sourceMappingURL=request.js.map