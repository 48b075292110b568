// Requests that cannot be served, as whoever runs the server reads it: a line when that begins, and one when it is over.
import { Refusal } from '../../protocol/errors.js';
export function createFailureLines({ log, quiet = 10_000 }) {
    const outages = new Map();
    function end(key, { details, requests, startedAt }) {
        outages.delete(key);
        const seconds = Math.max(0, Math.round((performance.now() - startedAt - quiet) / 1000));
        log.info({ ...details, requests, seconds }, 'requests are served again');
    }
    /** One request more that could not be served, and for now only. */
    return function note(refusal, requestId) {
        const reason = reasonOf(refusal);
        const details = { code: refusal.code, ...(reason !== refusal.code && { reason }) };
        log.debug({ ...details, requestId, err: refusal.cause ?? refusal }, 'a request could not be served');
        const key = `${refusal.code} ${reason}`;
        const known = outages.get(key);
        if (known) {
            known.requests++;
            known.timer.refresh();
            return;
        }
        const timer = setTimeout(() => end(key, outage), quiet).unref();
        const outage = { details, requests: 1, startedAt: performance.now(), timer };
        outages.set(key, outage);
        log.warn({ ...details, requestId }, `requests cannot be served: ${refusal.message}`);
    };
}
/** The innermost code: of the database's driver, or of the system. */
function reasonOf(error) {
    const { cause, code } = error;
    if (error instanceof Refusal && cause !== undefined)
        return reasonOf(cause);
    return typeof code === 'string' ? code.slice(0, 60) : 'unknown';
}
//# sourceMappingURL=failure-lines.js.map