// Random numbers from a seed: the same seed draws the same instants, targets and triggers.

export type Random = {
  /** A number in [0, 1). */
  next(): number
  /** A number in [from, to). */
  between(from: number, to: number): number
  pick<T>(items: readonly T[]): T
  /** So many distinct items, or all of them. */
  some<T>(items: readonly T[], count: number): T[]
}

/** @param labels name an independent stream for each purpose, so that one more draw here changes nothing there */
export function aRandom(seed: number, ...labels: (string | number)[]): Random {
  let state = seed >>> 0
  for (const letter of labels.join('/')) state = (Math.imul(state ^ letter.codePointAt(0)!, 0x01000193) + 1) >>> 0
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    pick: items => items[Math.floor(next() * items.length)]!,
    some(items, count) {
      const left = [...items]
      return Array.from(
        { length: Math.min(count, left.length) },
        () => left.splice(Math.floor(next() * left.length), 1)[0]!,
      )
    },
  }
}
