// The body of a request: its bytes come from body-bytes.ts (limit, inflation), and what they mean is decided by the strict
// parsers of body-types.ts, once.
import { refuse } from '../../protocol/errors.js';
import { createBodyBytes } from './body-bytes.js';
import { bodyTypes } from './body-types.js';
/** How long a body may take from the headers on, in ms: whoever sends one slower holds back what was judged by then. */
const longestWait = 10_000;
/** What refuses a body, whatever is to be in it. */
export const refusedBodies = [
    'parse_error',
    'request_timeout',
    'payload_too_large',
    'unsupported_media_type',
];
/** @param wait in ms, for tests */
export function createBodies(wait = longestWait) {
    const made = (name) => createBody(bodyTypes[name], wait);
    return { fields: made('fields'), json: made('json'), form: made('form') };
}
/**
 * Two steps, since others come between them: `begin` starts the time that a body has, `read` puts the fields of the request
 * into `ctx.request.body`; an empty request has none.
 */
function createBody(parsers, wait) {
    const bytesOf = createBodyBytes((error, ctx) => {
        ctx.set('Connection', 'close');
        if (error.status === 413)
            throw refuse('payload_too_large');
        if (error.status === 415)
            throw unsupported(`content-encoding ${ctx.get('Content-Encoding')}`);
        throw refuse('parse_error', { detail: 'The request body could not be read.', cause: error });
    });
    const begin = (ctx, next) => {
        ctx.state.bodyDueAt = performance.now() + wait;
        return next();
    };
    const read = async (ctx, next) => {
        ctx.request.body = await parse(ctx, await inTime(ctx, bytesOf(ctx)), parsers);
        await next();
    };
    return { begin, read };
}
/** @throws request_timeout; RFC 9110 §15.5.9: the connection is closed, what is left of the body is read by nobody */
async function inTime(ctx, reading) {
    // Once nobody waits for it, it may fail as it likes.
    reading.catch(() => { });
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => {
            ctx.set('Connection', 'close');
            reject(refuse('request_timeout'));
        }, Math.max(0, ctx.state.bodyDueAt - performance.now()));
    });
    try {
        return await Promise.race([reading, late]);
    }
    finally {
        clearTimeout(timer);
    }
}
async function parse(ctx, bytes, parsers) {
    const contentType = ctx.get('Content-Type');
    if (bytes.length === 0 && !(Number(ctx.get('Content-Length')) > 0))
        return {};
    const type = contentType.split(';', 1)[0].trim().toLowerCase();
    if (!Object.hasOwn(parsers, type))
        throw unsupported(contentType);
    return parsers[type](bytes, contentType);
}
/** @param type as it was sent; what stands in none (RFC 9110 §8.3.1) is not told again */
function unsupported(type) {
    const told = type.slice(0, 100).replace(/[^\w!#$&^.+*/;=" -]/g, '?');
    return refuse('unsupported_media_type', { detail: `Unsupported media type ${JSON.stringify(told)} in request.` });
}
//# sourceMappingURL=body.js.map