// P1: rounds of faults until each fault has had its share of the trials; with Redis, without, or both one after the
// other.
import { type Fault, type FaultName, faults } from './faults.js'
import { type Judgement, judge } from './judge.js'
import { aLedger } from './ledger.js'
import { whyNot } from './means.js'
import { aRandom } from './random.js'
import { runRound } from './round.js'
import { openStores, raise, type World } from './world.js'

export type P1Options = {
  seed: number
  trials: number
  /** Trials that share a round. */
  sessions: number
  only: FaultName[] | null
  redis: readonly boolean[]
  hold: number | null
  quick: boolean
  stale: boolean
  /** Number of resource servers. */
  verifiers: number
  /** A file for the log, or null. */
  log: string | null
  say: (line: string) => void
}

/** The totals of one fault. */
export type Tally = Judgement & {
  fault: FaultName
  redis: boolean
  rounds: number
  trials: number
  /** Revokes whose outcome is unknown: they are not judged. */
  unknown: string[]
  recovery: number[]
  signedOut: string[]
}

export type P1Result = { manyCounters: Tally[]; skipped: string[]; accidents: string[] }

export async function runP1(options: P1Options): Promise<P1Result> {
  const result: P1Result = { manyCounters: [], skipped: [], accidents: [] }
  const wanted = options.redis.flatMap(redis => possible(options, redis, result.skipped))
  const share = Math.ceil(options.trials / wanted.length)
  let trial = 0
  for (const redis of options.redis) {
    const stores = await openStores(redis)
    try {
      for (const cast of ['plain', 'cut', 'clock'] as const) {
        const names = wanted.filter(one => one.redis === redis && faults[one.name].cast === cast).map(one => one.name)
        if (names.length === 0) continue
        const world = await raise(stores, cast, options)
        try {
          for (const name of names) {
            result.manyCounters.push(await counters(world, name, redis, trial, share, options))
            trial += share
          }
        } catch (error) {
          // The results so far are reported all the same.
          result.accidents.push(`the driver itself: ${(error as Error).stack}`)
        } finally {
          result.accidents.push(...world.accidents())
          await world.close()
        }
      }
    } finally {
      await stores.stop()
    }
  }
  return result
}

function possible(
  { only, verifiers }: P1Options,
  redis: boolean,
  skipped: string[],
): { name: FaultName; redis: boolean }[] {
  const names = only ?? (Object.keys(faults) as FaultName[])
  return names.flatMap(name => {
    const why = whyNot(name, redis, verifiers > 0)
    // A fault that was asked for by name must not be skipped silently; faults of unwanted stores are.
    const { needs }: Fault = faults[name]
    const isWanted = needs === 'redis' ? redis : needs === 'verifiers' ? only !== null || verifiers > 0 : true
    if (why !== null && isWanted) skipped.push(`${name}: ${why}`)
    return why === null ? [{ name, redis }] : []
  })
}

async function counters(
  world: World,
  name: FaultName,
  redis: boolean,
  firstTrial: number,
  share: number,
  options: P1Options,
): Promise<Tally> {
  const sum: Tally = {
    fault: name,
    redis,
    rounds: 0,
    trials: 0,
    unknown: [],
    recovery: [],
    signedOut: [],
    violations: [],
    wrong: [],
    here: [],
    there: [],
    atVerifiers: [],
  }
  // Unanswered revokes are made up for with more rounds, within limits: under some faults few are answered.
  for (let round = 0; sum.trials < share && round < 2 + (2 * share) / options.sessions; round++) {
    const ledger = aLedger(options.log)
    const sessions = Math.min(options.sessions, share - sum.trials)
    const seed = Math.floor(aRandom(options.seed, name, String(redis), round).next() * 2 ** 32)
    const { unknown, recovery, signedOut } = await runRound(
      world,
      faults[name],
      { seed, sessions, firstTrial: firstTrial + sum.trials, hold: options.hold, quick: options.quick },
      ledger,
    )
    const judgement = judge(
      ledger.revoked,
      ledger.verdicts,
      world.verifiers.map(one => one.name),
    )
    sum.rounds++
    sum.trials += ledger.revoked.length
    sum.unknown.push(...unknown)
    sum.recovery.push(...recovery)
    sum.signedOut.push(...signedOut)
    for (const list of ['violations', 'wrong', 'here', 'there', 'atVerifiers'] as const) {
      ;(sum[list] as unknown[]).push(...judgement[list])
    }
    ledger.close()
  }
  options.say(
    `${name}${redis ? '' : ', no Redis'}: ${sum.rounds} rounds, ${sum.trials} trials, ${sum.violations.length} violations, ` +
      `${sum.wrong.length + sum.signedOut.length} wrong refusals`,
  )
  return sum
}
