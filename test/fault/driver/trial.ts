// One trial: a token is revoked at a random instant, and from the answer on it is tried at both servers.
import { askAgainAndAgain, pause } from './asking.js'
import { bound } from './judge.js'
import { instant, type Ledger } from './ledger.js'
import type { Random } from './random.js'
import { type RevokeName, revokes, revokesOf, type Victim } from './triggers.js'
import type { World } from './world.js'

export type Trial = {
  number: number
  victim: Victim
  random: Random
  /** When the revoke is first sent. */
  at: number
  /** Whether the servers have recovered, and some time has passed since. */
  settled: () => boolean
  /** How long the token is tried after the bound, in ms. */
  beyond: number
}

/** Number of verifiers that are asked in one trial: asking all of them would be a flood. */
const verifiersATrial = 3

/** @returns null, or why the outcome of the revoke is unknown */
export async function tryOne(world: World, trial: Trial, ledger: Ledger): Promise<string | null> {
  const { number, victim, random, at, settled, beyond } = trial
  const trigger = random.pick(revokesOf(victim.way))
  await pause(at - instant())
  const revoked = await revoke(world, victim, trigger, random, settled)
  const answered = instant()
  if ('unknown' in revoked) return `trial ${number}, ${trigger}: ${revoked.unknown}`
  ledger.revoked.push({ trial: number, trigger, via: revoked.via, answered })

  const asking = {
    token: number,
    access: victim.ending.access,
    way: victim.way,
    gap: (last: { status: number } | null) => (last?.status === 401 ? 250 : instant() < answered + 1_200 ? 25 : 100),
    over: () => instant() > answered + bound + beyond && settled(),
  }
  const watched = random.some(world.verifiers, verifiersATrial)
  await Promise.all([
    ...world.servers.map(server => askAgainAndAgain(server, asking, ledger, random)),
    ...watched.map(verifier => askAgainAndAgain(verifier, { ...asking, byKit: true }, ledger, random)),
  ])
  return null
}

/** Retries until the revoke is answered, or the round has settled without an answer. */
async function revoke(
  world: World,
  victim: Victim,
  trigger: RevokeName,
  random: Random,
  settled: () => boolean,
): Promise<{ via: string } | { unknown: string }> {
  const { send, byHand } = revokes[trigger]
  while (!settled()) {
    const server = random.pick(world.servers)
    const outcome = await send(server.url, victim, world.control)
    if (outcome === 'done') return { via: byHand ? 'operator' : server.name }
    if (outcome !== 'again') return { unknown: outcome }
    await pause(random.between(50, 250))
  }
  return { unknown: 'never answered' }
}
