// The freshness of the log in this process: it is fresh for less than a second after a read of the database was sent that was
// answered.
import { freshTime } from '../protocol/log/feed.js'

const never = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY }

export type FreshnessDeps = {
  /** ms that only ever grow, also while this process is stopped. */
  monotonic: () => number
  /** Epoch ms by this machine's clock, which goes on while the machine is suspended, and which somebody may set. */
  wall: () => number
}

export function createFreshness({ monotonic, wall }: FreshnessDeps) {
  let askedAt = never

  return {
    /** By two clocks: a suspended machine shows only on the wall's, and one that was set back tells nothing. */
    isFresh: (): boolean => monotonic() - askedAt.monotonic < freshTime && Math.abs(wall() - askedAt.wall) < freshTime,

    /** Now, to be handed back with the answer. */
    ask: () => ({ monotonic: monotonic(), wall: wall() }),

    answered(asked: { monotonic: number; wall: number }): void {
      askedAt = asked
    },

    /** Not fresh until the next answer. */
    lose(): void {
      askedAt = never
    },
  }
}
