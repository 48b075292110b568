import { withoutApiKeys } from '../../policy/api-key.js';
import { Refusal, refuse } from '../../protocol/errors.js';
import { senderIdOf } from '../handler.js';
import { createFailureLines } from './failure-lines.js';
/** Turns whatever is thrown into an answer. What is not a refusal is our mistake: logged once, told as `server_error`. */
export function createErrors({ present, log }) {
    const noteFailure = createFailureLines({ log });
    return async (ctx, next) => {
        try {
            await next();
        }
        catch (error) {
            const refusal = error instanceof Refusal ? error : fromKoa(error);
            if (refusal.status >= 500) {
                const { requestId } = ctx.state;
                const { code, cause } = refusal;
                if (code === 'server_error')
                    log.error({ requestId, code, err: cause ?? error }, 'a request failed');
                else if (code !== 'stopping')
                    noteFailure(refusal, requestId);
            }
            if (refusal.status === 403)
                noteForbidden(ctx, refusal);
            await present(ctx, refusal);
        }
    };
    /** Who tries what they may not is asked about later. Refused tokens are not told: clients show stale ones all day. */
    function noteForbidden({ state, method, path }, { code }) {
        const { requestId, address, claims, apiKey } = state;
        const user = senderIdOf({ state });
        const application = claims?.client_id ?? state.application?.id;
        log.info({
            code,
            user,
            application,
            apiKey: apiKey?.id,
            address,
            method,
            path: withoutApiKeys(path).slice(0, 200),
            requestId,
        }, 'a request was refused');
    }
}
const byStatus = {
    400: 'malformed_request',
    404: 'not_found',
    413: 'payload_too_large',
    415: 'unsupported_media_type',
};
/** Koa and its parsers throw errors with a 4xx status that may be told. */
function fromKoa(error) {
    const { status, expose } = error;
    const code = typeof status === 'number' && expose === true ? byStatus[status] : undefined;
    return refuse(code ?? 'server_error', { cause: error });
}
//# sourceMappingURL=errors.js.map