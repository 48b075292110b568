// Clocks that tests advance.
import { parseDuration } from '../../server/policy/durations.js'

/** A clock that moves only by `advance`. */
export type TestClock = { now: () => number; advance: (duration: string) => void }

export function aClock(start = Date.parse('2026-01-05T09:00:00Z')): TestClock {
  let now = start
  return {
    now: () => now,
    advance(duration) {
      const milliseconds = /^(\d+)ms$/.exec(duration)
      now += milliseconds ? Number(milliseconds[1]) : parseDuration(duration)! * 1000
    },
  }
}

/** The real time plus what a test adds: for tests with other programs, which use the system time. */
export function aRunningClock(): TestClock {
  const ahead = aClock(0)
  return { now: () => Date.now() + ahead.now(), advance: ahead.advance }
}
