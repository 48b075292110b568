// Against user enumeration by timing: every comparison takes the work of the slowest kind of hash that is stored, whether or
// not the username exists, and whatever kind its own hash is.
import { bcryptCost, roundsOf, standInHash, standInRounds, workOf } from './stored-passwords.js'

export type EqualWorkDeps = {
  work: { matches(password: string, encoded: string): Promise<boolean> }
  /** bcrypt cost of new hashes. */
  cost: () => number
  /** A stand-in (`workOf`) for every kind of stored hash. */
  storedKinds: () => Promise<readonly string[]>
  /** A monotonic clock, ms. */
  monotonic: () => number
}

// An import of very expensive hashes must not slow every sign-in: comparisons are not padded to costs above these, so timing
// tells that such a user exists until their first sign-in.
const highestCost = 13
const longestTime = 800

/** PBKDF2 rounds of the stand-in whose time is measured. */
const sampleRounds = 50_000
const samples = 5

export function createEqualWork({ work, cost, storedKinds, monotonic }: EqualWorkDeps) {
  let kinds: readonly string[] = []
  /**
   * Duration of each kind, in ms. One bcrypt cost and one number of PBKDF2 rounds are measured: others are computed
   * from these.
   */
  const times = new Map<string, number>()
  let timedCost = 0

  /** Measures the kinds in turns, and takes the least time of each: other work on the machine slows all of them. */
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

  /** The kind of hash whose work every comparison takes: the slowest. */
  function slowestKind(): string {
    const present = cost()
    const costs = kinds.map(bcryptCost).filter(one => one !== null && one <= highestCost) as number[]
    const ofBcrypt = standInHash(Math.max(present, ...costs))
    return kinds
      .filter(kind => bcryptCost(kind) === null && timeOf(kind) <= longestTime)
      .reduce((slowest, kind) => (timeOf(kind) > timeOf(slowest) ? kind : slowest), ofBcrypt)
  }

  /** Does the difference in work between two kinds. */
  async function addMissingWork(password: string, done: string, wanted: string): Promise<void> {
    const [from, to] = [bcryptCost(done), bcryptCost(wanted)]
    if (from !== null && to !== null) {
      // One comparison for each cost: 2^a + 2^a + 2^(a+1) + … + 2^(c-1) = 2^c.
      for (let missing = from; missing < to; missing++) await work.matches(password, standInHash(missing))
      return
    }
    const lack = (timeOf(wanted) - timeOf(done)) / timeOf(standInRounds(sampleRounds))
    if (lack > 0) await work.matches(password, standInRounds(Math.ceil(lack * sampleRounds)))
  }

  return {
    /** Reads which kinds are stored, and measures new ones. */
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

    /** Compares a password with a hash. @param encoded null, or an unusable hash, takes the same time */
    async compare(password: string, encoded: string | null): Promise<boolean> {
      const wanted = slowestKind()
      const own = encoded === null ? null : workOf(encoded)
      const right = await work.matches(password, own ? encoded! : wanted)
      await addMissingWork(password, own?.standIn ?? wanted, wanted)
      return right && own !== null
    },
  }
}

export type EqualWork = ReturnType<typeof createEqualWork>
