// A token with an unknown key id may be signed by a key that this process has not read yet: one more read of the log's head
// decides. Made-up key ids cause no more than one read per interval, whatever their number.
import { setTimeout as pause } from 'node:timers/promises'
import type { Tail } from './tail.js'

/** Minimum interval between two reads, in ms. */
const gap = 50

export type CatchUpDeps = {
  tail: Pick<Tail, 'readNow'>
  /** Monotonic clock, in ms. */
  monotonic: () => number
}

/**
 * @returns a function that resolves after a read of the head that was requested after the call; concurrent callers
 *   share it
 */
export function createCatchUp({ tail, monotonic }: CatchUpDeps) {
  let next: Promise<void> | null = null
  let lastAt = Number.NEGATIVE_INFINITY

  async function look(): Promise<void> {
    const wait = lastAt + gap - monotonic()
    // Waits in any case, so that `next` is set before it is cleared.
    await (wait > 0 ? pause(wait) : null)
    lastAt = monotonic()
    // Later callers need a read that begins later.
    next = null
    await tail.readNow()
  }

  /** @throws database_unavailable: better no answer than a wrong one */
  return function catchUp(): Promise<void> {
    next ??= look()
    return next
  }
}

export type CatchUp = ReturnType<typeof createCatchUp>
