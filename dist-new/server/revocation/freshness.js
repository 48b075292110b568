// How old what this process knows of the log may be: only an answer to a question of less than a second ago makes it fresh.
import { freshTime } from '../protocol/log/feed.js';
const never = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };
export function createFreshness({ monotonic, wall }) {
    let askedAt = never;
    return {
        /** By two clocks: a suspended machine shows only on the wall's, and one that was set back tells nothing. */
        isFresh: () => monotonic() - askedAt.monotonic < freshTime && Math.abs(wall() - askedAt.wall) < freshTime,
        /** Now, to be handed back with the answer. */
        ask: () => ({ monotonic: monotonic(), wall: wall() }),
        answered(asked) {
            askedAt = asked;
        },
        /** What was known counts no more. */
        lose() {
            askedAt = never;
        },
    };
}
//# sourceMappingURL=freshness.js.map