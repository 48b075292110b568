// Users whose sessions are never revoked: under every fault their tokens are accepted or answered 503, and never
// refused.
import { askAgainAndAgain, pause } from './asking.js'
import { aGoodClient } from './good-client.js'
import type { Ledger } from './ledger.js'
import type { Random } from './random.js'
import { apiWay, signInBy } from './ways.js'
import type { World } from './world.js'

/** The number of resource servers that get a token. */
const verifiersEach = 3

/** @param byCode whether its sessions are an application's */
export async function aBystander(
  { servers, verifiers, control, asking }: World,
  name: string,
  random: Random,
  byCode: boolean,
) {
  const way = byCode ? asking : apiWay
  const person = await control.aPerson()
  const enter = () => signInBy(way, servers, person, random)
  const pairs = [await enter(), await enter()] as const
  // One sends the same access token again and again, the other refreshes and sends its newest token at once.
  const [still, moving] = [pairs[0], aGoodClient(pairs[1], servers, random, way)]

  function show(token: string, access: string, gap: number, over: () => boolean, ledger: Ledger): Promise<unknown> {
    const question = { token, access, way, gap: () => gap, over }
    const watched = random.some(verifiers, verifiersEach)
    return Promise.all([
      ...servers.map(server => askAgainAndAgain(server, question, ledger, random)),
      ...watched.map(one => askAgainAndAgain(one, { ...question, byKit: true as const }, ledger, random)),
    ])
  }

  return {
    signedOut: () => moving.signedOut,
    async watch(over: () => boolean, ledger: Ledger): Promise<void> {
      const shown = [show(name, still.access, 100, over, ledger)]
      while (!over() && (await moving.refresh(over))) {
        const until = performance.now() + 100
        shown.push(show(`${name}, fresh`, moving.pair.access, 30, () => over() || performance.now() > until, ledger))
        await pause(random.between(100, 400))
      }
      await Promise.all(shown)
    },
  }
}
