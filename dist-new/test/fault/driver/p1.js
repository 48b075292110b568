// P1: rounds of faults until each has had its share of the trials; with Redis, without, or both one after the other.
import { faults } from './faults.js';
import { judge } from './judge.js';
import { aLedger } from './ledger.js';
import { whyNot } from './means.js';
import { aRandom } from './random.js';
import { runRound } from './round.js';
import { openStores, raise } from './world.js';
export async function runP1(options) {
    const result = { manyCounters: [], skipped: [], accidents: [] };
    const wanted = options.redis.flatMap(redis => possible(options, redis, result.skipped));
    const share = Math.ceil(options.trials / wanted.length);
    let trial = 0;
    for (const redis of options.redis) {
        const stores = await openStores(redis);
        try {
            for (const cast of ['plain', 'cut', 'clock']) {
                const names = wanted.filter(one => one.redis === redis && faults[one.name].cast === cast).map(one => one.name);
                if (names.length === 0)
                    continue;
                const world = await raise(stores, cast, options);
                try {
                    for (const name of names) {
                        result.manyCounters.push(await counters(world, name, redis, trial, share, options));
                        trial += share;
                    }
                }
                catch (error) {
                    // What was found so far is told all the same.
                    result.accidents.push(`the driver itself: ${error.stack}`);
                }
                finally {
                    result.accidents.push(...world.accidents());
                    await world.close();
                }
            }
        }
        finally {
            await stores.stop();
        }
    }
    return result;
}
function possible({ only, verifiers }, redis, skipped) {
    const names = only ?? Object.keys(faults);
    return names.flatMap(name => {
        const why = whyNot(name, redis, verifiers > 0);
        // Asked for by name, it must not go by in silence; the faults of what was not wanted do.
        const { needs } = faults[name];
        const isWanted = needs === 'redis' ? redis : needs === 'verifiers' ? only !== null || verifiers > 0 : true;
        if (why !== null && isWanted)
            skipped.push(`${name}: ${why}`);
        return why === null ? [{ name, redis }] : [];
    });
}
async function counters(world, name, redis, firstTrial, share, options) {
    const sum = {
        fault: name,
        redis,
        rounds: 0,
        trials: 0,
        unknown: [],
        recovery: [],
        signedOut: [],
        violations: [],
        wrong: [],
        here: [],
        there: [],
        atVerifiers: [],
    };
    // What was not answered is made up for, within reason: a fault may be such that little is.
    for (let round = 0; sum.trials < share && round < 2 + (2 * share) / options.sessions; round++) {
        const ledger = aLedger(options.log);
        const sessions = Math.min(options.sessions, share - sum.trials);
        const seed = Math.floor(aRandom(options.seed, name, String(redis), round).next() * 2 ** 32);
        const { unknown, recovery, signedOut } = await runRound(world, faults[name], { seed, sessions, firstTrial: firstTrial + sum.trials, hold: options.hold, quick: options.quick }, ledger);
        const judgement = judge(ledger.revoked, ledger.verdicts, world.verifiers.map(one => one.name));
        sum.rounds++;
        sum.trials += ledger.revoked.length;
        sum.unknown.push(...unknown);
        sum.recovery.push(...recovery);
        sum.signedOut.push(...signedOut);
        for (const list of ['violations', 'wrong', 'here', 'there', 'atVerifiers']) {
            ;
            sum[list].push(...judgement[list]);
        }
        ledger.close();
    }
    options.say(`${name}${redis ? '' : ', no Redis'}: ${sum.rounds} rounds, ${sum.trials} trials, ${sum.violations.length} violations, ` +
        `${sum.wrong.length + sum.signedOut.length} wrong refusals`);
    return sum;
}
//# sourceMappingURL=p1.js.map