// Comparison with peers:
// `npm run bench -- [--only W2,W4,kit] [--rounds 5] [--seconds 3] [--cost 10] [--peers oidc,node-oauth]`.
// All servers run at once and are measured in turns, round by round, so that the ratios hold on a busy machine.
// Servers, workers and stores run on core 0, the load generator on core 1. QUICK=1 is a smoke test without meaningful
// figures.
import { type ChildProcess, fork } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import bcrypt from 'bcrypt'
import { median } from '../support/bursts.js'
import { removeFolders } from '../support/engines.js'
import { closeFakeIssuers } from '../support/fake-issuer.js'
import { ended } from '../support/mariadb.js'
import { residentBytes, residentBytesOfTree } from '../support/process-tree.js'
import { readBenchOptions } from './bench-options.js'
import type { Figures, Order } from './driver.js'
import type { Measured } from './goals.js'
import { measureKit } from './kit.js'
import { pin, whyNotPinned } from './pinning.js'
import { type Memory, printFigures, printGoals, printKit, printMemory } from './report.js'
import { password, quick, type StackName } from './stack-names.js'
import { type Stack, startStack } from './stacks.js'
import { type WorkloadName, workloads } from './workloads.js'

const options = readBenchOptions(process.argv.slice(2))
const { rounds, milliseconds, cost } = options
const [serverCore, driverCore] = [0, 1]
/** Warm-up before each workload, ms, so that V8 has compiled the hot code. */
const warmUp = 5_000

const whyNot = whyNotPinned()
// Before servers are started: they inherit the core and size their thread pools by it.
if (whyNot === null) pin(process.pid, serverCore)
const stacks: Stack[] = []
const memory = new Map<Stack, Memory>()
const measured: Measured = { figures: {}, bcrypt: null, resident: {}, kit: null }
const hash = await bcrypt.hash(password, cost)
/** bcrypt alone is measured in turns with the first workload that is compared with it. */
const besideBcrypt = (['W1', 'W2 storm'] as const).find(name => options.workloads.includes(name))
const driver = await startDriver()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().then(() => process.exit(1)))

try {
  if (options.workloads.length > 0)
    stacks.push(...(await Promise.all(options.stacks.map(name => startStack[name](cost)))))
  printHead()
  for (const workload of options.workloads) {
    measured.figures[workload] = await takeTurns(workload)
    if (workload === 'W2') weigh()
  }
  if (options.kit) {
    const order = quick ? { rounds: 1, perRound: 50, entries: 100 } : { rounds: 15, perRound: 1_000, entries: 100_000 }
    measured.kit = (await measureKit(order)).figures
  }
  printFigures(measured, stacks)
  if (memory.size > 0) printMemory(memory)
  if (measured.kit) printKit(measured.kit)
  printGoals(measured)
  console.log(`\nload ${loadavg()[0]!.toFixed(1)} at the end`)
} finally {
  await stop()
}
process.exit(0)

async function stop(): Promise<void> {
  driver.removeAllListeners('exit')
  await ended(driver, 'SIGKILL')
  for (const stack of stacks) await stack.stop()
  await closeFakeIssuers()
  removeFolders()
}

function printHead(): void {
  const model = cpus()[0]?.model.trim()
  console.log(`${new Date().toISOString()}, node ${process.version}, ${model}, load ${loadavg()[0]!.toFixed(1)}`)
  console.log(
    whyNot === null
      ? `servers, workers and stores on core ${serverCore}, the load driver on core ${driverCore}`
      : `NOT PINNED to cores, read ratios alone: ${whyNot}`,
  )
  console.log(`${rounds} rounds in turns of ${milliseconds / 1_000} s each, medians; bcrypt at cost ${cost}`)
}

/** A warm-up round of each server, then rounds in turns: A B C A B C. */
async function takeTurns(workload: WorkloadName): Promise<Partial<Record<StackName, Figures>>> {
  const seen = new Map(stacks.map(stack => [stack, [] as Figures[]]))
  const alone: number[] = []
  process.stderr.write(`${workloads[workload].title} …\n`)
  if (!quick) for (const stack of stacks) await ask(stack, workload, warmUp)
  for (let round = 0; round < rounds; round++) {
    for (const [stack, all] of seen) all.push(await ask(stack, workload, milliseconds))
    if (workload === besideBcrypt) alone.push(await bcryptAlone())
  }
  if (alone.length > 0) measured.bcrypt = median(alone)
  return Object.fromEntries([...seen].map(([{ name }, all]) => [name, medians(all)]))
}

function ask({ name, port, pid, storePid, expired }: Stack, workload: WorkloadName, ms: number): Promise<Figures> {
  const order: Order = {
    ...{ stack: name, port, roots: [pid, storePid], workload, expired, milliseconds: ms },
    connections: quick ? 4 : 32,
  }
  return new Promise((resolve, reject) => {
    driver.once('message', (answer: { figures: Figures } | { failed: string }) => {
      if ('figures' in answer) resolve(answer.figures)
      else reject(new Error(answer.failed))
    })
    driver.send(order)
  })
}

function medians(all: readonly Figures[]): Figures {
  const of = (pick: (figures: Figures) => number) => median(all.map(pick))
  const signIns = all[0]!.signIns && {
    rate: of(one => one.signIns!.rate),
    refused: of(one => one.signIns!.refused),
  }
  return {
    ...{ rate: of(one => one.rate), p50: of(one => one.p50), p95: of(one => one.p95), p99: of(one => one.p99) },
    ...{ cpu: of(one => one.cpu), refused: of(one => one.refused), signIns },
  }
}

/** Comparisons a second on the core of the servers, which are idle meanwhile. */
async function bcryptAlone(): Promise<number> {
  const startedAt = performance.now()
  let done = 0
  while (performance.now() < startedAt + milliseconds) {
    await bcrypt.compare(password, hash)
    done++
  }
  return (done * 1_000) / (performance.now() - startedAt)
}

function weigh(): void {
  for (const stack of stacks) {
    const server = residentBytes(stack.pid)
    measured.resident[stack.name] = server
    memory.set(stack, { server, tree: residentBytesOfTree(stack.pid), store: residentBytes(stack.storePid) })
  }
}

async function startDriver(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./driver.js', import.meta.url)))
  await new Promise(resolve => child.once('message', resolve))
  if (whyNot === null) pin(child.pid!, driverCore)
  child.once('exit', code => {
    if (code !== null) throw new Error(`the load driver ended with ${code}`)
  })
  return child
}
