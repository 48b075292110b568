// An assertion that requests do not block the event loop.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect } from 'chai'

/** The longest allowed delay of the event loop, ms. */
const longestBlock = 50

/**
 * Runs requests and expects that none of them blocked the event loop. The run with the smallest delay of up to four
 * counts, since other load on the machine delays the event loop too.
 */
export async function calmly(requests: () => Promise<void>): Promise<void> {
  let least = Number.POSITIVE_INFINITY
  for (let run = 1; run <= 4 && least >= longestBlock; run++) {
    const delay = monitorEventLoopDelay({ resolution: 2 })
    delay.enable()
    // The first tick of the histogram must be before the requests, the last one after them.
    await new Promise(resolve => setTimeout(resolve, 5))
    await requests()
    await new Promise(resolve => setTimeout(resolve, 5))
    delay.disable()
    least = Math.min(least, delay.max / 1e6)
  }
  expect(least, 'ms for which the event loop stood still').to.be.below(longestBlock)
}
