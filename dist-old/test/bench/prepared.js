// What the load driver holds of one server, and gets before a workload that needs it is measured.
import { setTimeout as pause } from 'node:timers/promises';
import { aConnection } from './connection.js';
import { people } from './stack-names.js';
const goodTokens = 64;
const revokedTokens = 4;
/** The brief ones last one second, and a clock may be in the middle of one. */
const untilExpired = 2_100;
export function holding(wire) {
    return { wire, pairs: [], tokens: { good: [], expired: [], revoked: [] }, next: 0 };
}
export async function prepare(need, held, order) {
    const connection = await aConnection(order.port);
    try {
        await get[need](held, connection, order);
    }
    finally {
        connection.close();
    }
}
const get = {
    async pairs(held, connection, { connections }) {
        while (held.pairs.length < connections)
            held.pairs.push(await signedIn(held, connection));
    },
    async good(held, connection) {
        const { wire, tokens } = held;
        if (tokens.good.length > 0)
            return;
        let pair = wire.checkable(0) === null ? await signedIn(held, connection) : null;
        while (tokens.good.length < goodTokens) {
            const request = pair === null ? wire.checkable(tokens.good.length) : wire.refresh(pair.refresh);
            const next = wire.pair((await connection.send(request)).body);
            tokens.good.push(next.access);
            if (pair !== null)
                pair = next;
        }
    },
    async expired({ wire, tokens }, connection, { expired }) {
        if (tokens.expired.length > 0)
            return;
        const brief = wire.brief();
        tokens.expired.push(brief === null ? expired : wire.pair((await connection.send(brief)).body).access);
        if (brief !== null)
            await pause(untilExpired);
    },
    async revoked(held, connection) {
        const { wire, tokens } = held;
        for (let lane = 0; tokens.revoked.length < revokedTokens; lane++) {
            const request = wire.checkable(lane);
            const pair = request === null ? await signedIn(held, connection) : wire.pair((await connection.send(request)).body);
            await connection.send(wire.end(pair, lane));
            tokens.revoked.push(pair.access);
        }
    },
};
/** Until the server has time for it. */
async function signedIn(held, connection) {
    for (;;) {
        const { status, body } = await connection.send(held.wire.signIn(held.next++ % people));
        if (status === 200)
            return held.wire.pair(body);
        if (status !== 503)
            throw new Error(`a sign-in answered ${status} ${body}`);
        await pause(200);
    }
}
//# sourceMappingURL=prepared.js.map