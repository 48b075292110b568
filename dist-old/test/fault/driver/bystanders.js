// People whom nobody revokes: whatever goes wrong, their tokens are accepted or answered 503, and never refused.
import { askAgainAndAgain, pause } from './asking.js';
import { aGoodClient } from './good-client.js';
import { apiWay, signInBy } from './ways.js';
/** At how many resource servers a token is shown. */
const verifiersEach = 3;
/** @param byCode its sessions are an application's */
export async function aBystander({ servers, verifiers, control, asking }, name, random, byCode) {
    const way = byCode ? asking : apiWay;
    const person = await control.aPerson();
    const enter = () => signInBy(way, servers, person, random);
    const pairs = [await enter(), await enter()];
    // One shows the same access token again and again, the other refreshes and shows its newest at once.
    const [still, moving] = [pairs[0], aGoodClient(pairs[1], servers, random, way)];
    function show(token, access, gap, over, ledger) {
        const question = { token, access, way, gap: () => gap, over };
        const watched = random.some(verifiers, verifiersEach);
        return Promise.all([
            ...servers.map(server => askAgainAndAgain(server, question, ledger, random)),
            ...watched.map(one => askAgainAndAgain(one, { ...question, byKit: true }, ledger, random)),
        ]);
    }
    return {
        signedOut: () => moving.signedOut,
        async watch(over, ledger) {
            const shown = [show(name, still.access, 100, over, ledger)];
            while (!over() && (await moving.refresh(over))) {
                const until = performance.now() + 100;
                shown.push(show(`${name}, fresh`, moving.pair.access, 30, () => over() || performance.now() > until, ledger));
                await pause(random.between(100, 400));
            }
            await Promise.all(shown);
        },
    };
}
//# sourceMappingURL=bystanders.js.map