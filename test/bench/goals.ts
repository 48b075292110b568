// The goals of `npm run bench`: ratios of medians of one run.
import type { Figures } from './driver.js'
import type { KitContender } from './kit.js'
import type { StackName } from './stack-names.js'
import type { WorkloadName } from './workloads.js'

/** All measurements of one run; parts that were left out are absent. */
export type Measured = {
  /** Medians by workload and server. */
  figures: Partial<Record<WorkloadName, Partial<Record<StackName, Figures>>>>
  /** Password comparisons a second by bcrypt alone on the same core. */
  bcrypt: number | null
  /** Resident bytes of the server process after W2. */
  resident: Partial<Record<StackName, number>>
  /** Processor time of a verification, µs. */
  kit: Record<KitContender, number> | null
}

type Goal = {
  what: string
  against: string
  must: number
  aim: number
  /** Smaller is better. */
  isAtMost?: true
  /** null if not measured in this run. */
  ratio: (measured: Measured) => number | null
}

const over = (one: number | null | undefined, other: number | null | undefined): number | null =>
  one == null || other == null ? null : one / other

/** The rate of this server divided by the peer's. */
const faster =
  (workload: WorkloadName, peer: StackName) =>
  ({ figures }: Measured) =>
    over(figures[workload]?.darvoza?.rate, figures[workload]?.[peer]?.rate)

function bestPeer({ figures }: Measured, workload: WorkloadName): number | null {
  const { darvoza: _, ...peers } = figures[workload] ?? {}
  const rates = Object.values(peers).map(({ rate }) => rate)
  return rates.length > 0 ? Math.max(...rates) : null
}

const oidc = 'oidc-provider'
const documents = (['W4 JWKS', 'W4 discovery', 'W4 health'] as const).map(workload => ({
  ...{ what: workload, against: oidc, must: 1.5, aim: 3, ratio: faster(workload, 'oidc') },
}))

export const goals: readonly Goal[] = [
  { what: 'W2 refresh', against: 'node-oauth2-server', must: 1.5, aim: 2.2, ratio: faster('W2', 'node-oauth') },
  { what: 'W2 refresh', against: oidc, must: 2.5, aim: 3.5, ratio: faster('W2', 'oidc') },
  {
    ...{ what: 'W2 one at a time, p50', against: oidc, must: 1, aim: 0.8, isAtMost: true },
    ratio: ({ figures: { 'W2 one': one } }) => over(one?.darvoza?.p50, one?.oidc?.p50),
  },
  {
    ...{ what: 'W2, 8 sign-ins in flight', against: 'the best peer', must: 20, aim: 40 },
    ratio: measured => over(measured.figures['W2 storm']?.darvoza?.rate, bestPeer(measured, 'W2 storm')),
  },
  {
    ...{ what: 'its p99', against: 'our own without sign-ins', must: 3, aim: 2, isAtMost: true },
    ratio: ({ figures }) => over(figures['W2 storm']?.darvoza?.p99, figures['W2 quiet']?.darvoza?.p99),
  },
  {
    ...{ what: 'its sign-ins', against: 'bcrypt alone', must: 0.4, aim: 0.6 },
    ratio: ({ figures, bcrypt }) => over(figures['W2 storm']?.darvoza?.signIns?.rate, bcrypt),
  },
  {
    what: 'W3 verify, seen before',
    against: `${oidc} introspection`,
    must: 2,
    aim: 5,
    ratio: faster('W3 good', 'oidc'),
  },
  ...documents,
  { what: 'W5 client credentials', against: oidc, must: 1.6, aim: 2.2, ratio: faster('W5', 'oidc') },
  { what: 'W6 issue, revoke, denied', against: oidc, must: 1.5, aim: 2, ratio: faster('W6', 'oidc') },
  {
    ...{ what: 'W1 sign-in alone', against: 'bcrypt alone', must: 0.93, aim: 0.98 },
    ratio: ({ figures, bcrypt }) => over(figures.W1?.darvoza?.rate, bcrypt),
  },
  {
    ...{ what: 'memory of the server process', against: oidc, must: 1, aim: 0.6, isAtMost: true },
    ratio: ({ resident }) => over(resident.darvoza, resident.oidc),
  },
  {
    ...{ what: 'kit, log and lease, not seen before', against: '`jose.jwtVerify`', must: 1, aim: 1 },
    ratio: ({ kit }) => over(kit?.jose, kit?.['the kit']),
  },
  {
    ...{ what: 'kit, log and lease, seen before', against: '`jose.jwtVerify`', must: 1, aim: 3 },
    ratio: ({ kit }) => over(kit?.jose, kit?.['the kit, remembered']),
  },
]

/** @returns a word for the report, empty if not measured */
export function verdict({ must, aim, isAtMost }: Goal, ratio: number | null): string {
  if (ratio === null) return ''
  const reaches = (bound: number) => (isAtMost ? ratio <= bound : ratio >= bound)
  return reaches(aim) ? 'aim' : reaches(must) ? 'must' : 'missed'
}
