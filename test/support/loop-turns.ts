// Processor time of the event loop's turns in the main thread, independent of other load on the machine.
import { readFileSync } from 'node:fs'
import { quantiles } from './bursts.js'

/** Processor time per turn since the last call, ms: 99th percentile and maximum. */
export type LoopTurns = { p99: number; most: number }

let turns: number[] | null = null

/** The first call starts the measurement and returns zeros. Linux only. */
export function loopTurns(): LoopTurns {
  turns ??= measure()
  const tenths = quantiles(
    turns.splice(0).map(ms => ms * 10),
    0.99,
    1,
  )
  return { p99: (tenths[0] || 0) / 10, most: (tenths[1] || 0) / 10 }
}

function measure(): number[] {
  const measured: number[] = []
  let before = processor()
  setInterval(() => {
    const now = processor()
    measured.push(now - before)
    before = now
  }, 1).unref()
  return measured
}

/** Processor time of the main thread, ms. */
function processor(): number {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}
