// From when on everybody refuses what was revoked. A verifier that has not applied an entry accepts what it refuses for as long
// as a lease that it was given before: a later renewal counts only once it has applied the entry (protocol/log/feed.ts). So
// two seconds after the commit an entry is in force everywhere, and mostly as soon as everybody has told that it applied it.
import { setImmediate } from 'node:timers/promises';
import { leaseTime } from '../protocol/log/feed.js';
import { clockError } from './verifiers.js';
/** How often the rows are looked at while somebody waits, in ms. */
const lookInterval = 50;
/** More do not wait at once. */
const mostWaiting = 100;
/** Receipts are written no more often, in ms. */
const noteInterval = 200;
/** So many entries are marked at a time. */
const stretch = 500;
/** Of whoever has not applied an entry, no lease lasts so long after its commit; ms. */
export const longestLease = leaseTime + clockError;
export function createEnforcement(deps) {
    const { database, verifierStore, verifiers, tail, now, monotonic, log } = deps;
    let waiting = 0;
    let looking = null;
    let count = 0;
    /** Up to where receipts were written, or will not be. */
    let noted = 0;
    let noting = null;
    let notedAt = Number.NEGATIVE_INFINITY;
    let noteTimer;
    let failing = false;
    /** One read for all who wait, no older than `lookInterval` and begun after the one that is named. */
    function look(after) {
        if (looking !== null && looking.begun > after)
            return looking.look;
        const mine = { begun: ++count, look: read() };
        looking = mine;
        setTimeout(() => {
            if (looking === mine)
                looking = null;
        }, lookInterval).unref();
        return mine.look;
    }
    async function read() {
        try {
            return { connected: await verifiers.connected(), known: verifiers.areWritten() };
        }
        catch {
            return { connected: [], known: false };
        }
    }
    /** Resolves at the next move of a position here, or when it is time to look at the rows again. */
    function nextMove() {
        return new Promise(resolve => {
            const done = () => {
                clearTimeout(timer);
                stop();
                resolve();
            };
            const timer = setTimeout(done, lookInterval);
            const stop = verifiers.onMove(() => {
                looking = null;
                done();
            });
        });
    }
    /**
     * Waits until everybody whose lease lasts has applied the log up to a number that is committed.
     * @param patience ms; what is not certain by then is told as it is
     */
    async function enforced(seq, { patience = 5_000 } = {}) {
        const start = monotonic();
        const { logId } = tail;
        const seen = new Map();
        const mayWait = waiting < mostWaiting;
        waiting++;
        try {
            for (let after = count;; after = 0) {
                const { connected, known } = await look(after);
                for (const one of connected)
                    seen.set(`${one.applicationId} ${one.name}`, one);
                const lagging = [...seen.values()].filter(one => one.applied === null || one.applied < seq);
                const afterMs = Math.round(monotonic() - start);
                const isOver = lagging.every(one => one.leaseUntil <= now()) || afterMs > longestLease;
                const everywhere = known && isOver;
                if (everywhere || !known || !mayWait || afterMs >= patience || tail.logId !== logId) {
                    const applied = seen.size - lagging.length;
                    return { log: logId, seq, verifiers: seen.size, applied, afterMs, everywhere, lagging };
                }
                await nextMove();
            }
        }
        finally {
            waiting--;
        }
    }
    /** Writes down what is in force everywhere, with the time, where nobody did before. */
    async function note() {
        const { position } = tail;
        const connected = await verifiers.connected();
        const at = now();
        if (connected.length === 0) {
            noted = position;
            return;
        }
        const upto = Math.min(position, ...connected.map(one => one.applied ?? 0));
        while (noted < upto) {
            const to = Math.min(upto, noted + stretch);
            await verifierStore.noteEnforced(database, { after: noted, upto: to, at, verifiers: connected.length });
            noted = to;
            await setImmediate();
        }
        failing = false;
    }
    function noteSoon() {
        if (noting !== null || noteTimer !== undefined || noted >= tail.position)
            return;
        const early = notedAt + noteInterval - monotonic();
        if (early > 0) {
            noteTimer = setTimeout(() => {
                noteTimer = undefined;
                noteSoon();
            }, early).unref();
            return;
        }
        notedAt = monotonic();
        noting = note()
            .catch(error => {
            if (!failing)
                log.warn({ err: error }, 'when revocations were in force everywhere cannot be written');
            failing = true;
        })
            .finally(() => {
            noting = null;
        });
    }
    verifiers.onMove(noteSoon);
    // What was written while nobody was connected was in force at once.
    verifiers.onArrival(() => {
        noted = Math.max(noted, tail.position);
    });
    return {
        enforced,
        /** Resolves when no receipt is being written any more. */
        async settled() {
            clearTimeout(noteTimer);
            noteTimer = undefined;
            while (noting !== null)
                await noting;
        },
    };
}
//# sourceMappingURL=enforcement.js.map