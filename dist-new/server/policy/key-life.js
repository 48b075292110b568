// The life of a signing key: pending (published, signs nothing yet) → active → retiring (signs no more, verifies what it
// signed) → gone. Pure: what is due now is told from the keys and the rules, by whatever server asks. Times are epoch ms.
import { longestAccessLifetime } from './policies.js';
const second = 1_000;
const minute = 60 * second;
const day = 86_400 * second;
/** How long a verifier may keep the JWKS, in seconds. */
export const jwksMaxAge = 300;
/** How long a key is published before it signs, in ms: four times as long as a verifier that behaves keeps the JWKS. */
export const publication = 20 * minute;
/** How long before it is due a key is made, in ms, for verifiers that behave worse. */
const lead = day;
/** In ms: servers that learn late that a key has retired, and clocks of verifiers. */
const slack = 120 * second;
/**
 * Something always signs with these: id_tokens are RS256 where an application registered nothing else (OIDC Core §15.1),
 * and ES256 may be chosen by any.
 */
export const lastingAlgorithms = ['ES256', 'RS256'];
/** From when on a pending key may sign without any verifier refusing it. */
export function publishedAt(key) {
    return key.createdAt + publication;
}
/**
 * From when on nothing can need the key; null while it signs, and once it is gone. A pending one never signed anything.
 * No token lives longer than any policy allows, whatever was changed after the key had retired.
 */
export function removableAt(key, { accessLifetime, horizon }) {
    if (key.state === 'pending')
        return key.createdAt;
    if (key.state !== 'retiring')
        return null;
    const retiredAt = key.retiredAt;
    const lastExpiry = Math.min(Math.max(retiredAt + accessLifetime * second, horizon), retiredAt + longestAccessLifetime * second);
    return lastExpiry + slack + jwksMaxAge * second;
}
/** Everything that is due, in the order in which it must be done. Done once, nothing of it is due any more. */
export function dueSteps(keys, rules, now) {
    const { algorithms, lives } = rules;
    const rotations = algorithms.flatMap(algorithm => rotationOf(algorithm, keys, rules, now));
    const comes = new Set(rotations.flatMap(step => (step.act === 'activate' ? step.kid : [])));
    const signs = (algorithm) => keys.some(key => key.algorithm === algorithm && (key.state === 'active' || comes.has(key.kid)));
    const unwanted = keys.filter(key => !algorithms.includes(key.algorithm));
    return [
        ...rotations,
        // The old algorithm signs on until each of the present ones can.
        ...(algorithms.every(signs)
            ? withState(unwanted, 'active').map(({ kid }) => ({ act: 'retire', kid }))
            : []),
        ...withState(unwanted, 'pending').map(({ kid }) => ({ act: 'remove', kid })),
        ...withState(keys, 'retiring')
            .filter(key => removableAt(key, lives) <= now)
            .map(({ kid }) => ({ act: 'remove', kid })),
    ];
}
/**
 * Who signs at once in the place of an active key that is revoked: a pending one, or one that must be made (`kid` null).
 * @returns null where none has to
 */
export function successorOf(kid, keys, { algorithms }) {
    const key = keys.find(one => one.kid === kid);
    if (key?.state !== 'active')
        return null;
    const others = keys.filter(one => one !== key);
    const signed = new Set(withState(others, 'active').map(one => one.algorithm));
    const unsigned = algorithms.filter(algorithm => !signed.has(algorithm));
    const algorithm = unsigned.find(one => one === key.algorithm) ?? unsigned[0];
    if (algorithm === undefined)
        return null;
    return { algorithm, kid: pendingOf(algorithm, others)?.kid ?? null };
}
/** The key that is to sign next. */
export function pendingOf(algorithm, keys) {
    return withState(keys, 'pending').find(key => key.algorithm === algorithm) ?? null;
}
function rotationOf(algorithm, keys, { interval }, now) {
    const active = withState(keys, 'active').filter(key => key.algorithm === algorithm);
    const pending = pendingOf(algorithm, keys);
    if (pending) {
        if (Math.max(pending.activatesAt ?? 0, publishedAt(pending)) > now)
            return [];
        const retired = active.map(({ kid }) => ({ act: 'retire', kid }));
        return [...retired, { act: 'activate', kid: pending.kid }];
    }
    const due = active.length > 0 ? Math.max(...active.map(key => key.activatedAt ?? 0)) + interval * second : now;
    if (now < due - Math.min(lead, (interval * second) / 2))
        return [];
    return [{ act: 'make', algorithm, activatesAt: Math.max(due, now + publication) }];
}
function withState(keys, state) {
    return keys.filter(key => key.state === state);
}
/** How long one key seals tickets, in ms. What it sealed is over an hour later. */
export const ticketKeyLife = 30 * 86_400_000;
/** Secrets that can be revoked. The chain of the audit log is under one too; it would break with another. */
export const revocableSecrets = ['refresh', 'device'];
//# sourceMappingURL=key-life.js.map