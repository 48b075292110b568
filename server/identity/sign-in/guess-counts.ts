// Counters of guesses in fixed windows, in this process: a guess is counted in all of its buckets, or in none.

/** One counter (bucket) of a window, with its limit. */
export type Count = {
  key: string
  limit: number
  /** End of the window, epoch ms; the counter is not used later. */
  endsAt: number
}

export type Taken = {
  /** Whether the guess was counted in every bucket; false where one was full. */
  counted: boolean
  /** Counts of the buckets now, in their order. */
  held: number[]
  /** Takes the guess out of each bucket again, where it was counted. */
  giveBack: () => void
}

/** Counters of guesses. Concurrent calls never share the last place of a bucket. */
export type GuessCounts = { take(wanted: readonly Count[]): Promise<Taken> }

/** Interval between deletions of expired counters, in ms. */
const sweepEvery = 60_000

/**
 * Counts in this process alone. Only guesses that were tested and found wrong stay, so the map grows no faster than
 * passwords can be hashed, however many requests come.
 */
export function createGuessCounts({ now }: { now: () => number }): GuessCounts {
  const counts = new Map<string, { held: number; endsAt: number }>()
  let sweptAt = 0

  function sweep(): void {
    if (now() - sweptAt < sweepEvery) return
    sweptAt = now()
    for (const [key, { endsAt }] of counts) if (endsAt <= sweptAt) counts.delete(key)
  }

  function add({ key, endsAt }: Count): void {
    const count = counts.get(key)
    if (count) count.held++
    else counts.set(key, { held: 1, endsAt })
  }

  function remove({ key }: Count): void {
    const count = counts.get(key)
    if (count && --count.held === 0) counts.delete(key)
  }

  const heldOf = ({ key }: Count) => counts.get(key)?.held ?? 0

  return {
    async take(wanted) {
      sweep()
      const counted = wanted.every(one => heldOf(one) < one.limit)
      if (counted) for (const one of wanted) add(one)
      const giveBack = () => {
        if (counted) for (const one of wanted) remove(one)
      }
      return { counted, held: wanted.map(heldOf), giveBack }
    },
  }
}
