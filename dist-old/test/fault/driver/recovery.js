// How long after a fault was lifted each server serves again: it spends a refresh token and accepts the fresh access token.
import { aClient } from '../../support/client.js';
import { pause } from './asking.js';
import { signIn } from './control.js';
import { told } from './good-client.js';
import { instant } from './ledger.js';
/** Who has not served by then, in ms, is taken not to come back. */
const patience = 60_000;
const gap = 40;
const mostOutstanding = 5;
/** A session for each server, of which nobody else knows. */
export async function aProbe(world) {
    const person = await world.control.aPerson();
    const pairs = await Promise.all(world.servers.map(server => signIn(server, person)));
    const signedOut = [];
    async function serves(server, pair) {
        const client = aClient(server);
        const refreshed = await client.refresh(pair.refresh).catch(() => null);
        if (isWrong(refreshed))
            signedOut.push(`${server.name}: refresh ${told(refreshed)}`);
        if (refreshed?.status !== 200)
            return false;
        const verified = await client.verify(refreshed.body.access).catch(() => null);
        if (isWrong(verified))
            signedOut.push(`${server.name}: verify ${told(verified)}`);
        return verified?.status === 200;
    }
    async function recovery(server, pair, lifted) {
        let done = null;
        let outstanding = 0;
        while (done === null && instant() < lifted + patience) {
            // The next does not wait for one that hangs: many refreshes of one token at once are one.
            if (outstanding < mostOutstanding) {
                outstanding++;
                void serves(server, pair).then(good => {
                    outstanding--;
                    if (good)
                        done ??= instant();
                });
            }
            await pause(gap);
        }
        return done === null ? Number.POSITIVE_INFINITY : done - lifted;
    }
    return {
        signedOut,
        /** @returns ms for each server */
        timeToRecover: (lifted) => Promise.all(world.servers.map((server, index) => recovery(server, pairs[index], lifted))),
    };
}
function isWrong(answer) {
    return answer !== null && answer.status !== 200 && answer.status !== 503;
}
//# sourceMappingURL=recovery.js.map