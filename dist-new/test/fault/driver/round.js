// One round: some dozens of sessions share one fault. They are revoked at random instants before, during and after it, and
// from its answer on each token is tried at both servers, until well after all is well again.
import { pause } from './asking.js';
import { aBystander } from './bystanders.js';
import { administrator, signIn } from './control.js';
import { instant } from './ledger.js';
import { aRandom } from './random.js';
import { aProbe } from './recovery.js';
import { tryOne } from './trial.js';
import { aVictim } from './triggers.js';
import { healthy } from './world.js';
export async function runRound(world, fault, options, ledger) {
    const { seed, sessions, firstTrial, quick } = options;
    const [a, b] = world.servers;
    await healthy(world);
    const { access } = await signIn(a, administrator, { device: 'fault driver' });
    const victims = await Promise.all(Array.from({ length: sessions }, (_, index) => aVictim(world, index % 2 === 0 ? [a, b] : [b, a], aRandom(seed, 'victim', index), access, index % 4 < 2)));
    await fault.prepare?.(world);
    const bystanders = await Promise.all(Array.from({ length: 4 }, (_, index) => aBystander(world, `bystander ${index}`, aRandom(seed, 'bystander', index), index % 2 === 1)));
    const probe = await aProbe(world);
    const random = aRandom(seed, 'fault');
    const strikesAfter = random.between(100, quick ? 400 : 1_000);
    const drawn = random.between(...fault.hold) * (quick ? 0.6 : 1);
    const holds = options.hold ?? drawn;
    const began = instant();
    let recovered = Number.POSITIVE_INFINITY;
    const settled = () => instant() > recovered + (quick ? 200 : 1_500);
    const striking = (async () => {
        await pause(strikesAfter);
        ledger.note(`injects: ${fault.what}`);
        const lift = await fault.inject(world, random);
        await pause(holds);
        ledger.note('lifts');
        const [times] = await Promise.all([probe.timeToRecover(instant()), lift()]);
        ledger.note('recovered');
        recovered = instant();
        return times;
    })();
    // Nobody waits for what will not come.
    striking.catch(() => {
        recovered = 0;
    });
    const window = strikesAfter + holds + (quick ? 200 : 500);
    const trials = victims.map((victim, index) => {
        const random = aRandom(seed, 'trial', index);
        const at = began + random.between(0, window);
        const trial = { number: firstTrial + index, victim, random, at, settled, beyond: quick ? 400 : 1_500 };
        return tryOne(world, trial, ledger);
    });
    const watching = bystanders.map(one => one.watch(settled, ledger));
    // All of them end before the stage is taken down, also when one fails.
    await Promise.allSettled([striking, ...trials, ...watching]);
    const [recovery, outcomes] = [await striking, await Promise.all(trials)];
    await Promise.all(watching);
    return {
        unknown: outcomes.filter(outcome => outcome !== null),
        recovery,
        signedOut: [...bystanders.flatMap(one => one.signedOut()), ...probe.signedOut],
    };
}
//# sourceMappingURL=round.js.map