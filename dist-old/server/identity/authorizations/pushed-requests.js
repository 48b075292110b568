// Authorization requests that applications send ahead (RFC 9126): kept as a row until somebody comes with the reference to
// one, and as long as the tickets that are made of it may live. Each is answered once, by a code or by an error.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { refuse } from '../../protocol/errors.js';
import { ticketLife } from '../../tokens/ticket.js';
/** RFC 9126 §2.2: by it anything else that is called `request_uri` is told apart. */
const prefix = 'urn:ietf:params:oauth:request_uri:';
/** Until somebody comes with it; ms. It travels in one redirect (RFC 9126 §2.2). */
const unshownLife = 60_000;
/** So long one that nobody came with in time is told from one that never was, and leads back to its application; ms. */
const lateLife = 10 * 60_000;
/** How many are forgotten at a time. */
const batch = 500;
export function createPushedRequests({ database, pushedRequestStore, random, now, latest }) {
    return {
        /** @returns what the application sends browsers with, and for how many seconds */
        async keep(request) {
            const reference = random(32).toString('base64url');
            const expiresAt = now() + unshownLife;
            await pushedRequestStore.insert(database, {
                hash: hashOf(reference),
                applicationId: request.applicationId,
                request: JSON.stringify(request),
                expiresAt,
                keptUntil: expiresAt + lateLife,
                shownAt: null,
                spentAt: null,
            });
            return { requestUri: prefix + reference, expiresIn: unshownLife / 1000 };
        },
        /** @returns null where there is none, or it is of another application (RFC 9126 §2.2: bound to the one that pushed it) */
        async find(requestUri, applicationId) {
            const reference = requestUri.slice(prefix.length);
            if (!isPushedUri(requestUri) || !/^[\w-]{43}$/.test(reference))
                return null;
            const row = await pushedRequestStore.find(database, hashOf(reference));
            if (row?.applicationId !== applicationId)
                return null;
            return { ...row, request: JSON.parse(row.request) };
        },
        /**
         * Somebody has come with it. They may come again, as pages are loaded again, until it is answered (RFC 9126 §4).
         * @returns whether it is good
         * @throws clock_jumped
         */
        async show({ hash, shownAt, spentAt, expiresAt }) {
            const at = now();
            if (spentAt !== null || expiresAt <= at)
                return false;
            if (expiresAt <= latest())
                throw refuse('clock_jumped');
            // A ticket that is made of it at the last moment lives as long as any other.
            const shownFor = { expiresAt: at + ticketLife, keptUntil: at + 2 * ticketLife + lateLife };
            if (shownAt === null)
                await pushedRequestStore.show(database, hash, at, shownFor);
            return true;
        },
        /** Whether a ticket that names it may still be answered. */
        async isOpen(hash) {
            const row = await pushedRequestStore.find(database, hash);
            return row !== null && row.spentAt === null;
        },
        /** Of all that come at once one may answer it. @param tx of what the answer changes @returns whether this one may */
        spend: (hash, tx = database) => pushedRequestStore.spend(tx, hash, now()),
        async forget() {
            while ((await pushedRequestStore.forget(database, now(), batch)) === batch)
                await setImmediate();
        },
    };
}
/** Whether it is a reference that was made here, and no address of a request object. */
export function isPushedUri(requestUri) {
    return requestUri.startsWith(prefix);
}
/** 32 random bytes are not guessed, so a fast hash will do. */
function hashOf(reference) {
    return createHash('sha256').update(reference).digest('base64url');
}
//# sourceMappingURL=pushed-requests.js.map