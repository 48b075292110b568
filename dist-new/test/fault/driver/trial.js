// One trial: a token is revoked at a random instant, and from the answer on it is tried at both servers.
import { askAgainAndAgain, pause } from './asking.js';
import { bound } from './judge.js';
import { instant } from './ledger.js';
import { revokes, revokesOf } from './triggers.js';
/** How many of the verifiers are asked in one trial: all of them would be a flood. */
const verifiersATrial = 3;
/** @returns null, or why nobody knows whether it was revoked */
export async function tryOne(world, trial, ledger) {
    const { number, victim, random, at, settled, beyond } = trial;
    const trigger = random.pick(revokesOf(victim.way));
    await pause(at - instant());
    const revoked = await revoke(world, victim, trigger, random, settled);
    const answered = instant();
    if ('unknown' in revoked)
        return `trial ${number}, ${trigger}: ${revoked.unknown}`;
    ledger.revoked.push({ trial: number, trigger, via: revoked.via, answered });
    const asking = {
        token: number,
        access: victim.ending.access,
        way: victim.way,
        gap: (last) => (last?.status === 401 ? 250 : instant() < answered + 1_200 ? 25 : 100),
        over: () => instant() > answered + bound + beyond && settled(),
    };
    const watched = random.some(world.verifiers, verifiersATrial);
    await Promise.all([
        ...world.servers.map(server => askAgainAndAgain(server, asking, ledger, random)),
        ...watched.map(verifier => askAgainAndAgain(verifier, { ...asking, byKit: true }, ledger, random)),
    ]);
    return null;
}
/** Tries until it is answered, or it is clear that it never will be. */
async function revoke(world, victim, trigger, random, settled) {
    const { send, byHand } = revokes[trigger];
    while (!settled()) {
        const server = random.pick(world.servers);
        const outcome = await send(server.url, victim, world.control);
        if (outcome === 'done')
            return { via: byHand ? 'operator' : server.name };
        if (outcome !== 'again')
            return { unknown: outcome };
        await pause(random.between(50, 250));
    }
    return { unknown: 'never answered' };
}
//# sourceMappingURL=trial.js.map