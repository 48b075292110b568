// Pseudorandom choices, the same for the same seed, so that a failure can be reproduced.

/** mulberry32: numbers from 0 (inclusive) to 1 (exclusive). */
export function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function aDice(seed: number) {
  const random = numbersFrom(seed)
  const below = (count: number) => Math.floor(random() * count)
  return {
    below,
    oneOf: <T>(of: readonly T[]): T => of[below(of.length)]!,
    chance: (share: number) => random() < share,
    someOf: <T>(of: readonly T[]): T[] => of.filter(() => random() < 0.4),
    shuffled: <T>(of: readonly T[]): T[] =>
      of
        .map(item => ({ item, at: random() }))
        .sort((a, b) => a.at - b.at)
        .map(one => one.item),
  }
}

export type Dice = ReturnType<typeof aDice>
