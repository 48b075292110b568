// The workloads of `npm run bench`: the operation of each, and its number of concurrent connections.
import { setTimeout as pause } from 'node:timers/promises'
import type { Answer, Connection, Request } from './connection.js'
import type { Held, Need } from './prepared.js'
import { people } from './stack-names.js'

/** @returns false if the server refused with Retry-After */
type Operation = (held: Held, connection: Connection, lane: number) => Promise<boolean>

export type Workload = {
  title: string
  connections: number
  needs: readonly Need[]
  operation: Operation
  /** Number of concurrent sign-ins in addition. */
  signIns?: number
}

async function expectStatus(connection: Connection, request: Request, wanted = 200): Promise<Answer> {
  const answer = await connection.send(request)
  if (answer.status === wanted) return answer
  throw new Error(`${request.slice(0, request.indexOf('\r'))} answered ${answer.head.split('\r')[0]} ${answer.body}`)
}

export const signIn: Operation = async (held, connection) => {
  const answer = await connection.send(held.wire.signIn(held.next++ % people))
  if (answer.status === 200) return true
  if (answer.status !== 503) throw new Error(`a sign-in answered ${answer.status} ${answer.body}`)
  const retryAfter = Number(/\r\nretry-after: *(\d+)/i.exec(answer.head)?.[1] ?? 1)
  await pause(Math.min(retryAfter, 1) * 1_000)
  return false
}

const refresh: Operation = async (held, connection, lane) => {
  const { body } = await expectStatus(connection, held.wire.refresh(held.pairs[lane]!.refresh))
  held.pairs[lane] = held.wire.pair(body)
  return true
}

/** Each connection iterates over the tokens from a different start. */
const question = (by: 'verify' | 'introspect', which: keyof Held['tokens']): Operation => {
  let asked = 0
  return async ({ wire, tokens }, connection, lane) => {
    const all = tokens[which]
    const answer = await connection.send(wire[by].ask(all[(asked++ + lane) % all.length]!))
    if (answer.status >= 500 || wire[by].isGood(answer) !== (which === 'good'))
      throw new Error(`${by} of a token that is ${which} answered ${answer.status} ${answer.body}`)
    return true
  }
}

const document =
  (name: 'jwks' | 'discovery' | 'health'): Operation =>
  async ({ wire }, connection) => {
    await expectStatus(connection, wire[name])
    return true
  }

const credentials: Operation = async ({ wire }, connection, lane) => {
  await expectStatus(connection, wire.credentials(lane))
  return true
}

const issueAndRevoke: Operation = async ({ wire }, connection, lane) => {
  const { access } = wire.pair((await expectStatus(connection, wire.revocable(lane))).body)
  await expectStatus(connection, wire.revoke(access, lane))
  const answer = await connection.send(wire.introspect.ask(access))
  if (answer.status >= 500 || wire.introspect.isGood(answer))
    throw new Error(`a token given back was answered ${answer.status} ${answer.body}`)
  return true
}

const pairs = ['pairs'] as const

export const workloads = {
  W1: { title: 'W1 sign-in', connections: 8, needs: [], operation: signIn },
  W2: { title: 'W2 refresh', connections: 32, needs: pairs, operation: refresh },
  'W2 one': { title: 'W2 one at a time', connections: 1, needs: pairs, operation: refresh },
  'W2 quiet': { title: 'W2, 16 connections', connections: 16, needs: pairs, operation: refresh },
  'W2 storm': { title: 'W2, 8 sign-ins in flight', connections: 16, needs: pairs, operation: refresh, signIns: 8 },
  'W3 good': { title: 'W3 verify', connections: 32, needs: ['good'], operation: question('verify', 'good') },
  'W3 introspect': {
    title: 'W3 introspect',
    connections: 32,
    needs: ['good'],
    operation: question('introspect', 'good'),
  },
  'W3 expired': { title: 'W3 expired', connections: 32, needs: ['expired'], operation: question('verify', 'expired') },
  'W3 revoked': { title: 'W3 revoked', connections: 32, needs: ['revoked'], operation: question('verify', 'revoked') },
  'W4 JWKS': { title: 'W4 JWKS', connections: 32, needs: [], operation: document('jwks') },
  'W4 discovery': { title: 'W4 discovery', connections: 32, needs: [], operation: document('discovery') },
  'W4 health': { title: 'W4 health', connections: 32, needs: [], operation: document('health') },
  W5: { title: 'W5 client credentials', connections: 32, needs: [], operation: credentials },
  W6: { title: 'W6 issue, revoke, denied', connections: 32, needs: [], operation: issueAndRevoke },
} as const satisfies Record<string, Workload>

export type WorkloadName = keyof typeof workloads
export const workloadNames = Object.keys(workloads) as WorkloadName[]
