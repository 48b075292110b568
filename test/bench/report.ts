// The report of `npm run bench` in Markdown: each workload at each server, then the goals.
import type { Figures } from './driver.js'
import { goals, type Measured, verdict } from './goals.js'
import type { Stack } from './stacks.js'
import { type WorkloadName, workloads } from './workloads.js'

const two = (value: number | null | undefined) => (value == null ? '' : value.toFixed(2))
/** Milliseconds and rates, with three significant digits. */
const three = (value: number) =>
  !Number.isFinite(value)
    ? ''
    : value >= 100
      ? String(Math.round(value))
      : value.toPrecision(Math.max(1, Math.min(3, value < 1 ? 2 : 3)))

const rowOf = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`

export function printFigures({ figures, bcrypt }: Measured, stacks: readonly Stack[]): void {
  console.log(
    '\n| | | /s | ours ÷ it | p50 ms | p95 | p99 | CPU ms per 1,000 | its ÷ ours | sign-ins/s |\n|---|---|---|---|---|---|---|---|---|---|',
  )
  for (const [workload, by] of Object.entries(figures) as [WorkloadName, NonNullable<Measured['figures']['W1']>][]) {
    for (const { name, title } of stacks) {
      const one = by[name]
      if (one) console.log(rowOf([workloads[workload].title, title, ...cellsOf(one, by.darvoza)]))
    }
    if (workload === 'W1' && bcrypt !== null) {
      const ratio = two(by.darvoza && by.darvoza.rate / bcrypt)
      console.log(rowOf([workloads.W1.title, 'bcrypt alone', three(bcrypt), ratio, ...Array(6).fill('')]))
    }
  }
}

function cellsOf({ rate, p50, p95, p99, cpu, refused, signIns }: Figures, ours: Figures | undefined): string[] {
  const told = refused > 0 ? ` (${refused} told to wait)` : ''
  const beside = signIns && `${three(signIns.rate)}${signIns.refused > 0 ? ` (${signIns.refused} told to wait)` : ''}`
  // With concurrent sign-ins the processor time cannot be attributed.
  const cost = signIns ? ['', ''] : [three(cpu), two(ours && cpu / ours.cpu)]
  return [
    `${three(rate)}${told}`,
    two(ours && ours.rate / rate),
    three(p50),
    three(p95),
    three(p99),
    ...cost,
    beside ?? '',
  ]
}

export type Memory = { server: number; tree: number; store: number }

export function printMemory(memory: ReadonlyMap<Stack, Memory>): void {
  const mega = (bytes: number) => Math.round(bytes / 1e6)
  console.log('\n| resident MB after W2 | server process | with all it started | its store |\n|---|---|---|---|')
  for (const [{ title }, { server, tree, store }] of memory)
    console.log(rowOf([title, mega(server), mega(tree), mega(store)]))
}

export function printKit(kit: NonNullable<Measured['kit']>): void {
  console.log('\n| a resource server verifies | CPU µs | `jose.jwtVerify` of a good token ÷ it |\n|---|---|---|')
  for (const [name, micro] of Object.entries(kit)) console.log(rowOf([name, three(micro), two(kit.jose / micro)]))
}

export function printGoals(measured: Measured): void {
  console.log('\n| goal | against | must | aim | measured | |\n|---|---|---|---|---|---|')
  for (const goal of goals) {
    const ratio = goal.ratio(measured)
    const sign = goal.isAtMost ? '≤ ' : ''
    const cells = [goal.what, goal.against, `${sign}${goal.must}`, `${sign}${goal.aim}`, two(ratio) || '–']
    console.log(rowOf([...cells, verdict(goal, ratio)]))
  }
}
