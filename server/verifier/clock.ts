// The clock of a verifier. Elapsed time is the larger difference of two clocks, monotonic and wall: only the wall clock
// shows that the machine was suspended, and only the monotonic one is not affected by setting the time. The time of day
// is the server's.
import type { Clocks } from './options.js'

/** One instant on both clocks. */
export type Instant = { monotonic: number; wall: number }

/** `clockTolerance`: in seconds. */
export type ClockDeps = { clocks: Clocks; clockTolerance: number }

export function createClock({ clocks, clockTolerance }: ClockDeps) {
  /** The time that the server has sent, and when it was requested. */
  let serverTime: { at: Instant; now: number } | null = null

  const instant = (): Instant => ({ monotonic: clocks.monotonic(), wall: clocks.wall() })

  /** Elapsed ms at the least, by the monotonic clock: it counts only while the machine runs. */
  const ran = (since: Instant): number => clocks.monotonic() - since.monotonic

  /** Elapsed ms at the most; a wall clock that was set counts with the whole step. */
  const elapsed = (since: Instant): number => Math.max(ran(since), Math.abs(clocks.wall() - since.wall))

  return {
    instant,
    elapsed,

    /** Takes the server's time (epoch ms), as it was at some instant after `at`. */
    take(at: Instant, now: number): void {
      if (serverTime === null || at.monotonic >= serverTime.at.monotonic) serverTime = { at, now }
    },

    /** Whether the server's time is known. */
    isSet: (): boolean => serverTime !== null,

    /** Epoch ms; until the server's time is known by this machine's clock, minus its tolerance. */
    now: (): number => (serverTime ? serverTime.now + ran(serverTime.at) : clocks.wall() - clockTolerance * 1_000),

    /** The latest time that it may be, epoch ms. */
    latest: (): number =>
      serverTime ? serverTime.now + elapsed(serverTime.at) : clocks.wall() - clockTolerance * 1_000,
  }
}

export type VerifierClock = ReturnType<typeof createClock>
