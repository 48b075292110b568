import { inTurn } from '../handler.js';
import { PlainContext } from './plain-context.js';
/** Larger ones are read, or refused, by Koa's reader. */
const largestBody = 65_536;
/** As clients write media types; any other spelling is read by the long way. */
const spellings = (type) => [type, `${type}; charset=utf-8`, `${type};charset=utf-8`, `${type};charset=UTF-8`];
export function createFastPath({ routes, first, log }) {
    const ready = new Map([...routes].map(([key, { step, types }]) => [
        key,
        { run: inTurn([...first, step]), types: types && new Set(types.flatMap(spellings)) },
    ]));
    async function answer(run, req, res) {
        const ctx = new PlainContext(req, res);
        try {
            await run(ctx, async () => { });
            ctx.respond();
        }
        catch (error) {
            // A mistake in the error middleware itself; it writes down all others.
            log.debug({ err: error }, 'a connection failed');
            if (!res.headersSent)
                res.writeHead(500);
            res.end();
        }
    }
    /** @returns whether it answers */
    return (req, res) => {
        const route = ready.get(`${req.method} ${req.url}`);
        if (!route || !isUsual(req.headers, route.types))
            return false;
        void answer(route.run, req, res);
        return true;
    };
}
function isUsual(headers, types) {
    if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined)
        return false;
    if (types === null)
        return (headers['content-length'] === undefined &&
            headers['if-none-match'] === undefined &&
            headers['if-modified-since'] === undefined);
    const length = Number(headers['content-length']);
    return length > 0 && length <= largestBody && types.has(headers['content-type'] ?? '');
}
//# sourceMappingURL=fast-path.js.map