// A client as good ones are: it spends its refresh token, and where no certain answer comes it tries the same token again,
// at whichever server. Nobody may ever tell it that its session is over.
import { claimsOf } from '../../support/client.js';
import { pause } from './asking.js';
import { instant } from './ledger.js';
import { apiWay } from './ways.js';
export function aGoodClient(pair, servers, random, way = apiWay) {
    const client = {
        way,
        pair,
        refreshed: 0,
        triedAgain: 0,
        longestWait: 0,
        signedOut: [],
        async refresh(over) {
            const began = instant();
            while (!over()) {
                const server = random.pick(servers);
                const answer = await way.refresh(server, client.pair.refresh).catch(() => null);
                if (answer?.status === 200) {
                    client.pair = { ...client.pair, ...answer.body };
                    client.refreshed++;
                    client.longestWait = Math.max(client.longestWait, instant() - began);
                    return true;
                }
                if (answer !== null && answer.status !== 503) {
                    client.signedOut.push(`${server.name}, ${way.name}: ${told(answer)}, generation ${claimsOf(client.pair.refresh).gen}`);
                    return false;
                }
                client.triedAgain++;
                await pause(random.between(20, 80));
            }
            return false;
        },
    };
    return client;
}
/** Without any token that may be in it. */
export function told(answer) {
    return `${answer.status} ${answer.body?.reason ?? answer.body?.code ?? ''}`;
}
//# sourceMappingURL=good-client.js.map