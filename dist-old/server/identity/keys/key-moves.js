// What can be done to a signing key inside a change (key-change.ts): each move writes the row and tells the audit log.
import { dueSteps, lastingAlgorithms } from '../../policy/key-life.js';
import { readPolicy } from '../../policy/policies.js';
import { signingAlgorithmNames } from '../../protocol/algorithms.js';
export function createKeyMoves(deps) {
    const { keyStore, policyVersionStore, revocationStore, applicationStore, now } = deps;
    async function ringIn(tx) {
        const { access_token_algorithm, key_rotation_interval } = readPolicy((await policyVersionStore.latest(tx)).policy);
        const lives = await revocationStore.lives(tx);
        const records = await keyStore.list(tx);
        const always = [...new Set([access_token_algorithm, ...lastingAlgorithms])];
        const algorithms = [...always, ...(await chosenIn(tx, records, always))];
        return { records, rules: { algorithms, interval: key_rotation_interval, lives } };
    }
    /** Beside those that are always there: what signs now stays for the applications that chose it for their id_tokens. */
    async function chosenIn(tx, records, always) {
        const chosen = [];
        for (const algorithm of signingAlgorithmNames.filter(name => !always.includes(name))) {
            const signs = records.some(record => record.algorithm === algorithm && record.state === 'active');
            if (signs && (await applicationStore.anyHasIdTokenAlgorithm(tx, algorithm)))
                chosen.push(algorithm);
        }
        return chosen;
    }
    /** @param at the instant that `activatesAt` was reckoned from: a millisecond later it would seem to sign too early */
    async function add(tx, { note }, pair, { at, activatesAt }) {
        const times = { createdAt: at, activatesAt, activatedAt: null, retiredAt: null, revokedAt: null };
        const made = { ...pair, state: 'pending', ...times };
        await keyStore.insert(tx, made);
        note({ action: 'key_made', subject: made.kid, after: { algorithm: made.algorithm, activates_at: activatesAt } });
        return made;
    }
    const moves = {
        async activate(tx, { note }, kid) {
            await keyStore.update(tx, kid, { state: 'active', activatedAt: now() });
            note({ action: 'key_activated', subject: kid });
        },
        async retire(tx, { note }, kid) {
            await keyStore.update(tx, kid, { state: 'retiring', retiredAt: now(), sealedPrivateKey: '' });
            note({ action: 'key_retired', subject: kid });
        },
        async remove(tx, { note }, kid) {
            await keyStore.update(tx, kid, { state: 'gone', sealedPrivateKey: '' });
            note({ action: 'key_removed', subject: kid });
        },
    };
    /** Does what is due. A key that must be made is taken from `spares`, or left for the next time. */
    async function takeSteps(tx, changing, spares = []) {
        const { records, rules } = await ringIn(tx);
        const at = now();
        for (const step of dueSteps(records, rules, at)) {
            if (step.act !== 'make') {
                await moves[step.act](tx, changing, step.kid);
                continue;
            }
            const spare = spares.find(pair => pair.algorithm === step.algorithm);
            if (spare)
                await add(tx, changing, spare, { at, activatesAt: step.activatesAt });
        }
    }
    /** At once, published or not; what the rules then ask for follows in the same change. */
    async function replaceBy(tx, changing, next, records) {
        for (const { kid, state, algorithm } of records) {
            if (state === 'active' && algorithm === next.algorithm)
                await moves.retire(tx, changing, kid);
        }
        await moves.activate(tx, changing, next.kid);
        await takeSteps(tx, changing);
    }
    return { ringIn, add, remove: moves.remove, takeSteps, replaceBy };
}
//# sourceMappingURL=key-moves.js.map