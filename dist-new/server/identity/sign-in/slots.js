import { refuse } from '../../protocol/errors.js';
/** How long somebody may wait for a slot, in ms, and how many may, however quick the work is. */
const longestWait = 2_000;
const longestQueue = 500;
/** How many of one person may wait: with right passwords too, nobody keeps the others out. */
const mostOfOne = 2;
/**
 * So many at a time, in the order of arrival. Who would wait too long, by how long the work took lately, is refused at once,
 * so that a flood costs little, and who does wait too long is refused then.
 */
export function createSlots({ count, typical, chance }) {
    let free = count;
    /** Each turn, and whose it is. */
    const waiting = new Map();
    function overloaded() {
        return refuse('overloaded', { retryAfter: 2 + Math.floor(chance() * 4) });
    }
    async function enter(userId) {
        if (free > 0) {
            free--;
            return;
        }
        const wait = (typical() * (waiting.size + 1)) / count;
        if (wait > longestWait || waiting.size >= longestQueue)
            throw overloaded();
        if (userId !== null && waitingOf(userId) >= mostOfOne)
            throw overloaded();
        await new Promise((resolve, reject) => {
            const turn = () => {
                clearTimeout(timer);
                waiting.delete(turn);
                resolve();
            };
            const timer = setTimeout(() => {
                waiting.delete(turn);
                reject(overloaded());
            }, longestWait);
            waiting.set(turn, userId);
        });
    }
    function waitingOf(userId) {
        let count = 0;
        for (const other of waiting.values())
            if (other === userId)
                count++;
        return count;
    }
    return {
        /**
         * @param userId who it is for; null where that is not known
         * @throws overloaded, and what the work throws
         */
        async run(userId, work) {
            await enter(userId);
            try {
                return await work();
            }
            finally {
                const [next] = waiting.keys();
                if (next)
                    next();
                else
                    free++;
            }
        },
    };
}
//# sourceMappingURL=slots.js.map