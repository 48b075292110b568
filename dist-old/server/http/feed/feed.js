// The revocation log for resource servers: all of it once, as it is written, and how far it is.
import { refuseField } from '../../protocol/errors.js';
import { readPosition } from '../../protocol/log/feed.js';
import { answer } from '../wire/answers.js';
import { readBody } from '../wire/fields.js';
import { readParameters } from '../wire/parameters.js';
import { stream } from './connection.js';
import { feedRoutes } from './routes.js';
export function createFeedHandlers({ feed, feedLeases }) {
    const termsOf = ({ state }, name) => ({
        name,
        claims: state.claims,
        kid: state.kid,
    });
    return {
        async revocations(ctx) {
            if (ctx.method === 'HEAD')
                return answerHead(ctx, json);
            await stream(ctx, json, sink => feed.tellOnce(termsOf(ctx, null), sink));
        },
        async revocationStream(ctx) {
            const { verifier } = readParameters(ctx, feedRoutes.revocationStream.query);
            if (verifier !== undefined)
                requireName(verifier);
            // HTML §9.2.4: what is sent again after a connection was lost. What cannot be read is no position.
            const from = readPosition(ctx.get('Last-Event-ID'));
            if (ctx.method === 'HEAD')
                return answerHead(ctx, events);
            if (from)
                await feed.requireReached(from);
            await stream(ctx, events, sink => feed.open(termsOf(ctx, verifier ?? null), from, sink));
        },
        async renewLease(ctx) {
            const body = readBody(ctx, feedRoutes.renewLease);
            requireName(body.verifier);
            const lease = await feedLeases.renew({
                applicationId: ctx.state.claims.client_id,
                name: body.verifier,
                applied: body.applied === '' ? null : requirePosition(body.applied),
                version: body.version ?? null,
                keysFetchedAt: body.keys_fetched_at === undefined ? null : body.keys_fetched_at * 1_000,
                address: ctx.state.address,
            });
            answer(ctx, feedRoutes.renewLease, lease);
        },
    };
}
const json = 'application/json; charset=utf-8';
const events = 'text/event-stream';
/** As with GET, without the body, and nobody is counted as a reader. */
function answerHead(ctx, type) {
    ctx.set({ 'Content-Type': type, 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' });
    ctx.status = 200;
}
/** @throws invalid_fields */
function requireName(name) {
    if (!/^[A-Za-z0-9._:~-]{1,100}$/.test(name))
        throw refuseField('verifier', 'verifier_name');
}
/** @throws invalid_fields */
function requirePosition(text) {
    const position = readPosition(text);
    if (!position)
        throw refuseField('applied', 'log_position');
    return position;
}
//# sourceMappingURL=feed.js.map