// Ring buffer of the last stretches of the log, in the order in which they were applied: for readers that resume, or
// lag behind. A stretch is encoded once for all readers, when the first one needs it.
import type { LogAnswer } from '../protocol/log/projection.js'
import { stretchEvent } from './feed-text.js'

/** How many entries are kept; the last stretch is kept whatever its length. */
const mostEntries = 10_000
/** How many unreachable stretches are removed at a time. */
const slack = 1_024

type Item = { stretch: LogAnswer; event: Buffer | null }

/** @param most entries, for tests */
export function createFeedRing(most = mostEntries) {
  let log = ''
  /** Numbers of stretches grow without limit; the first of `items` has the number `base`. */
  let items: Item[] = []
  let base = 0
  /** The number of the first stretch that is kept. */
  let first = 0
  let kept = 0
  let end = 0

  const itemAt = (index: number): Item => items[index - base]!
  const weight = ({ stretch }: Item) => Math.max(1, stretch.entries.length)

  return {
    /** The number after the last stretch. */
    get end() {
      return base + items.length
    },

    /** Empties the ring for a log with a new id. Cursors of the old one become invalid. */
    clear(logId: string): void {
      log = logId
      base += items.length
      first = base
      items = []
      kept = 0
      end = 0
    },

    push(stretch: LogAnswer): void {
      const item = { stretch, event: null }
      items.push(item)
      kept += weight(item)
      end = stretch.upto
      while (kept > most && first < base + items.length - 1) kept -= weight(itemAt(first++))
      if (first - base < slack) return
      items = items.slice(first - base)
      base = first
    },

    /**
     * The number of the stretch that continues from a position; null where that is no longer kept, or not there yet.
     */
    after(seq: number): number | null {
      if (seq > end) return null
      if (seq === end) return base + items.length
      if (first === base + items.length || itemAt(first).stretch.after > seq) return null
      let [low, high] = [first, base + items.length - 1]
      while (low < high) {
        const middle = (low + high) >> 1
        if (itemAt(middle).stretch.upto > seq) high = middle
        else low = middle + 1
      }
      return low
    },

    /** null where the stretch is no longer kept. */
    stretch: (index: number): LogAnswer | null => (index < first ? null : itemAt(index).stretch),

    /** The stretch as a server-sent event. */
    event(index: number): Buffer | null {
      if (index < first) return null
      const item = itemAt(index)
      item.event ??= stretchEvent(log, item.stretch)
      return item.event
    },
  }
}

export type FeedRing = ReturnType<typeof createFeedRing>
