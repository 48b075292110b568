// Group commit: what arrives while one run is under way goes together in the next.
import { setImmediate } from 'node:timers/promises'

/** For how many turns of the event loop a batch is gathered at the most; and in ms, since turns are long where there is much to do. */
const longestGathering = { turns: 4, ms: 5 }

/**
 * A run is dear and one item more in it is cheap: each begins when a turn of the event loop has brought nothing more. An item
 * that comes alone waits for one turn.
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
    const until = monotonic() + longestGathering.ms
    let before = 0
    for (let turn = 0; turn < longestGathering.turns && waiting.length > before && waiting.length < limit; turn++) {
      before = waiting.length
      await setImmediate()
      if (monotonic() >= until) return
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
      // Whose answers leave in this turn come again in the next, and go with what has waited: otherwise clients would fall into
      // two groups that take turns, and every batch would be half as large.
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
