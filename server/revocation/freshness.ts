// The freshness of the log in this process: it is fresh until less than a second after it sent a read that the database
// has answered.
import { freshTime } from '../protocol/log/feed.js'

const never = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY }

export type FreshnessDeps = {
  /** Monotonic clock, in ms; it goes on while this process is stopped. */
  monotonic: () => number
  /**
   * Epoch ms by this machine's clock, which goes on while the machine is suspended, and which an administrator may
   * set.
   */
  wall: () => number
}

export function createFreshness({ monotonic, wall }: FreshnessDeps) {
  let askedAt = never

  return {
    /**
     * Checked by two clocks: only the wall clock shows that the machine was suspended, and one that was set back
     * shows nothing.
     */
    isFresh: (): boolean => monotonic() - askedAt.monotonic < freshTime && Math.abs(wall() - askedAt.wall) < freshTime,

    /** The time of a read on both clocks, to be passed back with the answer. */
    ask: () => ({ monotonic: monotonic(), wall: wall() }),

    answered(asked: { monotonic: number; wall: number }): void {
      askedAt = asked
    },

    /** Makes the process not fresh until the next answer. */
    lose(): void {
      askedAt = never
    },
  }
}
