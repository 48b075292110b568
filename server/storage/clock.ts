// The time that all processes judge by: the database's, or this machine's where the database has none of its own
// (SQLite). It is monotonic: it never goes back, and advances by the monotonic clock. A step of the clock that it
// follows is not trusted at once: setting a machine's time would otherwise sign all users out, or make recent tokens
// appear to be issued in the future.

export type ClockPorts = {
  /**
   * Monotonic clock, in ms; it goes on while this process is stopped, and perhaps not while the machine is suspended.
   */
  monotonic: () => number
  /** Epoch ms by this machine's wall clock, which can be set. */
  wall: () => number
  /** ms since the machine was booted, suspensions included; setting the clock does not affect it. */
  uptime: () => number
}

export type ClockDeviation = { kind: 'ahead' | 'behind'; seconds: number; reason: string }

export type Clock = {
  /** Epoch ms; never less than it was. */
  now(): number
  /**
   * The latest time that it may be, epoch ms: `now`, plus a jump ahead that is in doubt. Whether something that only
   * this time refuses is over is not known.
   */
  latest(): number
  /** Monotonic clock, in ms; it goes on while the machine is suspended. */
  elapsed(): number
  /** Whether the followed clock has deviated lately, and how far. */
  deviation(): ClockDeviation | null
  /**
   * Takes a sample of the followed clock, read between two instants of the monotonic clock, and the latest time at
   * which a server is known to have run; that one counts only at the first sample.
   */
  observe(sample: number, sentAt: number, answeredAt: number, seen?: number): void
}

export type ClockDeps = ClockPorts & { log: { warn(details: object, message: string): void } }

/** Longest round trip of a sample that is used, in ms; the next sample is a quarter of a second away. */
const longestUsefulTrip = 50
/** A difference that is followed at once, in ms. */
const tolerance = 5_000
/** How long an unexplained step of the clock must last before it is followed, in ms. */
const confirmationTime = 5 * 60_000
/**
 * How far ahead the stored time of an earlier server may lie to count after a restart, in ms; one further ahead was
 * an error.
 */
export const farthestSeen = 86_400_000
/** Measurement error between samples of two clocks, in ms. */
const noise = 20
/** Suspensions shorter than this are not detected, in ms. */
const shortestSuspension = 1_000

export function createClock({ monotonic, wall, uptime, log }: ClockDeps): Clock {
  let suspended = 0
  let looked: { monotonic: number; uptime: number } | null = null
  /** Both clocks at one instant: the time that this process uses, and the time of the clock that it follows. */
  let line: { at: number; accepted: number; followed: number } | null = null
  /** A step without explanation; `gap` is how far the followed clock is ahead, in ms, and `first` how far at `since`. */
  let step: { gap: number; first: number; since: number } | null = null
  /** The followed clock went back, and the step is accepted: ours runs at half speed until the other has caught up (slewing). */
  let slowed = false

  const elapsed = () => monotonic() + suspended

  function timeAt(instant: number): number {
    if (!line) return wall()
    const passed = instant - line.at
    return slowed ? Math.max(line.accepted + passed / 2, line.followed + passed) : line.accepted + passed
  }

  function noteSuspension(): void {
    const present = { monotonic: monotonic(), uptime: uptime() }
    if (looked) {
      const missing = present.uptime - looked.uptime - (present.monotonic - looked.monotonic)
      if (missing > shortestSuspension) suspended += missing
    }
    looked = present
  }

  function begin(sample: number, at: number, seen: number): void {
    const isBehind = seen - sample > noise && seen - sample <= farthestSeen
    line = { at, accepted: isBehind ? seen : sample, followed: sample }
    slowed = isBehind
    if (seen - sample > tolerance)
      log.warn({ seconds: seconds(seen - sample) }, 'the clock went back since a server was last here')
  }

  function follow(followed: number, at: number): void {
    const accepted = Math.max(timeAt(at), followed)
    line = { at, accepted, followed }
    slowed = accepted - followed > noise
  }

  /** A step that lasts is accepted in the end. */
  function judge(gap: number, at: number): 'accepted' | 'unconfirmed' {
    // A further step needs a confirmation time of its own.
    if (step === null || Math.abs(gap - step.first) > tolerance) {
      step = { gap, first: gap, since: at }
      log.warn(
        { seconds: seconds(gap) },
        gap > 0
          ? 'the clock jumped ahead: what has expired only by the new time is answered with 503 until that time is confirmed'
          : 'the clock went back: time goes on from where it was',
      )
    }
    step = { ...step, gap }
    return at - step.since < confirmationTime ? 'unconfirmed' : 'accepted'
  }

  return {
    now: () => Math.round(timeAt(elapsed())),
    latest: () => Math.round(timeAt(elapsed()) + Math.max(0, step?.gap ?? 0)),
    elapsed,

    deviation() {
      const gap = step?.gap ?? (line && slowed ? line.followed - line.accepted : 0)
      if (Math.abs(gap) <= tolerance) return null
      const away = seconds(Math.abs(gap))
      return gap > 0
        ? {
            kind: 'ahead',
            seconds: away,
            reason: `the clock jumped ahead by ${away} s and is accepted after five minutes`,
          }
        : { kind: 'behind', seconds: away, reason: `the clock went back by ${away} s; time goes on from where it was` }
    },

    observe(sample, sentAt, answeredAt, seen = 0) {
      const early = sentAt + suspended
      noteSuspension()
      const at = answeredAt + suspended
      const trip = at - early
      if (!line) return begin(sample + trip / 2, at, seen)
      // The sample was taken somewhere between the two instants.
      const isPossible = sample >= timeAt(early) - longestUsefulTrip && sample <= timeAt(at) + longestUsefulTrip
      if (trip > longestUsefulTrip && isPossible) return
      const followed = sample + trip / 2
      const gap = followed - timeAt(at)
      const known = slowed ? line.followed + (at - line.at) - timeAt(at) : 0
      const isSmall = Math.abs(gap - known) <= tolerance
      if (!isSmall && judge(gap, at) === 'unconfirmed') return
      if (step) log.warn({ seconds: seconds(gap) }, isSmall ? 'the clock is right again' : 'the new time is accepted')
      step = null
      follow(followed, at)
    },
  }
}

/** A clock that tests set: it is never in doubt. */
export function createTrustedClock(now: () => number, monotonic: () => number): Clock {
  return { now, latest: now, elapsed: monotonic, deviation: () => null, observe() {} }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}
