// One round: some dozens of sessions share one fault. They are revoked at random instants before, during and after it,
// and from the answer of its revoke on each token is tried at both servers, until well after the recovery.
import { pause } from './asking.js'
import { aBystander } from './bystanders.js'
import { administrator, signIn } from './control.js'
import type { Fault } from './faults.js'
import { instant, type Ledger } from './ledger.js'
import { aRandom } from './random.js'
import { aProbe } from './recovery.js'
import { tryOne } from './trial.js'
import { aVictim } from './triggers.js'
import { healthy, type World } from './world.js'

export type RoundOptions = {
  seed: number
  /** Number of trials in the round. */
  sessions: number
  /** Number of its first trial. */
  firstTrial: number
  /** How long the fault lasts, in ms; null for a random time in its range. */
  hold: number | null
  /** Shorter, for tests that run every fault: it strikes sooner, and fewer requests follow the bound. */
  quick: boolean
}

export type RoundResult = {
  /** Revokes whose answer was never known: they are not judged. */
  unknown: string[]
  /** ms from the lifting of the fault until each server accepted a fresh token. */
  recovery: number[]
  /** Wrong refusals of refreshing clients. */
  signedOut: string[]
}

export async function runRound(
  world: World,
  fault: Fault,
  options: RoundOptions,
  ledger: Ledger,
): Promise<RoundResult> {
  const { seed, sessions, firstTrial, quick } = options
  const [a, b] = world.servers
  await healthy(world)
  const { access } = await signIn(a, administrator, { device: 'fault driver' })
  const victims = await Promise.all(
    Array.from({ length: sessions }, (_, index) =>
      aVictim(world, index % 2 === 0 ? [a, b] : [b, a], aRandom(seed, 'victim', index), access, index % 4 < 2),
    ),
  )
  await fault.prepare?.(world)
  const bystanders = await Promise.all(
    Array.from({ length: 4 }, (_, index) =>
      aBystander(world, `bystander ${index}`, aRandom(seed, 'bystander', index), index % 2 === 1),
    ),
  )

  const probe = await aProbe(world)

  const random = aRandom(seed, 'fault')
  const strikesAfter = random.between(100, quick ? 400 : 1_000)
  const drawn = random.between(...fault.hold) * (quick ? 0.6 : 1)
  const holds = options.hold ?? drawn
  const began = instant()
  let recovered = Number.POSITIVE_INFINITY
  const settled = () => instant() > recovered + (quick ? 200 : 1_500)

  const striking = (async () => {
    await pause(strikesAfter)
    ledger.note(`injects: ${fault.what}`)
    const lift = await fault.inject(world, random)
    await pause(holds)
    ledger.note('lifts')
    const [times] = await Promise.all([probe.timeToRecover(instant()), lift()])
    ledger.note('recovered')
    recovered = instant()
    return times
  })()
  // A fault that failed never recovers: let the loops end.
  striking.catch(() => {
    recovered = 0
  })

  const window = strikesAfter + holds + (quick ? 200 : 500)
  const trials = victims.map((victim, index) => {
    const random = aRandom(seed, 'trial', index)
    const at = began + random.between(0, window)
    const trial = { number: firstTrial + index, victim, random, at, settled, beyond: quick ? 400 : 1_500 }
    return tryOne(world, trial, ledger)
  })
  const watching = bystanders.map(one => one.watch(settled, ledger))
  // All of them end before the servers are stopped, also when one fails.
  await Promise.allSettled([striking, ...trials, ...watching])
  const [recovery, outcomes] = [await striking, await Promise.all(trials)]
  await Promise.all(watching)
  return {
    unknown: outcomes.filter(outcome => outcome !== null),
    recovery,
    signedOut: [...bystanders.flatMap(one => one.signedOut()), ...probe.signedOut],
  }
}
