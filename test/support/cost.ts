// Costs of a piece of work in this process: memory, processor time, and delay of the event loop.
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** Bytes after garbage collection; needs `--expose-gc`. */
export async function memory(): Promise<{ resident: number; heap: number }> {
  for (let round = 0; round < 4; round++) {
    global.gc!()
    await setTimeout(20)
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss, heap: heapUsed + external }
}

/**
 * All in ms. Load on the machine increases `took` and `stall`, but not `cpu` and `busy`, which only Linux reports.
 */
export type Cost = {
  took: number
  /** The longest time between two turns of the event loop. */
  stall: number
  /** Processor time of this thread. */
  cpu: number
  /** The most processor time between two turns of the event loop. */
  busy: number
}

export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [startedAt, cpuBefore] = [performance.now(), onCpu()]
  let [at, cpu, stall, busy] = [startedAt, cpuBefore, 0, 0]
  function tick(): void {
    const [now, cpuNow] = [performance.now(), onCpu()]
    stall = Math.max(stall, now - at)
    busy = Math.max(busy, cpuNow - cpu)
    at = now
    cpu = cpuNow
  }
  const beat = setInterval(tick, 1)
  await work()
  tick()
  clearInterval(beat)
  return { took: at - startedAt, stall, cpu: cpu - cpuBefore, busy }
}

/** Processor time of this thread so far, ms. */
function onCpu(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6
  } catch {
    return Number.NaN
  }
}
