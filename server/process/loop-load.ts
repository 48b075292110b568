// The concurrency limit of this process, by the utilization of its event loop: none while the loop has idle time; while it is
// saturated, as many requests as keep its iterations short. An overload of the processor shows in both; a slow database
// shows in neither.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

/** How often it is looked, in ms; and while the loop has much rest, when each look wakes it for nothing. */
const lookEvery = 100
const calmLookEvery = 250
/** Below this share of the time at work it has much rest. */
const calm = 0.4
/** Weight of a sample in the moving average: from idle to `begins` it takes most of a second, longer than a burst. */
const weight = 0.2
/** The share of the time at work. Where its database has the same core, the loop waits for that even when it has no rest. */
const begins = 0.85
const ends = 0.75

/** How late a timer may be in the mean, in ms: half of a turn of the loop. */
const shortTurn = 2
/** As many keep the loop busy; and more would not fit one batch for the database (tokens/rotate.ts) and the one behind it. */
const [fewest, most] = [32, 256]

/** Additive increase, multiplicative decrease, as of a congestion window (RFC 5681 §3.1). */
export function createLoopLoad() {
  let mean = 0
  let busy = false
  let limit = most

  return {
    /**
     * @param share of the time since the look before in which the loop was at work
     * @param late how late timers were in the mean, in ms
     * @param elapsed since the look before, in ms
     */
    look(share: number, late: number, elapsed = lookEvery): void {
      mean += (share - mean) * (1 - (1 - weight) ** (elapsed / lookEvery))
      busy = mean >= (busy ? ends : begins)
      limit = busy && late > shortTurn ? Math.max(fewest, Math.floor(limit * 0.8)) : Math.min(most, limit + 8)
    },
    mostUnderWay: () => (busy ? limit : Number.POSITIVE_INFINITY),
    isCalm: () => mean < calm,
  }
}

/** Looks from now on, for as long as the process runs. @returns how many requests should be under way at the most */
export function watchLoop(): () => number {
  const { look, mostUnderWay, isCalm } = createLoopLoad()
  const resolution = 5
  // A timer of its own, 200 times a second: it runs only while its figure may be asked for.
  const delays = monitorEventLoopDelay({ resolution })
  let last = performance.eventLoopUtilization()
  function watch(): void {
    const present = performance.eventLoopUtilization()
    const { utilization, active, idle } = performance.eventLoopUtilization(present, last)
    const late = delays.count > 0 ? delays.mean / 1e6 - resolution : 0
    look(utilization, late, active + idle)
    last = present
    delays.reset()
    if (isCalm()) delays.disable()
    else delays.enable()
    setTimeout(watch, isCalm() ? calmLookEvery : lookEvery).unref()
  }
  setTimeout(watch, lookEvery).unref()
  return mostUnderWay
}
