// The time as a verifier sees it. Elapsed time is the larger difference of two clocks, monotonic and wall: only the wall clock
// shows that the machine was suspended, and only the monotonic one is not affected by setting the time. The time of day is the
// server's.
import type { Clocks } from './options.js'

/** By both clocks. */
export type Instant = { monotonic: number; wall: number }

export type ClockDeps = { clocks: Clocks /** s */; clockTolerance: number }

export function createClock({ clocks, clockTolerance }: ClockDeps) {
  /** What the server said, and when it was asked. */
  let told: { at: Instant; now: number } | null = null

  const instant = (): Instant => ({ monotonic: clocks.monotonic(), wall: clocks.wall() })

  /** At the least, which only grows while the machine runs. */
  const ran = (since: Instant): number => clocks.monotonic() - since.monotonic

  /** At the most; a wall clock that somebody has set counts by how far. */
  const elapsed = (since: Instant): number => Math.max(ran(since), Math.abs(clocks.wall() - since.wall))

  return {
    instant,
    elapsed,

    /** Takes the server's time (epoch ms), as it was at some instant after `at`. */
    take(at: Instant, now: number): void {
      if (told === null || at.monotonic >= told.at.monotonic) told = { at, now }
    },

    /** Whether the server has told what time it is. */
    isTold: (): boolean => told !== null,

    /** Epoch ms; before the server has told anything by this machine's clock, as much earlier as it may be wrong. */
    now: (): number => (told ? told.now + ran(told.at) : clocks.wall() - clockTolerance * 1_000),

    /** The latest that it may be. */
    latest: (): number => (told ? told.now + elapsed(told.at) : clocks.wall() - clockTolerance * 1_000),
  }
}

export type VerifierClock = ReturnType<typeof createClock>
