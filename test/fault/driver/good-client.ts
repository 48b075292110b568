// A well-behaved client: it spends its refresh token, and where no certain answer comes it retries the same token at
// either server. No server may ever answer that its session has ended.
import { type Answer, claimsOf, type Pair } from '../../support/client.js'
import { pause } from './asking.js'
import { instant } from './ledger.js'
import type { Random } from './random.js'
import type { Server } from './server.js'
import { apiWay, type Way } from './ways.js'

export type GoodClient = {
  way: Way
  pair: Pair
  /** How often it got a new pair, and how often it had to retry. */
  refreshed: number
  triedAgain: number
  /** The longest time from a first try to its answer, in ms. */
  longestWait: number
  /** Answers other than 200 and 503: wrong sign-outs. */
  signedOut: string[]
  /**
   * Spends its token once, with as many retries as needed.
   * @returns false when the session was refused, or `over` came first
   */
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

/** Status and reason of an answer, without any token that may be in it. */
export function told(answer: Answer): string {
  return `${answer.status} ${answer.body?.reason ?? answer.body?.code ?? ''}`
}
