import { stretchEvent } from './feed-text.js';
/** How many entries are kept; the last stretch is, whatever its length. */
const mostEntries = 10_000;
/** Those that cannot be reached any more are taken out so many at a time. */
const slack = 1_024;
/** @param most entries, for tests */
export function createFeedRing(most = mostEntries) {
    let log = '';
    /** Numbers of stretches grow for ever; the first of `items` has the number `base`. */
    let items = [];
    let base = 0;
    /** The number of the first that is kept. */
    let first = 0;
    let kept = 0;
    let end = 0;
    const itemAt = (index) => items[index - base];
    const weight = ({ stretch }) => Math.max(1, stretch.entries.length);
    return {
        /** Behind the last. */
        get end() {
            return base + items.length;
        },
        /** The log is another one now. Whoever stood in the old one stands nowhere. */
        clear(logId) {
            log = logId;
            base += items.length;
            first = base;
            items = [];
            kept = 0;
            end = 0;
        },
        push(stretch) {
            const item = { stretch, event: null };
            items.push(item);
            kept += weight(item);
            end = stretch.upto;
            while (kept > most && first < base + items.length - 1)
                kept -= weight(itemAt(first++));
            if (first - base < slack)
                return;
            items = items.slice(first - base);
            base = first;
        },
        /** The number of the stretch that goes on from a position; null where that is not kept any more, or not there yet. */
        after(seq) {
            if (seq > end)
                return null;
            if (seq === end)
                return base + items.length;
            if (first === base + items.length || itemAt(first).stretch.after > seq)
                return null;
            let [low, high] = [first, base + items.length - 1];
            while (low < high) {
                const middle = (low + high) >> 1;
                if (itemAt(middle).stretch.upto > seq)
                    high = middle;
                else
                    low = middle + 1;
            }
            return low;
        },
        /** null where it is not kept any more. */
        stretch: (index) => (index < first ? null : itemAt(index).stretch),
        /** The same as an event. */
        event(index) {
            if (index < first)
                return null;
            const item = itemAt(index);
            item.event ??= stretchEvent(log, item.stretch);
            return item.event;
        },
    };
}
//# sourceMappingURL=feed-ring.js.map