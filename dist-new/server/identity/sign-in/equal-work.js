// A name that nobody has must not be told from one that somebody has by how long its password takes to compare: every
// comparison takes the work of the slowest kind of hash that is stored, whatever kind this one is.
import { bcryptCost, roundsOf, standInHash, standInRounds, workOf } from './stored-passwords.js';
// One import of very dear hashes must not slow every sign-in: dearer kinds than these set no measure, and tell by their
// time that they are somebody's until their first sign-in.
const dearestCost = 13;
const dearestTime = 800;
/** Rounds that the speed of the filling work is timed on. */
const sampleRounds = 50_000;
const samples = 5;
export function createEqualWork({ work, cost, storedKinds, monotonic }) {
    let kinds = [];
    /** How long a kind takes, in ms. Of bcrypt one cost is timed, of PBKDF2 one number of rounds: the others follow from it. */
    const times = new Map();
    let timedCost = 0;
    /** In turns: other work on the machine slows all of them, and the quickest of each counts. */
    async function time(standIns) {
        const quickest = new Map(standIns.map(one => [one, Number.POSITIVE_INFINITY]));
        for (let sample = 0; sample < samples; sample++) {
            for (const [standIn, before] of quickest) {
                const begun = monotonic();
                await work.matches('', standIn);
                quickest.set(standIn, Math.min(before, monotonic() - begun));
            }
        }
        for (const [standIn, taken] of quickest)
            times.set(standIn, taken);
    }
    function timeOf(kind) {
        const own = bcryptCost(kind);
        if (own !== null)
            return (times.get(standInHash(timedCost)) ?? 0) * 2 ** (own - timedCost);
        const rounds = roundsOf(kind);
        if (rounds !== null)
            return ((times.get(standInRounds(sampleRounds)) ?? 0) * rounds) / sampleRounds;
        return times.get(kind) ?? 0;
    }
    /** The kind whose work every comparison takes. */
    function measure() {
        const present = cost();
        const costs = kinds.map(bcryptCost).filter(one => one !== null && one <= dearestCost);
        const ofBcrypt = standInHash(Math.max(present, ...costs));
        return kinds
            .filter(kind => bcryptCost(kind) === null && timeOf(kind) <= dearestTime)
            .reduce((slowest, kind) => (timeOf(kind) > timeOf(slowest) ? kind : slowest), ofBcrypt);
    }
    /** Does the work that one kind lacks of another. */
    async function fill(password, done, wanted) {
        const [from, to] = [bcryptCost(done), bcryptCost(wanted)];
        if (from !== null && to !== null) {
            // Each once: 2^a + 2^a + 2^(a+1) + … + 2^(c-1) = 2^c.
            for (let missing = from; missing < to; missing++)
                await work.matches(password, standInHash(missing));
            return;
        }
        const lack = (timeOf(wanted) - timeOf(done)) / timeOf(standInRounds(sampleRounds));
        if (lack > 0)
            await work.matches(password, standInRounds(Math.ceil(lack * sampleRounds)));
    }
    return {
        /** Looks which kinds are stored, and times those that are new. */
        async prepare() {
            const stored = await storedKinds();
            const foreign = stored.filter(kind => bcryptCost(kind) === null);
            if (foreign.length > 0) {
                timedCost ||= cost();
                const needed = [
                    standInHash(timedCost),
                    standInRounds(sampleRounds),
                    ...foreign.filter(one => roundsOf(one) === null),
                ];
                if (needed.some(one => !times.has(one)))
                    await time(needed);
            }
            kinds = stored;
        },
        /** @param encoded null, or what no password can match, takes as long as the rest */
        async compare(password, encoded) {
            const wanted = measure();
            const own = encoded === null ? null : workOf(encoded);
            const right = await work.matches(password, own ? encoded : wanted);
            await fill(password, own?.standIn ?? wanted, wanted);
            return right && own !== null;
        },
    };
}
//# sourceMappingURL=equal-work.js.map