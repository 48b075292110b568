// The tokens that the load generator holds for one server, and their preparation before a workload that needs them.
import { setTimeout as pause } from 'node:timers/promises'
import { aConnection, type Connection } from './connection.js'
import type { Order } from './driver.js'
import { people } from './stack-names.js'
import type { Pair, Wire } from './wires.js'

export type Held = {
  wire: Wire
  /** Token pairs by connection: each connection has its own session. */
  pairs: Pair[]
  tokens: Record<'good' | 'expired' | 'revoked', string[]>
  /** The index of the next user to sign in. */
  next: number
}

export type Need = 'pairs' | keyof Held['tokens']

const goodTokens = 64
const revokedTokens = 4
/** Wait in ms until a token with a lifetime of one second has expired, with rounding to seconds. */
const untilExpired = 2_100

export function holding(wire: Wire): Held {
  return { wire, pairs: [], tokens: { good: [], expired: [], revoked: [] }, next: 0 }
}

export async function prepare(need: Need, held: Held, order: Pick<Order, 'port' | 'connections' | 'expired'>) {
  const connection = await aConnection(order.port)
  try {
    await get[need](held, connection, order)
  } finally {
    connection.close()
  }
}

type Get = (held: Held, connection: Connection, order: Pick<Order, 'connections' | 'expired'>) => Promise<void>

const get: Record<Need, Get> = {
  async pairs(held, connection, { connections }) {
    while (held.pairs.length < connections) held.pairs.push(await signedIn(held, connection))
  },

  async good(held, connection) {
    const { wire, tokens } = held
    if (tokens.good.length > 0) return
    let pair = wire.checkable(0) === null ? await signedIn(held, connection) : null
    while (tokens.good.length < goodTokens) {
      const request = pair === null ? wire.checkable(tokens.good.length)! : wire.refresh(pair.refresh)
      const next = wire.pair((await connection.send(request)).body)
      tokens.good.push(next.access)
      if (pair !== null) pair = next
    }
  },

  async expired({ wire, tokens }, connection, { expired }) {
    if (tokens.expired.length > 0) return
    const brief = wire.brief()
    tokens.expired.push(brief === null ? expired! : wire.pair((await connection.send(brief)).body).access)
    if (brief !== null) await pause(untilExpired)
  },

  async revoked(held, connection) {
    const { wire, tokens } = held
    for (let lane = 0; tokens.revoked.length < revokedTokens; lane++) {
      const request = wire.checkable(lane)
      const pair =
        request === null ? await signedIn(held, connection) : wire.pair((await connection.send(request)).body)
      await connection.send(wire.end(pair, lane))
      tokens.revoked.push(pair.access)
    }
  },
}

/** Signs in, with retries after 503. */
async function signedIn(held: Held, connection: Connection): Promise<Pair> {
  for (;;) {
    const { status, body } = await connection.send(held.wire.signIn(held.next++ % people))
    if (status === 200) return held.wire.pair(body)
    if (status !== 503) throw new Error(`a sign-in answered ${status} ${body}`)
    await pause(200)
  }
}
