import { refuse } from '../protocol/errors.js';
import { requireAccess } from './check-access.js';
import { originOf, writeAnswer } from './node-answer.js';
import { createProtectedRoutes, isPreflight } from './protected-routes.js';
import { createTokenGate, RefusedRequest } from './require-token.js';
import { scopesIn } from './resource-metadata.js';
export * from './decorators.js';
export { RefusedRequest } from './require-token.js';
/**
 * @returns a function that resolves with what the token says, or with null once it has answered
 * @throws TypeError for options that cannot be right
 */
export function requireToken(verifier, needs = {}, options = {}) {
    requireAccess(needs);
    const judge = judgeOf(verifier, options, scopesIn([needs]), () => ({ ...needs, optional: false }));
    return async (req, res) => {
        const judged = await judge(req, res);
        return judged?.claims ?? null;
    };
}
/** For all requests: closed, but for what `open` says. @throws TypeError for rows and options that cannot be right */
export function protect(verifier, options, listener) {
    const routes = createProtectedRoutes(options);
    const judge = judgeOf(verifier, options, routes.scopes, ({ method = '', url = '', headers }) => routes.accessOf(method, [url], isPreflight(headers)));
    return async (req, res) => {
        const judged = await judge(req, res);
        if (judged)
            await listener(req, res, judged.claims);
    };
}
function judgeOf(verifier, options, scopes, accessOf) {
    const gate = createTokenGate(verifier, options, scopes);
    const { onFault = error => process.emitWarning(error instanceof Error ? error : String(error)) } = options;
    /** @returns null once it has answered */
    return async (req, res) => {
        const request = requestOf(req);
        const metadata = gate.metadataFor(request);
        if (metadata) {
            writeAnswer(res, metadata);
            return null;
        }
        try {
            return { claims: await gate.admit(request, () => accessOf(req)) };
        }
        catch (error) {
            if (options.onRefusal === 'throw')
                throw error;
            if (error instanceof RefusedRequest)
                writeAnswer(res, error);
            else {
                // There is nobody above that would answer, and a rejection that nobody handles ends the process.
                onFault(error);
                writeAnswer(res, gate.refused(refuse('server_error'), null, request, {}));
            }
            return null;
        }
    };
}
function requestOf(req) {
    const { method = '', url = '', headers, rawHeaders } = req;
    return { method, target: url, origin: originOf(req), headers, rawHeaders, request: req };
}
//# sourceMappingURL=node.js.map