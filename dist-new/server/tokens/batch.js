import { setImmediate } from 'node:timers/promises';
/**
 * Group commit: while one run is under way, what arrives waits and goes together in the next. Nothing waits when idle.
 * @param run answers each item in its place
 */
export function createBatch(limit, run) {
    let waiting = [];
    let running = false;
    async function drain() {
        running = true;
        while (waiting.length > 0) {
            // SQLite answers without leaving this turn of the event loop: requests that lie ready are read first.
            await setImmediate();
            const batch = waiting.slice(0, limit);
            waiting = waiting.slice(limit);
            try {
                const answers = await run(batch.map(one => one.item));
                for (const [index, one] of batch.entries())
                    one.resolve(answers[index]);
            }
            catch (error) {
                for (const one of batch)
                    one.reject(error);
            }
        }
        running = false;
    }
    return (item) => new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (!running)
            void drain();
    });
}
//# sourceMappingURL=batch.js.map