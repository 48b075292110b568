import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { jwksMaxAge } from '../../policy/key-life.js';
/** RFC 7517 §5; public members alone. */
export const jwksSchema = z
    .object({
    keys: z.array(z.object({
        kty: z.enum(['EC', 'RSA', 'OKP']),
        kid: z.string(),
        alg: z.string(),
        use: z.literal('sig'),
        crv: z.string().optional(),
        x: z.string().optional(),
        y: z.string().optional(),
        n: z.string().optional(),
        e: z.string().optional(),
    })),
})
    .meta({ id: 'PublicKeys' });
/** How long an answer waits for the database, in ms. */
const patience = 1_000;
/** The public keys (RFC 7517 §5). Verifiers may keep them for five minutes: a key is published longer before it signs. */
export function createJwksHandler({ signingKeys, tail }) {
    /** A server that was stopped for a while must not hand out the keys of before, to be kept for five minutes more. */
    async function isCurrent() {
        if (tail.isFresh())
            return true;
        const read = tail.freshen().then(() => true, () => false);
        return Promise.race([read, pause(patience, false, { ref: false })]);
    }
    return {
        async jwks(ctx) {
            const current = await isCurrent();
            ctx.type = 'application/json';
            // While the database is silent the keys of before are better than none, for whoever asks now.
            ctx.set('Cache-Control', current ? `public, max-age=${jwksMaxAge}` : 'no-cache');
            ctx.set('ETag', signingKeys.jwksTag());
            // Koa calls nothing fresh that has not been found.
            ctx.status = 200;
            if (ctx.fresh)
                ctx.status = 304;
            else
                ctx.body = signingKeys.jwks();
        },
    };
}
//# sourceMappingURL=jwks.js.map