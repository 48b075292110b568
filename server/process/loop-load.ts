// The concurrency limit of this process, by the utilization of its event loop: none while the loop has idle time; while it is
// saturated, as many requests as keep its iterations short. An overload of the processor shows in both; a slow database
// shows in neither.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

/**
 * Sampling interval, in ms; and the longer one while the event loop is mostly idle, when each sample wakes it for
 * nothing.
 */
const sampleInterval = 100
const idleSampleInterval = 250
/** Below this share of busy time the event loop counts as mostly idle. */
const idleBelow = 0.4
/** Weight of a sample in the moving average: from idle to `begins` it takes most of a second, longer than a burst. */
const weight = 0.2
/**
 * The share of busy time from which on the limit applies. Where the database has the same core, the loop waits for it
 * even under full load.
 */
const begins = 0.85
const ends = 0.75

/** How late timers may be on average, in ms: half of a turn of the event loop. */
const shortTurn = 2
/**
 * Bounds of the limit: the fewest requests keep the loop busy; more than the most would not fit one batch for the
 * database (tokens/rotation-claim.ts) and the next.
 */
const [fewest, most] = [32, 256]

/** Additive increase, multiplicative decrease, as of a congestion window (RFC 5681 §3.1). */
export function createLoopLoad() {
  let mean = 0
  let busy = false
  let limit = most

  return {
    /**
     * @param share of the time since the last sample in which the loop was busy
     * @param late how late timers were on average, in ms
     * @param elapsed since the last sample, in ms
     */
    sample(share: number, late: number, elapsed = sampleInterval): void {
      mean += (share - mean) * (1 - (1 - weight) ** (elapsed / sampleInterval))
      busy = mean >= (busy ? ends : begins)
      limit = busy && late > shortTurn ? Math.max(fewest, Math.floor(limit * 0.8)) : Math.min(most, limit + 8)
    },
    mostUnderWay: () => (busy ? limit : Number.POSITIVE_INFINITY),
    isIdle: () => mean < idleBelow,
  }
}

/** Starts to sample, for as long as the process runs. @returns the limit of concurrent requests */
export function watchLoop(): () => number {
  const { sample, mostUnderWay, isIdle } = createLoopLoad()
  const resolution = 5
  // A timer of its own, 200 times a second: it runs only while its value may be needed.
  const delays = monitorEventLoopDelay({ resolution })
  let last = performance.eventLoopUtilization()
  function watch(): void {
    const present = performance.eventLoopUtilization()
    const { utilization, active, idle } = performance.eventLoopUtilization(present, last)
    const late = delays.count > 0 ? delays.mean / 1e6 - resolution : 0
    sample(utilization, late, active + idle)
    last = present
    delays.reset()
    if (isIdle()) delays.disable()
    else delays.enable()
    setTimeout(watch, isIdle() ? idleSampleInterval : sampleInterval).unref()
  }
  setTimeout(watch, sampleInterval).unref()
  return mostUnderWay
}
