// The race lab's experiments: tabs that wake together with an old token while answers are lost, programs that do without our
// client, and thieves. Each says what happened.
import { setTimeout as pause } from 'node:timers/promises';
import { aClient, claimsOf } from './client.js';
const refreshPath = '/api/token/refresh/';
/** Longer than an access token lives. */
export const overnight = 61 * 60_000;
/** All tabs wake at once with a token that is over, `rounds` times. */
export async function race({ tabs, advance }, gateway, rounds, person, say = () => { }) {
    await tabs[0].signIn(person);
    const failed = [];
    for (let round = 0; round < rounds; round++) {
        await advance(overnight);
        for (const told of await Promise.all(tabs.map(tab => tab.call())))
            if (told !== 200)
                failed.push(String(told));
        if ((round + 1) % 10 === 0)
            say(`  round ${round + 1}: ${failed.length} calls failed`);
    }
    const held = await tabs[0].held();
    const steps = held === null ? Number.NaN : claimsOf(held).gen - 1;
    const good = gateway.statuses.get(`${refreshPath} 200`) ?? 0;
    return {
        ...{ rounds, failed, steps },
        refreshes: gateway.carried.get(refreshPath) ?? 0,
        lost: gateway.lost.get(refreshPath) ?? 0,
        graceAnswers: good - steps,
        calls: rounds * tabs.length,
        signedOut: (await Promise.all(tabs.map(tab => tab.signedOut()))).flat(),
    };
}
/**
 * The same without our client, as many programs are written: each tab refreshes for itself with what it read at the wake, stores
 * what it was told last, and takes any failure for the end of the session.
 * @returns how often somebody saw the sign-in page
 */
export async function naiveRace(url, count, rounds, person) {
    const client = aClient({ url, hasMore: true });
    const signIn = async () => {
        for (;;) {
            const pair = await client.signIn(person).catch(() => null);
            if (pair)
                return pair;
        }
    };
    let stored = (await signIn()).refresh;
    let signIns = 0;
    for (let round = 0; round < rounds; round++) {
        const read = stored;
        const answers = await Promise.all(Array.from({ length: count }, () => client.refresh(read).catch(() => null)));
        const good = answers.filter(answer => answer?.status === 200);
        if (good.length < count) {
            signIns++;
            stored = (await signIn()).refresh;
        }
        else
            stored = good.at(-1).body.refresh;
    }
    return signIns;
}
/**
 * Sessions whose spent token a thief sends after the grace; beside each another session of the same person.
 * @param wait until twice the grace is over
 */
export async function theft(url, people, wait) {
    const client = aClient({ url, hasMore: true });
    const sessions = [];
    for (const person of people) {
        const [victim, bystander] = [await client.signIn(person), await client.signIn(person)];
        sessions.push({ stolen: victim.refresh, bystander, own: (await client.refresh(victim.refresh)).body });
    }
    await wait();
    const told = await Promise.all(sessions.map(({ stolen }) => client.refresh(stolen)));
    const own = await Promise.all(sessions.map(session => client.refresh(session.own.refresh)));
    const others = await Promise.all(sessions.map(({ bystander }) => client.refresh(bystander.refresh)));
    const count = (answers, is) => answers.filter(is).length;
    return {
        thefts: sessions.length,
        caught: count(told, ({ status, body }) => status === 401 && body.reason === 'token_reused'),
        ended: count(own, ({ status }) => status === 401),
        bystanders: sessions.length,
        bystandersLive: count(others, ({ status }) => status === 200),
    };
}
export const seconds = (count) => () => pause(count * 1000);
//# sourceMappingURL=races.js.map