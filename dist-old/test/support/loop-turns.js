// How much the turns of this process's event loop cost its main thread: what others on the machine take does not count.
import { readFileSync } from 'node:fs';
import { quantiles } from './bursts.js';
let turns = null;
/** The first answer is empty: from then on it is measured. Linux alone. */
export function loopTurns() {
    turns ??= measure();
    const tenths = quantiles(turns.splice(0).map(ms => ms * 10), 0.99, 1);
    return { p99: (tenths[0] || 0) / 10, most: (tenths[1] || 0) / 10 };
}
function measure() {
    const measured = [];
    let before = processor();
    setInterval(() => {
        const now = processor();
        measured.push(now - before);
        before = now;
    }, 1).unref();
    return measured;
}
/** Of the main thread, in ms. */
function processor() {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}
//# sourceMappingURL=loop-turns.js.map