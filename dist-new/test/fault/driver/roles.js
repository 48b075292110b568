// P6: roles change under load, at a third process, as on the command line. Nobody is signed out; the old tokens are refused
// as stale, and a refresh brings the new roles.
import { aClient, claimsOf } from '../../support/client.js';
import { pause } from './asking.js';
import { actor, insist } from './control.js';
import { aGoodClient, told } from './good-client.js';
import { instant } from './ledger.js';
import { aRandom } from './random.js';
import { spread } from './table.js';
import { apiWay, signInBy } from './ways.js';
/** People whose roles change, each with a client that refreshes, and those who refresh beside them. */
const changing = 10;
const beside = 20;
/** Staleness is looked for this often, in ms; given up after `patience`. */
const gap = 10;
const patience = 10_000;
/** @returns whether the promise held */
export async function runRoles(world, count, seed, say) {
    const { servers, control } = world;
    const wrong = [];
    const stale = [];
    const inForce = [];
    let left = count;
    let stop = false;
    async function aSession(index) {
        const random = aRandom(seed, 'roles', index);
        const person = await control.aPerson();
        const way = index % 2 === 0 ? apiWay : world.own;
        return { person, random, client: aGoodClient(await signInBy(way, servers, person, random), servers, random, way) };
    }
    const sessions = await Promise.all(Array.from({ length: changing + beside }, (_, index) => aSession(index)));
    async function changeAgainAndAgain({ person, client, random }) {
        for (let turn = 0; left-- > 0; turn++) {
            const roles = turn % 2 === 0 ? ['support'] : [];
            const old = client.pair.access;
            await insist(() => control.parts.people.users.setRoles(person.id, roles, actor));
            const changed = instant();
            // The application that holds the token goes on with it until it is told that it is stale, then refreshes.
            const times = await Promise.all(servers.map(server => untilStale(server, old, changed)));
            stale.push(...times);
            if (!(await client.refresh(() => false)))
                return;
            const { access } = client.pair;
            inForce.push(instant() - changed);
            if (claimsOf(access).roles.join() !== roles.join())
                wrong.push(`a refresh after the change has the old roles`);
            const server = random.pick(servers);
            const answer = await aClient(server).get('/api/me/', access);
            if (answer.status !== 200)
                wrong.push(`${server.name}: the new token is answered ${told(answer)}`);
            else if (answer.body.roles.join() !== roles.join())
                wrong.push(`${server.name}: shows the old roles`);
            await pause(random.between(0, 100));
        }
    }
    async function untilStale(server, access, changed) {
        while (instant() < changed + patience) {
            const begun = instant();
            const answer = await aClient(server).get('/api/me/', access);
            if (answer.status === 401 && answer.body.reason === 'token_stale')
                return begun - changed;
            if (answer.status !== 200)
                wrong.push(`${server.name}: the old token is answered ${told(answer)}`);
            await pause(gap);
        }
        wrong.push(`${server.name}: the old token is still taken after ${patience} ms`);
        return Number.POSITIVE_INFINITY;
    }
    async function keepRefreshing({ client, random }) {
        while (!stop && (await client.refresh(() => stop))) {
            const answer = await client.way.verify(random.pick(servers), client.pair.access);
            if (answer.status !== 200)
                wrong.push(`a bystander's token is answered ${told(answer)}`);
            await pause(random.between(0, 50));
        }
    }
    const load = sessions.slice(changing).map(keepRefreshing);
    await Promise.all(sessions.slice(0, changing).map(changeAgainAndAgain));
    stop = true;
    await Promise.all(load);
    const signedOut = sessions.flatMap(one => one.client.signedOut);
    for (const line of [...signedOut, ...wrong].slice(0, 20))
        say(`Wrong: ${line}`);
    const refreshed = sessions.reduce((sum, one) => sum + one.client.refreshed, 0);
    say(`P6: ${inForce.length} role changes under ${refreshed} refreshes: sign-outs ${signedOut.length}, wrong answers ${wrong.length}`);
    say(`    the old token is refused as stale at a server after p50/p99/max ${spread(stale)} ms,`);
    say(`    a client that was told so has the new roles after ${spread(inForce)} ms`);
    return signedOut.length === 0 && wrong.length === 0 && world.accidents().length === 0;
}
//# sourceMappingURL=roles.js.map