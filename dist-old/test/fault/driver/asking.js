// Asks the servers about one token, again and again, and writes down what they say. No question waits for the answer to
// the one before: a server that hangs must not keep the driver from beginning requests.
import { aClient } from '../../support/client.js';
import { instant } from './ledger.js';
import { apiWay } from './ways.js';
/** To one path of one server at a time, for one token: a last bound, for the gaps grow with what is outstanding. */
const mostOutstanding = 20;
/** `/api/token/verify/` takes no token of an application: its resource servers introspect. */
const paths = { api: ['verify', 'me'], code: ['introspect', 'me'], kit: ['orders'] };
/** Resolves when it is over and everything was answered, or nothing more will be. */
export async function askAgainAndAgain(server, { token, access, way = apiWay, gap, over, byKit }, ledger, random) {
    const ours = paths[byKit ? 'kit' : way.name];
    const none = () => new Set();
    const outstanding = { verify: none(), me: none(), introspect: none(), orders: none() };
    let last = null;
    for (let turn = Math.floor(random.between(0, 2)); !over(); turn++) {
        const path = ours[turn % ours.length];
        if (outstanding[path].size < mostOutstanding) {
            const asked = ask(server, { token, access, way }, path).then(verdict => {
                ledger.verdicts.push(verdict);
                last = verdict;
                outstanding[path].delete(asked);
            });
            outstanding[path].add(asked);
        }
        // A stopped server is asked all the time, and not so often that its sockets are full.
        const waiting = ours.reduce((sum, path) => sum + outstanding[path].size, 0);
        await pause(gap(last) * (1 + waiting / 1.5) * random.between(0.7, 1.3));
    }
    await Promise.race([Promise.all(ours.flatMap(path => [...outstanding[path]])), pause(patience)]);
}
/** A question that is still not answered so long after everything is well again, in ms, never will be. */
const patience = 12_000;
async function ask(server, { token, access, way }, path) {
    const client = aClient(server);
    const begun = instant();
    const asked = {
        verify: () => client.verify(access),
        me: () => client.get('/api/me/', access),
        introspect: () => way.verify(server, access),
        orders: () => client.get('/orders', access),
    };
    const answer = await asked[path]().catch(() => null);
    const { reason, code } = answer?.body ?? {};
    return {
        token,
        server: server.name,
        path,
        begun,
        ended: instant(),
        status: answer?.status ?? 0,
        reason: reason ?? code ?? '',
    };
}
export function pause(ms) {
    return new Promise(resolve => setTimeout(resolve, ms));
}
//# sourceMappingURL=asking.js.map