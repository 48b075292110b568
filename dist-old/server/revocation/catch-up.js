// A token that names a key this process has never heard of may be older than its news: one more look at the log's head
// tells. Whoever sends made-up names gets no more out of it than one read in a while, whatever their number.
import { setTimeout as pause } from 'node:timers/promises';
/** ms from one look to the next. */
const gap = 50;
/** @returns resolves after a read of the head that was asked for after the call; all who wait share it */
export function createCatchUp({ tail, monotonic }) {
    let next = null;
    let lastAt = Number.NEGATIVE_INFINITY;
    async function look() {
        const wait = lastAt + gap - monotonic();
        // Waits in any case, if only for `next` to be set before it is taken back.
        await (wait > 0 ? pause(wait) : null);
        lastAt = monotonic();
        // Who comes from now on needs a read that begins later.
        next = null;
        await tail.readNow();
    }
    /** @throws database_unavailable: better no answer than a wrong one */
    return function catchUp() {
        next ??= look();
        return next;
    };
}
//# sourceMappingURL=catch-up.js.map