// A token server that a verifier is told of by `fetch` alone: it has the keys and the log of the vectors, and their time.
import { performance } from 'node:perf_hooks';
import { leaseTime } from '../../server/protocol/log/feed.js';
import { createVerifier } from '../../server/verifier/verifier.js';
const log = 'a5';
/** Where the log stands in the end: beyond every entry, and beyond the `rev` of every token. */
const head = 200;
/** @param pieces what comes on the stream: the first as the snapshot, the others as they happen */
export async function aVerifierTold({ issuer, audience, now, jwks }, pieces = [[]]) {
    const start = performance.now();
    const wall = () => now * 1000 + (performance.now() - start);
    const answers = {
        '/oauth/token': () => Response.json({ access_token: 'feed', token_type: 'Bearer', expires_in: 3_600 }),
        '/.well-known/jwks.json': () => Response.json(jwks),
        '/revocations/lease': () => Response.json({ log, seq: head, now: Math.round(wall()), lease_ms: leaseTime }),
        '/revocations/stream': () => new Response(streamOf(pieces), { headers: { 'Content-Type': 'text/event-stream' } }),
        '/oauth/introspect': () => Response.json({ active: false }),
    };
    const verifier = createVerifier({
        issuer,
        audience,
        clientId: 'orders',
        clientSecret: 'a-secret-of-nobody',
        clocks: { monotonic: () => performance.now(), wall },
        fetch: async (address) => answers[new URL(String(address)).pathname](),
    });
    await verifier.ready();
    return verifier;
}
function streamOf(pieces) {
    const [snapshot = [], ...later] = pieces;
    const text = (name, data, seq) => `event: ${name}\n${seq === undefined ? '' : `id: ${log}:${seq}\n`}data: ${JSON.stringify(data)}\n\n`;
    return new ReadableStream({
        start(controller) {
            const send = (part) => controller.enqueue(new TextEncoder().encode(part));
            const upto = later.length === 0 ? head : Math.max(0, ...snapshot.map(one => one.seq));
            send(text('reset', {}) + text('log', { after: 0, upto, entries: snapshot }, upto));
            later.reduce((after, entries, at) => {
                const next = at === later.length - 1 ? head : Math.max(after, ...entries.map(one => one.seq));
                send(text('log', { after, upto: next, entries }, next));
                return next;
            }, upto);
        },
    });
}
//# sourceMappingURL=told-by-vectors.js.map