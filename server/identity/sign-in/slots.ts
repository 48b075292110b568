// The concurrency limiter of password hashing (hashing.ts): a fixed number of slots and a bounded queue. A request
// that would wait too long gets the refusal `overloaded`, with a randomized Retry-After.
import { refuse } from '../../protocol/errors.js'

/** Longest wait for a slot, in ms, and longest queue, however quick the work is. */
const longestWait = 2_000
const longestQueue = 500

/** How many requests of one user may wait: even with right passwords, no user blocks the others. */
const mostOfOne = 2

export type SlotsDeps = {
  count: number
  /** Recent duration of the work, in ms. */
  typical: () => number
  /** A random number from 0 up to 1, for jitter: clients that were refused together should not retry together. */
  chance: () => number
}

/**
 * A FIFO queue for a fixed number of slots. A request whose expected wait is too long, by the recent duration of the
 * work, is refused at once, so that a flood costs little; one that still waits too long times out.
 */
export function createSlots({ count, typical, chance }: SlotsDeps) {
  let free = count
  /** Queued requests: a callback that starts each, and its user. */
  const waiting = new Map<() => void, number | null>()

  function overloaded() {
    return refuse('overloaded', { retryAfter: 2 + Math.floor(chance() * 4) })
  }

  async function enter(userId: number | null): Promise<void> {
    if (free > 0) {
      free--
      return
    }
    const wait = (typical() * (waiting.size + 1)) / count
    if (wait > longestWait || waiting.size >= longestQueue) throw overloaded()
    if (userId !== null && waitingOf(userId) >= mostOfOne) throw overloaded()
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer)
        waiting.delete(turn)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.delete(turn)
        reject(overloaded())
      }, longestWait)
      waiting.set(turn, userId)
    })
  }

  function waitingOf(userId: number): number {
    let count = 0
    for (const other of waiting.values()) if (other === userId) count++
    return count
  }

  return {
    /**
     * Runs work in a slot.
     * @param userId the user it is for; null where unknown
     * @throws overloaded, and what the work throws
     */
    async run<T>(userId: number | null, work: () => Promise<T>): Promise<T> {
      await enter(userId)
      try {
        return await work()
      } finally {
        const [next] = waiting.keys()
        if (next) next()
        else free++
      }
    },
  }
}

export type Slots = ReturnType<typeof createSlots>
