// The command line options of `npm run bench`: workloads, duration, peers.
import { parseArgs } from 'node:util'
import { policyTable } from '../../server/policy/policies.js'
import { quick, type StackName, stackNames } from './stack-names.js'
import { type WorkloadName, workloadNames } from './workloads.js'

export type BenchOptions = {
  workloads: WorkloadName[]
  /** Whether verification by the kit is measured. */
  kit: boolean
  /** This server first. */
  stacks: StackName[]
  rounds: number
  /** Duration of each round. */
  milliseconds: number
  /** The bcrypt cost of passwords at every server. */
  cost: number
}

const words = (text: string) => text.split(',').map(word => word.trim())
/** `W2` selects all workloads whose name begins with it. */
const stands = (word: string, name: string) => name === word || name.startsWith(`${word} `)

/** @throws Error for an unknown workload or peer */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: [...workloadNames, 'kit'].join(',') },
      rounds: { type: 'string', default: quick ? '1' : '5' },
      seconds: { type: 'string', default: quick ? '0.1' : '3' },
      cost: { type: 'string', default: quick ? '4' : '10' },
      peers: { type: 'string', default: stackNames.filter(name => name !== 'darvoza').join(',') },
    },
  })
  const [only, peers] = [words(values.only), words(values.peers)]
  for (const word of only)
    if (word !== 'kit' && !workloadNames.some(name => stands(word, name)))
      throw new Error(`There is no workload ${word}; there are ${workloadNames.join(', ')} and kit`)
  for (const word of peers)
    if (word !== '' && !stackNames.includes(word as StackName)) throw new Error(`There is no peer ${word}`)
  const [rounds, seconds, cost] = [values.rounds, values.seconds, values.cost].map(Number) as [number, number, number]
  if (!Number.isInteger(rounds) || rounds < 1 || !(seconds > 0)) throw new Error('--rounds and --seconds are numbers')
  const { min, max } = policyTable.password_cost
  if (!Number.isInteger(cost) || cost < min || cost > max) throw new Error(`--cost is a number from ${min} to ${max}`)
  return {
    workloads: workloadNames.filter(name => only.some(word => stands(word, name))),
    kit: only.includes('kit'),
    stacks: stackNames.filter(name => name === 'darvoza' || peers.includes(name)),
    rounds,
    milliseconds: seconds * 1_000,
    cost,
  }
}
