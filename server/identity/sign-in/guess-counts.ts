/** One bucket in one window, and what it takes. */
export type Count = {
  key: string
  limit: number
  /** Epoch ms; nobody asks for it later. */
  endsAt: number
}

export type Taken = {
  /** Whether one was counted in each; not so where one of them was full. */
  counted: boolean
  /** What each holds now, in their order. */
  held: number[]
  /** Takes it out of each again, where it was counted. */
  giveBack: () => void
}

/** Where guesses are counted. Two that come at once never share the last place. */
export type GuessCounts = { take(wanted: readonly Count[]): Promise<Taken> }

/** How often what is over is swept out, in ms. */
const sweepEvery = 60_000

/**
 * Counts in this process alone. Only guesses that were tested and found wrong stay, so it grows no faster than passwords
 * can be hashed, whatever is asked of it.
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
