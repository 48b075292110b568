// Whether the event loop of this process has been at work nearly without a rest for a while: what comes faster than it can be
// answered shows there, and a database that is slow does not.
import { performance } from 'node:perf_hooks'

/** How often it is looked, in ms. */
const lookEvery = 100
/** What the latest look weighs in the mean of all: from rest to `begins` it takes most of a second, longer than a burst. */
const weight = 0.2
/** The share of the time at work. Where its database has the same core, the loop waits for that even when it has no rest. */
const begins = 0.85
const ends = 0.75

export function createLoopLoad() {
  let mean = 0
  let busy = false
  return {
    /** @param share of the time since the look before in which the loop was at work */
    look(share: number): void {
      mean += (share - mean) * weight
      busy = mean >= (busy ? ends : begins)
    },
    isBusy: () => busy,
  }
}

/** Looks from now on, for as long as the process runs. @returns whether the loop is busy */
export function watchLoop(): () => boolean {
  const { look, isBusy } = createLoopLoad()
  let last = performance.eventLoopUtilization()
  setInterval(() => {
    const present = performance.eventLoopUtilization()
    look(performance.eventLoopUtilization(present, last).utilization)
    last = present
  }, lookEvery).unref()
  return isBusy
}
