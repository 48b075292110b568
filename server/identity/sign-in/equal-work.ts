// Against user enumeration by timing: every comparison takes the work of the slowest kind of hash that is stored, whether or
// not the username exists, and whatever kind its own hash is.
import { bcryptCost, roundsOf, standInHash, standInRounds, workOf } from './stored-passwords.js'

export type EqualWorkDeps = {
  work: { matches(password: string, encoded: string): Promise<boolean> }
  /** Cost of bcrypt for new hashes. */
  cost: () => number
  /** A stand-in (`workOf`) for every kind of hash that is stored. */
  storedKinds: () => Promise<readonly string[]>
  /** ms */
  monotonic: () => number
}

// An import of very expensive hashes must not slow every sign-in: comparisons are not padded to costs above these, so timing
// tells that such a user exists until their first sign-in.
const dearestCost = 13
const dearestTime = 800

/** Rounds that the speed of the filling work is timed on. */
const sampleRounds = 50_000
const samples = 5

export function createEqualWork({ work, cost, storedKinds, monotonic }: EqualWorkDeps) {
  let kinds: readonly string[] = []
  /** How long a kind takes, in ms. Of bcrypt one cost is timed, of PBKDF2 one number of rounds: the others follow from it. */
  const times = new Map<string, number>()
  let timedCost = 0

  /** In turns: other work on the machine slows all of them, and the quickest of each counts. */
  async function time(standIns: readonly string[]): Promise<void> {
    const quickest = new Map<string, number>(standIns.map(one => [one, Number.POSITIVE_INFINITY]))
    for (let sample = 0; sample < samples; sample++) {
      for (const [standIn, before] of quickest) {
        const begun = monotonic()
        await work.matches('', standIn)
        quickest.set(standIn, Math.min(before, monotonic() - begun))
      }
    }
    for (const [standIn, taken] of quickest) times.set(standIn, taken)
  }

  function timeOf(kind: string): number {
    const own = bcryptCost(kind)
    if (own !== null) return (times.get(standInHash(timedCost)) ?? 0) * 2 ** (own - timedCost)
    const rounds = roundsOf(kind)
    if (rounds !== null) return ((times.get(standInRounds(sampleRounds)) ?? 0) * rounds) / sampleRounds
    return times.get(kind) ?? 0
  }

  /** The kind whose work every comparison takes. */
  function measure(): string {
    const present = cost()
    const costs = kinds.map(bcryptCost).filter(one => one !== null && one <= dearestCost) as number[]
    const ofBcrypt = standInHash(Math.max(present, ...costs))
    return kinds
      .filter(kind => bcryptCost(kind) === null && timeOf(kind) <= dearestTime)
      .reduce((slowest, kind) => (timeOf(kind) > timeOf(slowest) ? kind : slowest), ofBcrypt)
  }

  /** Does the work that one kind lacks of another. */
  async function fill(password: string, done: string, wanted: string): Promise<void> {
    const [from, to] = [bcryptCost(done), bcryptCost(wanted)]
    if (from !== null && to !== null) {
      // Each once: 2^a + 2^a + 2^(a+1) + … + 2^(c-1) = 2^c.
      for (let missing = from; missing < to; missing++) await work.matches(password, standInHash(missing))
      return
    }
    const lack = (timeOf(wanted) - timeOf(done)) / timeOf(standInRounds(sampleRounds))
    if (lack > 0) await work.matches(password, standInRounds(Math.ceil(lack * sampleRounds)))
  }

  return {
    /** Looks which kinds are stored, and times those that are new. */
    async prepare(): Promise<void> {
      const stored = await storedKinds()
      const foreign = stored.filter(kind => bcryptCost(kind) === null)
      if (foreign.length > 0) {
        timedCost ||= cost()
        const needed = [
          standInHash(timedCost),
          standInRounds(sampleRounds),
          ...foreign.filter(one => roundsOf(one) === null),
        ]
        if (needed.some(one => !times.has(one))) await time(needed)
      }
      kinds = stored
    },

    /** @param encoded null, or what no password can match, takes as long as the rest */
    async compare(password: string, encoded: string | null): Promise<boolean> {
      const wanted = measure()
      const own = encoded === null ? null : workOf(encoded)
      const right = await work.matches(password, own ? encoded! : wanted)
      await fill(password, own?.standIn ?? wanted, wanted)
      return right && own !== null
    },
  }
}

export type EqualWork = ReturnType<typeof createEqualWork>
