import { refuse } from '../protocol/errors.js'

/** How long somebody waits for a slot, in ms, and how many may wait. */
const longestWait = 2_000
const longestQueue = 500

/** So many at a time, in the order of arrival; who waits too long, or comes when the queue is full, is told so. */
export function createSlots(count: number) {
  let free = count
  const waiting = new Set<() => void>()

  async function enter(): Promise<void> {
    if (free > 0) {
      free--
      return
    }
    if (waiting.size >= longestQueue) throw refuse('overloaded', { retryAfter: 2 })
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer)
        waiting.delete(turn)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.delete(turn)
        reject(refuse('overloaded', { retryAfter: 2 }))
      }, longestWait)
      waiting.add(turn)
    })
  }

  return {
    /** @throws overloaded, and what the work throws */
    async run<T>(work: () => Promise<T>): Promise<T> {
      await enter()
      try {
        return await work()
      } finally {
        const [next] = waiting
        if (next) next()
        else free++
      }
    },
  }
}

export type Slots = ReturnType<typeof createSlots>
