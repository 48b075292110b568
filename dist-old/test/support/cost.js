// What a piece of work costs this process: memory, time, and how long it keeps others from their turn.
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
/** Bytes after a collection; needs `--expose-gc`. */
export async function memory() {
    for (let round = 0; round < 4; round++) {
        global.gc();
        await setTimeout(20);
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    return { resident: rss, heap: heapUsed + external };
}
export async function costOf(work) {
    const [startedAt, cpuBefore] = [performance.now(), onCpu()];
    let [at, cpu, stall, busy] = [startedAt, cpuBefore, 0, 0];
    function tick() {
        const [now, cpuNow] = [performance.now(), onCpu()];
        stall = Math.max(stall, now - at);
        busy = Math.max(busy, cpuNow - cpu);
        at = now;
        cpu = cpuNow;
    }
    const beat = setInterval(tick, 1);
    await work();
    tick();
    clearInterval(beat);
    return { took: at - startedAt, stall, cpu: cpu - cpuBefore, busy };
}
/** How long this thread has run. */
function onCpu() {
    try {
        return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
    }
    catch {
        return Number.NaN;
    }
}
//# sourceMappingURL=cost.js.map