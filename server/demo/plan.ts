// The plan of a whole demo, made before any row is written: its users, and the life of each.

import { aLife, type DemoLife } from './lives.js'
import { aPerson, type DemoPerson } from './people.js'
import { seededRandom, uuidOf } from './seeded-random.js'
import type { DemoTimes } from './spans.js'

export type DemoUser = DemoPerson &
  DemoLife & {
    id: number
    roles: readonly string[]
    createdAt: number
  }

export type DemoPlan = { users: DemoUser[]; times: DemoTimes }

export type DemoOptions = {
  seed: string
  users: number
  sessions: number
  firstUserId: number
  times: DemoTimes
  applicationIds: readonly string[]
  longestUsername: number
}

/** Roles that are made where they are missing. */
export const demoRoles = {
  clerk: ['orders:read', 'orders:write'],
  accountant: ['invoices:read', 'invoices:write', 'orders:read'],
  driver: ['routes:read'],
  warehouse: ['stock:read', 'stock:write'],
  manager: ['invoices:read', 'orders:read', 'reports:read', 'stock:read'],
} as const satisfies Record<string, readonly string[]>

/** Roles of the users by weight. None is an administrator, as the last real one could then be demoted. */
const roleShares: readonly (readonly [readonly string[], number])[] = [
  [[], 520],
  [['clerk'], 240],
  [['driver'], 90],
  [['warehouse'], 80],
  [['accountant'], 35],
  [['manager'], 18],
  [['manager', 'accountant'], 6],
  [['support'], 6],
  [['clerk', 'support'], 2],
  [['auditor'], 3],
]

export function planDemo(options: DemoOptions): DemoPlan {
  const { seed, times, firstUserId } = options
  const counts = signInCounts(options)
  const taken = new Map<string, number>()
  let made = 0
  const rules = {
    times,
    applicationIds: options.applicationIds,
    reuse: Math.min(0.02, Math.max(0.0004, 8 / Math.max(1, options.sessions))),
    newId: () => uuidOf(seed, firstUserId, ++made),
  }
  const users = Array.from({ length: options.users }, (_, index): DemoUser => {
    const random = seededRandom(seed, 'user', index)
    const createdAt = createdAtOf(index, options)
    const person = aPerson(random, taken, options.longestUsername)
    // The third user is a helper, who ends sessions of others.
    const roles = index === 2 ? ['support'] : random.weighted(roleShares)
    return { ...person, id: firstUserId + index, roles, createdAt, ...aLife(random, rules, createdAt, counts[index]!) }
  })
  return { users, times }
}

/** Creation time by index, epoch ms: in the order of the ids, the last a few days ago. */
function createdAtOf(index: number, { users, times }: DemoOptions): number {
  const span = times.now - times.firstUser - 3 * 86_400_000
  return Math.floor(times.firstUser + span * ((index + 0.5) / users) ** 0.8)
}

/** Number of sign-ins of each user: none for some, a few for most, very many for a few; with exactly the wanted sum. */
function signInCounts({ seed, users, sessions }: DemoOptions): number[] {
  const random = seededRandom(seed, 'counts')
  const weights = Array.from({ length: users }, () => (random.chance(0.07) ? 0 : 0.3 + random.wait(1) ** 1.4))
  if (users > 0) weights[0] = 1
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  let given = 0
  return weights.map((weight, index) => {
    sum += weight
    const upto = index === users - 1 ? sessions : Math.round((sum / total) * sessions)
    const count = upto - given
    given = upto
    return count
  })
}
