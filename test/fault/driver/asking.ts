// Sends requests with one token again and again, and records the verdicts. No request waits for the previous answer: a
// server that hangs must not keep the driver from beginning requests.
import { aClient } from '../../support/client.js'
import { instant, type Ledger, type Verdict } from './ledger.js'
import type { Random } from './random.js'
import type { Server } from './server.js'
import { apiWay, type Way } from './ways.js'

export type Asking = {
  token: number | string
  access: string
  /** How the session was opened; by the API unless set. */
  way?: Way
  /** ms until the next request, given the last verdict. */
  gap: (last: Verdict | null) => number
  /** The server is a resource server with the verifier package. */
  byKit?: true
  /** Called before each request: true ends the loop. */
  over: () => boolean
}

/**
 * Most unanswered requests to one path of one server for one token: a last bound, for the gaps grow with their number.
 */
const mostOutstanding = 20
/** `/api/token/verify/` accepts no token of an application: its resource servers introspect. */
const paths = { api: ['verify', 'me'], code: ['introspect', 'me'], kit: ['orders'] } as const

/** Resolves when `over` is true and every request was answered, or `patience` has passed. */
export async function askAgainAndAgain(
  server: Server,
  { token, access, way = apiWay, gap, over, byKit }: Asking,
  ledger: Ledger,
  random: Random,
): Promise<void> {
  const ours = paths[byKit ? 'kit' : way.name]
  const none = () => new Set<Promise<void>>()
  const outstanding = { verify: none(), me: none(), introspect: none(), orders: none() }
  let last: Verdict | null = null
  for (let turn = Math.floor(random.between(0, 2)); !over(); turn++) {
    const path = ours[turn % ours.length]!
    if (outstanding[path].size < mostOutstanding) {
      const asked = ask(server, { token, access, way }, path).then(verdict => {
        ledger.verdicts.push(verdict)
        last = verdict
        outstanding[path].delete(asked)
      })
      outstanding[path].add(asked)
    }
    // A stopped server gets requests all the time, and not so often that its sockets are full.
    const waiting = ours.reduce((sum, path) => sum + outstanding[path].size, 0)
    await pause(gap(last) * (1 + waiting / 1.5) * random.between(0.7, 1.3))
  }
  await Promise.race([Promise.all(ours.flatMap(path => [...outstanding[path]])), pause(patience)])
}

/** ms after the recovery from which on an unanswered request counts as lost. */
const patience = 12_000

async function ask(
  server: Server,
  { token, access, way }: { token: number | string; access: string; way: Way },
  path: Verdict['path'],
): Promise<Verdict> {
  const client = aClient(server)
  const begun = instant()
  const asked = {
    verify: () => client.verify(access),
    me: () => client.get('/api/me/', access),
    introspect: () => way.verify(server, access),
    orders: () => client.get('/orders', access),
  }
  const answer = await asked[path]().catch(() => null)
  const { reason, code } = answer?.body ?? {}
  return {
    token,
    server: server.name,
    path,
    begun,
    ended: instant(),
    status: answer?.status ?? 0,
    reason: reason ?? code ?? '',
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
