import { createProjection } from '../protocol/log/projection.js';
/** How many wait for numbers to come at the most. */
const mostWaiting = 1_000;
export function createRevocations({ moved, told }) {
    let projection = createProjection();
    /** '' before all of it was read once. */
    let log = '';
    /** How often it was read from the beginning: what was found in another projection counts no more. */
    let round = 0;
    let staged = null;
    const waiters = new Set();
    function swap(position, whole) {
        projection = whole;
        staged = null;
        log = position.log;
        round++;
    }
    function settle() {
        moved();
        for (const waiter of waiters)
            if (waiter.seq <= projection.position)
                waiter.done();
    }
    return {
        get log() {
            return log;
        },
        get position() {
            return projection.position;
        },
        get round() {
            return round;
        },
        get isReadingAll() {
            return staged !== null;
        },
        size: () => projection.size(),
        /** The entry that refuses such a token, as far as is known here. */
        find: (claims, kid) => projection.find(claims, kid),
        /** From where it can be gone on; null: from the beginning. */
        at: () => (log === '' ? null : { log, seq: projection.position }),
        /** Everything follows, from the beginning. Until it is complete, what was known serves on. */
        begin() {
            staged = createProjection();
        },
        /** It was cut off: what came of it is worth nothing. */
        abandon() {
            staged = null;
        },
        /**
         * Takes one stretch, or a piece of all that is live, which has no position.
         * @throws where something is missing, or cannot be: the log is to be read again then
         */
        take(position, stretch) {
            if (position === null) {
                if (staged === null)
                    throw new Error('a piece of the log came without its beginning');
                if (stretch.after !== 0 || stretch.upto !== 0)
                    throw new Error('a stretch of the log has no position');
                staged.apply(stretch);
                return;
            }
            requireWhole(position, stretch);
            if (staged !== null) {
                if (!staged.apply(stretch))
                    throw new Error('the log does not begin at its beginning');
                swap(position, staged);
                settle();
                return;
            }
            if (position.log !== log)
                throw new Error('the log is another one');
            const before = projection.position;
            if (!projection.apply(stretch))
                throw new Error('the log has a gap');
            for (const entry of stretch.entries)
                if (entry.seq > before)
                    told(entry);
            settle();
        },
        /** Waits until the log has come to this number, for so many ms. @returns whether it has */
        async reach(seq, patience) {
            if (seq <= projection.position)
                return true;
            if (waiters.size >= mostWaiting)
                return false;
            await new Promise(resolve => {
                const done = () => {
                    clearTimeout(timer);
                    waiters.delete(waiter);
                    resolve();
                };
                const timer = setTimeout(done, patience);
                const waiter = { seq, done };
                waiters.add(waiter);
            });
            return seq <= projection.position;
        },
        /** Drops what no live token can match any more (epoch ms). */
        forget: (now) => projection.forget(now),
        close() {
            for (const waiter of waiters)
                waiter.done();
        },
    };
}
function requireWhole({ seq }, { after, upto, entries }) {
    if (seq !== upto)
        throw new Error('a stretch of the log does not end at its position');
    if (entries.some(entry => entry.seq <= after || entry.seq > upto))
        throw new Error('an entry lies beside its stretch');
}
//# sourceMappingURL=revocations.js.map