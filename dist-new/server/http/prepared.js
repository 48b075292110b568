// Answers that are prepared once and are the same for everybody, until what they are made of changes.
import { createHash } from 'node:crypto';
import { jwksMaxAge } from '../policy/key-life.js';
export function prepareJson(value) {
    const text = JSON.stringify(value);
    return { text, tag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}
/** Answers it, or 304 where the caller has it already. It may be kept for as long as the public keys. */
export function answerPrepared(ctx, { text, tag }) {
    ctx.type = 'application/json';
    ctx.set('Cache-Control', `public, max-age=${jwksMaxAge}`);
    ctx.set('ETag', tag);
    // Koa calls nothing fresh that has not been found.
    ctx.status = 200;
    if (ctx.fresh)
        ctx.status = 304;
    else
        ctx.body = text;
}
//# sourceMappingURL=prepared.js.map