// People whom nobody revokes: whatever goes wrong, their tokens are accepted or answered 503, and never refused.
import { askAgainAndAgain, pause } from './asking.js'
import { signIn } from './control.js'
import { aGoodClient } from './good-client.js'
import type { Ledger } from './ledger.js'
import type { Random } from './random.js'
import type { World } from './world.js'

export async function aBystander({ servers, control }: World, name: string, random: Random) {
  const person = await control.aPerson()
  const pairs = [await signIn(random.pick(servers), person), await signIn(random.pick(servers), person)] as const
  // One shows the same access token again and again, the other refreshes and shows its newest at once.
  const [still, moving] = [pairs[0], aGoodClient(pairs[1], servers, random)]

  function show(token: string, access: string, gap: number, over: () => boolean, ledger: Ledger): Promise<unknown> {
    const asking = { token, access, gap: () => gap }
    return Promise.all(servers.map(server => askAgainAndAgain(server, { ...asking, over }, ledger, random)))
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
