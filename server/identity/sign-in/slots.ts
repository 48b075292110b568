import { refuse } from '../../protocol/errors.js'

/** How long somebody may wait for a slot, in ms, and how many may, however quick the work is. */
const longestWait = 2_000
const longestQueue = 500

/** How many of one person may wait: with right passwords too, nobody keeps the others out. */
const mostOfOne = 2

export type SlotsDeps = {
  count: number
  /** How long the work takes of late, in ms. */
  typical: () => number
  /** From 0 up to 1, for jitter: clients that were refused together should not retry together. */
  chance: () => number
}

/**
 * A FIFO queue for so many slots. A request whose expected wait is too long, by the recent duration of the work, is refused at
 * once, so that a flood costs little; one that waits too long all the same times out.
 */
export function createSlots({ count, typical, chance }: SlotsDeps) {
  let free = count
  /** Each turn, and whose it is. */
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
     * @param userId who it is for; null where that is not known
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
