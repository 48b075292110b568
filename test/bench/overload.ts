// Load shedding: `npm run bench:overload -- [--seconds 6]`. One server with its store on core 0, as in bench.ts. Its
// capacity is measured first in a closed loop, where each connection waits for its answer; then requests are sent in an
// open loop at a fixed rate. Goals at twice the capacity: admitted requests take at most twice as long as at capacity,
// and refused ones get 503 with Retry-After within 50 ms. QUICK=1 is a smoke test without meaningful figures.
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { removeFolders } from '../support/engines.js'
import { type Answer, aConnection, type Connection } from './connection.js'
import { pin, whyNotPinned } from './pinning.js'
import { people, quick } from './stack-names.js'
import { startStack } from './stacks.js'
import { type Pair, wires } from './wires.js'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: quick ? '0.3' : '6' } } })
const milliseconds = Number(values.seconds) * 1_000

const wire = wires.darvoza
/** Number of connections in the closed loop, enough to keep the server busy. */
const closed = 32
/** The maximum number of requests in flight in the open loop. */
const lanes = quick ? 40 : 400
/** Interval between bursts, ms. */
const tick = 1

type Lane = { connection: Connection; pair: Pair }
type Outcome = { admitted: number[]; refused: number[]; unsent: number; seconds: number }

const held: Lane[] = []
const whyNot = whyNotPinned()
if (whyNot === null) pin(process.pid, 0)
const stack = await startStack.darvoza(quick ? 4 : 10)
if (whyNot === null) pin(process.pid, 1)
try {
  const all = await Promise.all(Array.from({ length: lanes }, (_, index) => aLane(index)))
  held.push(...all)
  const once = all.slice(0, closed)
  await closedLoop(once, quick ? 100 : 10_000)
  const capacity = await closedLoop(once, milliseconds)
  const rate = capacity.admitted.length / capacity.seconds
  console.log(`${new Date().toISOString()}, node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`)
  console.log(whyNot === null ? 'server and store on core 0, who asks on core 1' : `NOT PINNED: ${whyNot}`)
  console.log(`\n| refreshes | let in /s | p50 ms | p99 | refused /s | heard after p50 ms | p99 | max |`)
  console.log('|---|---|---|---|---|---|---|---|')
  print(`${closed} connections that wait`, capacity)
  const atCapacity = await openLoop(all, rate)
  print('at that rate', atCapacity)
  const atTwice = await openLoop(all, 2 * rate)
  print('at twice that rate', atTwice)
  print('at four times', await openLoop(all, 4 * rate))
  const [before, after] = [atCapacity, atTwice].map(({ admitted }) => quantile(admitted, 0.5))
  console.log(`\nlet in at twice the capacity ÷ at capacity, p50: ${(after! / before!).toFixed(2)} (goal 2)`)
  console.log(`refused within, p99: ${quantile(atTwice.refused, 0.99).toFixed(0)} ms (goal 50)`)
} finally {
  for (const { connection } of held) connection.close()
  await stack.stop()
  removeFolders()
}
process.exit(0)

async function aLane(index: number): Promise<Lane> {
  const connection = await aConnection(stack.port)
  for (;;) {
    const { status, head, body } = await connection.send(wire.signIn(index % people))
    if (status === 200) return { connection, pair: wire.pair(body) }
    if (status !== 503) throw new Error(`a sign-in answered ${status} ${body}`)
    await new Promise(resolve => setTimeout(resolve, 1_000 * Number(/\r\nretry-after: *(\d+)/i.exec(head)![1])))
  }
}

async function refresh(lane: Lane, into: Outcome): Promise<void> {
  const startedAt = performance.now()
  const answer = await lane.connection.send(wire.refresh(lane.pair.refresh))
  const ms = performance.now() - startedAt
  if (answer.status === 200) {
    into.admitted.push(ms)
    lane.pair = wire.pair(answer.body)
  } else if (isRefusal(answer)) into.refused.push(ms)
  else throw new Error(`a refresh answered ${answer.status} ${answer.body}`)
}

function isRefusal({ status, head }: Answer): boolean {
  return status === 503 && /\r\nretry-after: *\d/i.test(head)
}

async function closedLoop(lanes: readonly Lane[], ms: number): Promise<Outcome> {
  const outcome: Outcome = { admitted: [], refused: [], unsent: 0, seconds: 0 }
  const startedAt = performance.now()
  const until = startedAt + ms
  await Promise.all(
    lanes.map(async lane => {
      while (performance.now() < until) await refresh(lane, outcome)
    }),
  )
  outcome.seconds = (performance.now() - startedAt) / 1_000
  return outcome
}

/** Sends `rate` requests a second. A request without an idle connection is not sent, but counted. */
async function openLoop(lanes: readonly Lane[], rate: number): Promise<Outcome> {
  // A short period without measurement, until load shedding has settled.
  await during(lanes, rate, Math.min(milliseconds, 2_000))
  return during(lanes, rate, milliseconds)
}

async function during(lanes: readonly Lane[], rate: number, ms: number): Promise<Outcome> {
  const outcome: Outcome = { admitted: [], refused: [], unsent: 0, seconds: ms / 1_000 }
  const idle = [...lanes]
  const under = new Set<Promise<void>>()
  const startedAt = performance.now()
  let due = 0
  while (performance.now() < startedAt + ms) {
    for (; due < ((performance.now() - startedAt) * rate) / 1_000; due++) {
      const lane = idle.shift()
      if (!lane) {
        outcome.unsent++
        continue
      }
      const sent: Promise<void> = refresh(lane, outcome).then(() => {
        idle.push(lane)
        under.delete(sent)
      })
      under.add(sent)
    }
    await new Promise(resolve => setTimeout(resolve, tick))
  }
  await Promise.all(under)
  return outcome
}

function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function print(title: string, { admitted, refused, unsent, seconds }: Outcome): void {
  const shown = (times: readonly number[], ...shares: number[]) =>
    shares.map(share => (times.length === 0 ? '–' : quantile(times, share).toFixed(1))).join(' | ')
  const rest = unsent > 0 ? ` (${unsent} not sent)` : ''
  console.log(
    `| ${title}${rest} | ${Math.round(admitted.length / seconds)} | ${shown(admitted, 0.5, 0.99)} | ${Math.round(refused.length / seconds)} | ${shown(refused, 0.5, 0.99, 1)} |`,
  )
}
