// What an application proves itself by. Only hashes are kept: 32 random bytes are not guessed, so a fast hash will do.
import { createHash, timingSafeEqual } from 'node:crypto';
import { usesSecret } from '../../policy/application-defaults.js';
import { problem } from '../../protocol/problems.js';
/** By which scanners of source code find it. */
const prefix = 'dvz_sec_';
/** How many of an application are live at most, and are compared with, whether it has them or not. */
const most = 2;
/** A use is written down at most so often; ms. */
const noteEvery = 60_000;
/** How long those that were read are believed, in ms: whoever introspects asks for each of its requests. */
const heldFor = 500;
/** Of how many applications secrets are held. */
const mostHeld = 1_000;
/** Who chooses a secret may choose a bad one: ours have 43 characters of chance. */
const shortestSecret = 32;
const longestSecret = 1_000;
export function createApplicationSecrets(deps) {
    const { database, applicationStore, random, uuid, now, monotonic, afterwards } = deps;
    const held = new Map();
    /** Until when nothing is held of an application whose secrets are being changed here: readers may see those of before. */
    const changing = new Map();
    function isAmong(secrets, presented) {
        const found = among(secrets, hashOf(presented), now());
        if (found)
            noteUse(found);
        return found !== null;
    }
    async function read(applicationId) {
        const askedAt = monotonic();
        const secrets = await applicationStore.liveSecrets(database, applicationId, now());
        if (secrets.length > 0 && (changing.get(applicationId) ?? 0) <= monotonic()) {
            changing.delete(applicationId);
            if (held.size >= mostHeld)
                held.clear();
            held.set(applicationId, { secrets, until: askedAt + heldFor });
        }
        return secrets;
    }
    /** Until the transaction that changes them is over, and a little longer. */
    function holdNothing(applicationId) {
        changing.set(applicationId, monotonic() + 10 * heldFor);
        held.delete(applicationId);
    }
    function noteUse(secret) {
        const at = now();
        if (at - (secret.lastUsedAt ?? 0) < noteEvery)
            return;
        // Once, however many come while it is held.
        secret.lastUsedAt = at;
        afterwards(() => applicationStore.noteSecretUse(database, secret.id, at));
    }
    return {
        /**
         * A new secret. The one before it stays good for the overlap, older ones end at once: two live at most.
         * @param overlap ms
         * @param given the secret itself, where it comes from a file or a registration
         * @returns the secret, which nobody can read again
         */
        async add(tx, applicationId, overlap, given) {
            const secret = given ?? prefix + random(32).toString('base64url');
            holdNothing(applicationId);
            // Two who add at once take turns, so that the second sees what the first has left.
            await applicationStore.lock(tx, applicationId);
            const at = now();
            const live = await applicationStore.liveSecrets(tx, applicationId, at);
            for (const [index, { id }] of live.entries())
                await applicationStore.expireSecret(tx, id, index === 0 ? at + overlap : at);
            await applicationStore.insertSecret(tx, {
                id: uuid(),
                applicationId,
                hash: hashOf(secret).toString('base64url'),
                hint: secret.slice(-4),
                createdAt: at,
                expiresAt: null,
                lastUsedAt: null,
            });
            return secret;
        },
        /** Ends one at once. */
        async expire(tx, applicationId, secretId) {
            holdNothing(applicationId);
            await applicationStore.expireSecret(tx, secretId, now());
        },
        /** Those that are good now, the newest first; without their hashes. */
        async list(applicationId) {
            const live = await applicationStore.liveSecrets(database, applicationId, now());
            return live.map(({ hash: _, ...secret }) => secret);
        },
        /** Whether this is one that is good now, for whoever writes it; a use is noted by `matches`. */
        async holds(tx, applicationId, secret) {
            const hash = hashOf(secret).toString('base64url');
            return (await applicationStore.liveSecrets(tx, applicationId, now())).some(one => one.hash === hash);
        },
        /** Whether this is a secret of the application. Takes as long whichever it is, or is not. */
        async matches(applicationId, presented) {
            return isAmong(await read(applicationId), presented);
        },
        /** The same by what was read half a second ago, where it was. `isCurrent`: it was not, and is read now. */
        async matchesHeld(applicationId, presented) {
            const known = held.get(applicationId);
            const isCurrent = !known || known.until <= monotonic();
            const matches = isAmong(isCurrent ? await read(applicationId) : known.secrets, presented);
            return { matches, isCurrent };
        },
    };
}
/** Why an application cannot have a secret that somebody has chosen; null where it can. */
export function givenSecretProblem(secret, metadata) {
    if (secret.length < shortestSecret)
        return problem('secret_short', { count: shortestSecret });
    // It is sent in a header, form-encoded or not (RFC 6749 Appendix A.2).
    if (!/^[\x20-\x7e]+$/.test(secret))
        return problem('control_characters');
    if (secret.length > longestSecret)
        return problem('too_long', { count: longestSecret });
    return usesSecret(metadata) ? null : problem('secret_unused');
}
/** Compares with as many as there may be, also where there are fewer, and never stops at the first that matches. */
function among(secrets, hash, at) {
    const live = secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > at);
    let found = null;
    for (let index = 0; index < Math.max(most, live.length); index++) {
        const secret = live[index];
        const matches = timingSafeEqual(hash, secret ? Buffer.from(secret.hash, 'base64url') : nobodys);
        if (matches && secret)
            found = secret;
    }
    return found;
}
const nobodys = Buffer.alloc(32);
function hashOf(secret) {
    return createHash('sha256').update(secret).digest();
}
//# sourceMappingURL=application-secrets.js.map