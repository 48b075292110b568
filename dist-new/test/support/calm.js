import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from 'chai';
/** No request may keep the others waiting for longer; ms. */
const longestBlock = 50;
/**
 * Runs requests and insists that none of them blocked the event loop. What a request does is the same each time, what the
 * machine does besides is not: the calmest of a few runs counts.
 */
export async function calmly(requests) {
    let least = Number.POSITIVE_INFINITY;
    for (let run = 1; run <= 4 && least >= longestBlock; run++) {
        const delay = monitorEventLoopDelay({ resolution: 2 });
        delay.enable();
        // The first tick of the histogram must lie before the requests, its last after them.
        await new Promise(resolve => setTimeout(resolve, 5));
        await requests();
        await new Promise(resolve => setTimeout(resolve, 5));
        delay.disable();
        least = Math.min(least, delay.max / 1e6);
    }
    expect(least, 'ms for which the event loop stood still').to.be.below(longestBlock);
}
//# sourceMappingURL=calm.js.map