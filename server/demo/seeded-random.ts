// A seeded pseudo-random generator: the same seed gives the same numbers.
import { hash } from 'node:crypto'

export type SeededRandom = {
  /** From 0 up to, but not including, 1. */
  next: () => number
  /** A whole number from 0 up to, but not including, `count`. */
  below: (count: number) => number
  chance: (share: number) => boolean
  pick: <T>(items: readonly T[]) => T
  /** A random item by weight: `[['usual', 9], ['rare', 1]]`. */
  weighted: <T>(items: readonly (readonly [T, number])[]) => T
  /** Time to the next event of a Poisson process with this mean interval (exponential distribution). */
  wait: (mean: number) => number
}

/** An independent generator for each name: numbers drawn for one do not change those for another. */
export function seededRandom(...names: readonly (string | number)[]): SeededRandom {
  let state = hashOf(names.join('\u0000'))
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (count: number) => Math.floor(next() * count)
  return {
    next,
    below,
    chance: share => next() < share,
    pick: items => items[below(items.length)]!,
    weighted(items) {
      let rest = next() * items.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [item, weight] of items) {
        rest -= weight
        if (rest < 0) return item
      }
      return items.at(-1)![0]
    },
    wait: mean => -Math.log(1 - next()) * mean,
  }
}

/**
 * A UUID derived from names, the same each time. It uses 122 hash bits, since shorter ones would collide among two
 * million rows.
 */
export function uuidOf(...names: readonly (string | number)[]): string {
  const hex = hash('sha256', names.join('\u0000'))
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index)
    hash = Math.imul(hash, 0x01000193)
  }
  // Final mixing: texts that differ in their last letter alone must give unlike generators.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
