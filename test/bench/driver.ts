// The load generator of bench.ts, in its own process, so that sending does not slow the measured server. It executes
// orders one by one and keeps the tokens between them.
import { setTimeout as pause } from 'node:timers/promises'
import { processorSeconds } from '../support/process-tree.js'
import { aConnection, type Connection } from './connection.js'
import { type Held, holding, prepare } from './prepared.js'
import type { StackName } from './stack-names.js'
import { wires } from './wires.js'
import { signIn, type Workload, type WorkloadName, workloads } from './workloads.js'

export type Order = {
  stack: StackName
  port: number
  /** Process ids of server and store; their processor time includes descendants. */
  roots: number[]
  workload: WorkloadName
  /** The maximum number of connections. */
  connections: number
  milliseconds: number
  /** An expired access token of this server, which cannot issue one with a lifetime of a second. */
  expired: string | null
}

/** `rate`: operations a second; p50 to p99: ms; `cpu`: processor ms for 1,000 operations. */
export type Figures = {
  rate: number
  p50: number
  p95: number
  p99: number
  cpu: number
  /** The number of operations refused with Retry-After. */
  refused: number
  /** Concurrent sign-ins, if any. */
  signIns: { rate: number; refused: number } | null
}

const heldBy = new Map<StackName, Held>()

function heldOf({ stack }: Order): Held {
  const held = heldBy.get(stack) ?? holding(wires[stack])
  heldBy.set(stack, held)
  return held
}

type Timed = { ms: number[]; refused: number }

async function run(order: Order): Promise<Figures> {
  const workload: Workload = workloads[order.workload]
  const held = heldOf(order)
  const count = Math.min(workload.connections, order.connections)
  for (const need of workload.needs) await prepare(need, held, order)
  const connections = await Promise.all(
    Array.from({ length: count + (workload.signIns ?? 0) }, () => aConnection(order.port)),
  )
  try {
    return await measure(workload, held, connections.slice(0, count), connections.slice(count), order)
  } finally {
    for (const one of connections) one.close()
  }
}

async function measure(
  { operation }: Workload,
  held: Held,
  connections: readonly Connection[],
  signingIn: readonly Connection[],
  { milliseconds, roots }: Order,
): Promise<Figures> {
  let stopped = false
  const timed: Timed = { ms: [], refused: 0 }
  const signIns: Timed = { ms: [], refused: 0 }
  const beside = signingIn.map((one, lane) =>
    keepOn(
      () => signIn(held, one, lane),
      () => stopped,
      signIns,
    ),
  )
  // Waits until all sign-ins are in flight.
  if (beside.length > 0) await pause(Math.min(1_000, milliseconds))
  Object.assign(signIns, { ms: [], refused: 0 })
  const spent = processorSeconds(...roots)
  const startedAt = performance.now()
  const isOver = () => performance.now() >= startedAt + milliseconds
  await Promise.all(connections.map((one, lane) => keepOn(() => operation(held, one, lane), isOver, timed)))
  const seconds = (performance.now() - startedAt) / 1_000
  const cost = processorSeconds(...roots) - spent
  const signedInMeanwhile = signIns.ms.length
  stopped = true
  await Promise.all(beside)
  const sorted = timed.ms.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return {
    ...{ rate: sorted.length / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99), refused: timed.refused },
    cpu: (cost * 1_000_000) / sorted.length,
    signIns: beside.length > 0 ? { rate: signedInMeanwhile / seconds, refused: signIns.refused } : null,
  }
}

async function keepOn(once: () => Promise<boolean>, isOver: () => boolean, into: Timed): Promise<void> {
  while (!isOver()) {
    const startedAt = performance.now()
    if (await once()) into.ms.push(performance.now() - startedAt)
    else into.refused++
  }
}

process.on('message', (order: Order) => {
  run(order).then(
    figures => process.send!({ figures }),
    error => process.send!({ failed: `${order.stack}, ${order.workload}: ${(error as Error).message}` }),
  )
})
process.on('disconnect', () => process.exit(0))
process.send!('ready')
