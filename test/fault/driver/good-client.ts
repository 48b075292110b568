// A client as good ones are: it spends its refresh token, and where no certain answer comes it tries the same token again,
// at whichever server. Nobody may ever tell it that its session is over.
import { type Answer, claimsOf, type Pair } from '../../support/client.js'
import { pause } from './asking.js'
import { instant } from './ledger.js'
import type { Random } from './random.js'
import type { Server } from './server.js'
import { apiWay, type Way } from './ways.js'

export type GoodClient = {
  way: Way
  pair: Pair
  /** Times that it got a new pair, and times that it had to try again. */
  refreshed: number
  triedAgain: number
  /** The longest time from a first try to its answer, in ms. */
  longestWait: number
  /** What it should never have been told. */
  signedOut: string[]
  /** Spends its token once, however often it has to try. @returns false when it was signed out, or it was `over` first */
  refresh(over: () => boolean): Promise<boolean>
}

export function aGoodClient(pair: Pair, servers: readonly Server[], random: Random, way: Way = apiWay): GoodClient {
  const client: GoodClient = {
    way,
    pair,
    refreshed: 0,
    triedAgain: 0,
    longestWait: 0,
    signedOut: [],
    async refresh(over) {
      const began = instant()
      while (!over()) {
        const server = random.pick(servers)
        const answer = await way.refresh(server, client.pair.refresh).catch(() => null)
        if (answer?.status === 200) {
          client.pair = { ...client.pair, ...answer.body }
          client.refreshed++
          client.longestWait = Math.max(client.longestWait, instant() - began)
          return true
        }
        if (answer !== null && answer.status !== 503) {
          client.signedOut.push(
            `${server.name}, ${way.name}: ${told(answer)}, generation ${claimsOf(client.pair.refresh).gen}`,
          )
          return false
        }
        client.triedAgain++
        await pause(random.between(20, 80))
      }
      return false
    },
  }
  return client
}

/** Without any token that may be in it. */
export function told(answer: Answer): string {
  return `${answer.status} ${answer.body?.reason ?? answer.body?.code ?? ''}`
}
