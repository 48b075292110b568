// Group commit: items that arrive while one run is under way are processed together in the next.
import { setImmediate } from 'node:timers/promises'

/** How long a batch is gathered at the most, in ms: a turn of the event loop is long where there is much to do. */
const longestGathering = 5

/**
 * A run is expensive and one more item in it is cheap: a batch is closed after an iteration of the event loop that brought no
 * more. A single item waits for one iteration.
 * @param run answers each item in its place
 * @param monotonic in ms
 */
export function createBatch<Item, Answer>(
  limit: number,
  run: (items: Item[]) => Promise<Answer[]>,
  monotonic: () => number = () => performance.now(),
) {
  type Waiting = { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void }
  let waiting: Waiting[] = []
  let running = false

  async function gather(): Promise<void> {
    const until = monotonic() + longestGathering
    let before = 0
    while (waiting.length > before && waiting.length < limit && monotonic() < until) {
      before = waiting.length
      await setImmediate()
    }
  }

  async function drain(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      await gather()
      const batch = waiting.slice(0, limit)
      waiting = waiting.slice(limit)
      try {
        const answers = await run(batch.map(one => one.item))
        for (const [index, one] of batch.entries()) one.resolve(answers[index]!)
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
      // Clients that are answered in this iteration send their next requests in the one after it, which join the waiting batch:
      // otherwise two groups of clients would alternate, and every batch would be half as large.
      await setImmediate()
    }
    running = false
  }

  return (item: Item): Promise<Answer> =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void drain()
    })
}
