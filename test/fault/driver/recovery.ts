// How long after a fault was lifted each server serves again: it spends a refresh token and accepts the fresh access
// token.
import { type Answer, aClient, type Pair } from '../../support/client.js'
import { pause } from './asking.js'
import { signIn } from './control.js'
import { told } from './good-client.js'
import { instant } from './ledger.js'
import type { Server } from './server.js'
import type { World } from './world.js'

/** A server that has not served by then, in ms, counts as not recovered. */
const patience = 60_000
const gap = 40
const mostOutstanding = 5

/** Opens a session for each server that no other part of the driver uses. */
export async function aProbe(world: World) {
  const person = await world.control.aPerson()
  const pairs = await Promise.all(world.servers.map(server => signIn(server, person)))
  const signedOut: string[] = []

  async function serves(server: Server, pair: Pair): Promise<boolean> {
    const client = aClient(server)
    const refreshed = await client.refresh(pair.refresh).catch(() => null)
    if (isWrong(refreshed)) signedOut.push(`${server.name}: refresh ${told(refreshed)}`)
    if (refreshed?.status !== 200) return false
    const verified = await client.verify(refreshed.body.access).catch(() => null)
    if (isWrong(verified)) signedOut.push(`${server.name}: verify ${told(verified)}`)
    return verified?.status === 200
  }

  async function recovery(server: Server, pair: Pair, lifted: number): Promise<number> {
    let done: number | null = null
    let outstanding = 0
    while (done === null && instant() < lifted + patience) {
      // The next try does not wait for a pending one: concurrent refreshes of one token are one rotation.
      if (outstanding < mostOutstanding) {
        outstanding++
        void serves(server, pair).then(good => {
          outstanding--
          if (good) done ??= instant()
        })
      }
      await pause(gap)
    }
    return done === null ? Number.POSITIVE_INFINITY : done - lifted
  }

  return {
    signedOut,
    /** @returns ms for each server */
    timeToRecover: (lifted: number): Promise<number[]> =>
      Promise.all(world.servers.map((server, index) => recovery(server, pairs[index]!, lifted))),
  }
}

function isWrong(answer: Answer | null): answer is Answer {
  return answer !== null && answer.status !== 200 && answer.status !== 503
}
