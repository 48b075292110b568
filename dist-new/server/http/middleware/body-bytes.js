import bodyParser from 'koa-bodyparser';
/** How long a body may be, in bytes. */
const longestBody = 65_536;
/** @param fail what to throw where it cannot be read, by the error of the reader */
export function createBodyBytes(fail) {
    const parseBody = bodyParser({
        enableTypes: ['text'],
        extendTypes: { text: ['*/*'] },
        textLimit: '64kb',
        // Bytes, not text: bytes that are no UTF-8 are an error, not a password with other characters in it. (Spread, since the
        // types of the library do not know what it hands on to raw-body.)
        ...{ encoding: null },
        onerror: (error, ctx) => fail(error, ctx),
    });
    return async (ctx) => {
        if (isPlain(ctx.req))
            return readPlain(ctx.req).catch(error => fail(error, ctx));
        await parseBody(ctx, async () => { });
        const raw = ctx.request.rawBody;
        return Buffer.isBuffer(raw) ? raw : nothing;
    };
}
const nothing = Buffer.alloc(0);
function isPlain({ headers }) {
    if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined)
        return false;
    return Number(headers['content-length']) <= longestBody;
}
/** Node's parser ends a body where its length says. */
function readPlain(request) {
    return new Promise((resolve, reject) => {
        const pieces = [];
        request.on('data', (piece) => pieces.push(piece));
        request.once('end', () => resolve(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)));
        request.once('error', reject);
        request.once('close', () => request.complete || reject(Object.assign(new Error('request aborted'), { status: 400 })));
    });
}
//# sourceMappingURL=body-bytes.js.map