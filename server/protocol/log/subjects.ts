// Index of entries by subject.
import { noSlot } from './packed-entries.js'

const shardBits = 6

/**
 * The first slot of each subject of one kind. Many small maps: a map moves all its entries when it grows, which at a
 * million would stop the process for a third of a second.
 */
export function createSubjects() {
  const shards: (Map<string, number> | undefined)[] = Array(1 << shardBits).fill(undefined)
  let size = 0

  return {
    first(subject: string): number {
      if (size === 0) return noSlot
      return shards[shardOf(subject)]?.get(subject) ?? noSlot
    },

    /** Sets the first slot of a subject; `none` removes the subject. */
    set(subject: string, slot: number): void {
      const number = shardOf(subject)
      shards[number] ??= new Map()
      const shard = shards[number]
      size -= shard.size
      if (slot === noSlot) shard.delete(subject)
      else shard.set(subject, slot)
      size += shard.size
    },

    clear(): void {
      shards.fill(undefined)
      size = 0
    },
  }
}

export type Subjects = ReturnType<typeof createSubjects>

/** The shard by the last three characters, which differ in ids of every shape. */
function shardOf(subject: string): number {
  let code = 0
  for (let at = Math.max(0, subject.length - 3); at < subject.length; at++) code = (code << 8) ^ subject.charCodeAt(at)
  // Knuth's multiplicative hash: the upper bits are the well-mixed ones.
  return Math.imul(code, 0x9e37_79b1) >>> (32 - shardBits)
}
