// kill -9 at random instants, again and again, each target by its own dice: now and then several are down together. Nobody
// is killed twice without that somebody was served in between: a system that never comes up proves nothing.
import { pause } from './asking.js';
import { instant } from './ledger.js';
import { aRandom } from './random.js';
/** How long it stays dead, in ms. */
const death = [0, 150];
/** How many requests are served between one kill and the next. */
const served = [1, 60];
/** Not served for so long, in ms, a system is down for good. */
const patience = 180_000;
/** Kills `count` times, and leaves everything running. @returns how often each target was killed */
export async function killAgainAndAgain(world, killing) {
    const kills = new Map();
    let left = killing.count;
    let servedAtLastKill = killing.progress();
    const taken = () => left-- > 0;
    async function killer(target, random) {
        for (;;) {
            await pause(random.between(...target.life));
            await someServed(random.between(...served));
            if (!taken())
                return;
            await kill(target);
            await pause(random.between(...death));
            const started = target.start();
            // Some die while they start: with the schema half looked at, a key half made.
            if (target.mayDieAtStart && random.next() < 0.25) {
                await pause(random.between(50, 800));
                if (taken())
                    await kill(target);
            }
            await started;
        }
    }
    async function someServed(least) {
        const until = instant() + patience;
        while (killing.progress() < servedAtLastKill + least) {
            if (instant() > until)
                throw new Error(`nobody was served for ${patience / 1000} s`);
            await pause(5);
        }
    }
    async function kill(target) {
        servedAtLastKill = killing.progress();
        await target.kill();
        kills.set(target.name, (kills.get(target.name) ?? 0) + 1);
        killing.killed([...kills.values()].reduce((sum, times) => sum + times, 0));
    }
    await Promise.all(targets(world).map(target => killer(target, aRandom(killing.seed, 'killer', target.name))));
    return kills;
}
function targets({ servers, mariaDb, redis }) {
    const stores = [
        { name: 'database', kill: mariaDb.kill, start: mariaDb.restart },
        ...(redis ? [{ name: 'Redis', kill: redis.kill, start: redis.restart }] : []),
    ];
    return [
        ...servers.map(({ name, kill, start }) => {
            return { name: `server ${name}`, kill, start, mayDieAtStart: true, life: [0, 500] };
        }),
        ...stores.map((store) => ({ ...store, mayDieAtStart: false, life: [300, 3_000] })),
    ];
}
//# sourceMappingURL=killers.js.map