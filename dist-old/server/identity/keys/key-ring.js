import { dueSteps, pendingOf, publishedAt, removableAt, successorOf, } from '../../policy/key-life.js';
import { isSigningAlgorithm } from '../../protocol/algorithms.js';
import { refuse, refuseField } from '../../protocol/errors.js';
import { problem } from '../../protocol/problems.js';
import { newKeyPair } from '../../tokens/key-pairs.js';
export function createKeyRing({ database, keyStore, moves, change, sealing, now }) {
    const { ringIn } = moves;
    const spareOf = (algorithm) => newKeyPair(algorithm, sealing);
    async function ring() {
        const { records, rules } = await ringIn(database);
        const keys = records.map(record => ({
            kid: record.kid,
            algorithm: record.algorithm,
            state: record.state,
            createdAt: record.createdAt,
            activatesAt: record.activatesAt,
            activatedAt: record.activatedAt,
            retiredAt: record.retiredAt,
            revokedAt: record.revokedAt,
            removableAt: removableAt(record, rules.lives),
        }));
        return { keys, algorithms: rules.algorithms };
    }
    const list = async () => (await ring()).keys;
    async function listed(kid) {
        return (await list()).find(key => key.kid === kid);
    }
    /** As it was when it began to sign; later everybody has it. */
    const rotationTo = async (kid) => {
        const key = await listed(kid);
        return { key, published: (key.activatedAt ?? key.activatesAt ?? 0) >= publishedAt(key) };
    };
    return {
        /** All there ever were, newest first. */
        list,
        ring,
        /** What the schedule asks for. Many servers may do it at once: one does. */
        async upkeep() {
            const { records, rules } = await ringIn(database);
            const due = dueSteps(records, rules, now());
            if (due.length === 0)
                return;
            // Made before the locks are taken: RSA takes a while.
            const made = due.flatMap(step => (step.act === 'make' ? spareOf(step.algorithm) : []));
            const spares = await Promise.all(made);
            await change('system', (tx, changing) => moves.takeSteps(tx, changing, spares));
        },
        /**
         * Puts a new key in the place of the one that signs: once it has been published for long enough, or at once.
         * @param algorithm the policy's, where it is left out
         * @throws invalid_fields
         */
        async rotate(options, actor) {
            const { records, rules } = await ringIn(database);
            const algorithm = requireAlgorithm(options.algorithm ?? rules.algorithms[0], rules);
            const spare = pendingOf(algorithm, records) ? null : await spareOf(algorithm);
            const kid = await change(actor, async (tx, changing) => {
                const { records, rules } = await ringIn(tx);
                requireAlgorithm(algorithm, rules);
                const pending = pendingOf(algorithm, records);
                if (!pending && !spare)
                    throw superseded();
                const at = now();
                const soonest = publishedAt(pending ?? { createdAt: at });
                const activatesAt = options.atOnce ? at : soonest;
                const next = pending ?? (await moves.add(tx, changing, spare, { at, activatesAt }));
                if (options.atOnce)
                    await moves.replaceBy(tx, changing, next, records);
                else if (next.activatesAt > soonest) {
                    await keyStore.update(tx, next.kid, { activatesAt: soonest });
                    changing.note({ action: 'key_scheduled', subject: next.kid, after: { activates_at: soonest } });
                }
                return next.kid;
            });
            return rotationTo(kid);
        },
        /**
         * The key was stolen, or may have been: it leaves the JWKS, every token under it is refused from now on, and another
         * signs at once. Sessions stay; a refresh brings a good token.
         * @throws not_found
         */
        async revoke(kid, actor) {
            const ring = await ringIn(database);
            requireKey(kid, ring);
            const planned = successorOf(kid, ring.records, ring.rules);
            const spare = planned && planned.kid === null ? await spareOf(planned.algorithm) : null;
            const successor = await change(actor, async (tx, changing) => {
                const { records, rules } = await ringIn(tx);
                const key = requireKey(kid, { records });
                if (key.revokedAt !== null)
                    return null;
                const next = successorOf(kid, records, rules);
                const at = now();
                const retiredAt = key.state === 'active' ? at : key.retiredAt;
                await keyStore.update(tx, kid, { state: 'gone', retiredAt, revokedAt: at, sealedPrivateKey: '' });
                await changing.record('signing_key_revoked', { subject: kid });
                changing.note({ action: 'key_revoked', subject: kid, before: { state: key.state, algorithm: key.algorithm } });
                if (!next)
                    return null;
                if (next.kid === null && spare?.algorithm !== next.algorithm)
                    throw superseded();
                const signing = records.find(one => one.kid === next.kid) ?? (await moves.add(tx, changing, spare, { at, activatesAt: at }));
                const others = records.filter(one => one !== key);
                await moves.replaceBy(tx, changing, signing, others);
                return signing.kid;
            });
            return { key: await listed(kid), successor: successor === null ? null : await rotationTo(successor) };
        },
        /**
         * Takes a key that nothing needs out of the JWKS, before the schedule does.
         * @throws not_found, key_in_use
         */
        async remove(kid, actor) {
            await change(actor, async (tx, changing) => {
                const { records, rules } = await ringIn(tx);
                const key = requireKey(kid, { records });
                if (key.state === 'gone')
                    throw notFound(kid);
                const at = removableAt(key, rules.lives);
                if (at === null)
                    throw refuse('key_in_use', { problem: problem('key_signs', { kid }) });
                if (at > now())
                    throw refuse('key_in_use', { problem: problem('key_needed', { kid, until: isoTime(at) }) });
                await moves.remove(tx, changing, kid);
            });
            return listed(kid);
        },
    };
}
function requireAlgorithm(algorithm, { algorithms }) {
    if (!isSigningAlgorithm(algorithm))
        throw refuseField('algorithm', 'unknown_algorithm');
    if (algorithms.includes(algorithm))
        return algorithm;
    throw refuseField('algorithm', 'unused_algorithm', { algorithm });
}
function requireKey(kid, { records }) {
    const key = records.find(one => one.kid === kid);
    if (!key)
        throw notFound(kid);
    return key;
}
function notFound(kid) {
    return refuse('not_found', { problem: problem('unknown_key', { kid: kid.slice(0, 100) }) });
}
/** Somebody else changed the keys between two looks: again will do. */
function superseded() {
    return refuse('database_unavailable', { retryAfter: 1 });
}
function isoTime(epochMs) {
    return new Date(epochMs).toISOString();
}
//# sourceMappingURL=key-ring.js.map