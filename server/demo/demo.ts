// Fills an installation with invented users, so that its pages are not empty at first. The rows satisfy all invariants
// of rows that the server writes: numbers of the log, ends, generations, the hash chain of the audit log.

import { requireGoodPassword } from '../identity/people/password-rules.js'
import type { Hashing } from '../identity/sign-in/hashing.js'
import { ownApplicationId } from '../policy/application-metadata.js'
import { administratorRole } from '../policy/permissions.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { Tail } from '../revocation/tail.js'
import type { ApplicationStore, NewApplication } from '../storage/applications.js'
import type { AuditStore } from '../storage/audit.js'
import type { Database } from '../storage/database.js'
import type { FigureStore } from '../storage/figures.js'
import type { PolicyVersionStore } from '../storage/policy-versions.js'
import type { RevocationStore } from '../storage/revocations.js'
import type { RoleStore } from '../storage/roles.js'
import type { UserStore } from '../storage/users.js'
import type { AuditTrail } from '../tokens/audit-trail.js'
import type { Secrets } from '../tokens/secrets.js'
import { demoApplications } from './applications.js'
import { demoActor, historyOf } from './history.js'
import { type DemoPlan, demoRoles, planDemo } from './plan.js'
import { writePolicyChanges } from './policy-changes.js'
import { demoTimes } from './spans.js'
import { createWriteDemo, type DemoMade } from './write.js'

export type DemoDeps = {
  database: Database
  userStore: UserStore
  roleStore: RoleStore
  applicationStore: ApplicationStore
  policyVersionStore: PolicyVersionStore
  revocationStore: RevocationStore
  auditStore: AuditStore
  auditTrail: AuditTrail
  figureStore: FigureStore
  secrets: Secrets
  hashing: Hashing
  tail: Tail
  policy: PolicyInForce
  now: () => number
  random: (size: number) => Buffer
}

export type DemoOrder = {
  users: number
  sessions: number
  /** Seed of the random generator: the same seed makes the same users. */
  seed: string
  /** The password of all demo users; null: none can sign in. */
  password: string | null
  /** Progress callback, in rows. */
  onProgress?: (done: number, total: number) => void
}

export function createDemo(deps: DemoDeps) {
  const { database, userStore, roleStore, applicationStore, hashing, policy } = deps
  const write = createWriteDemo(deps)

  async function make({ users: userCount, sessions, seed, password, onProgress }: DemoOrder): Promise<DemoMade> {
    if (password !== null) requireGoodPassword(password, [], policy().password_min_length, 'password')
    // One hash for all users; without a password it is that of a random text.
    const passwordHash = await hashing.hash(password ?? deps.random(32).toString('base64url'), null)
    await deps.tail.readNow()
    const times = demoTimes(deps.now(), policy())
    await makeRoles()
    const made = await makeApplications(times.firstUser)
    const plan = planDemo({
      seed,
      users: userCount,
      sessions,
      times,
      longestUsername: Math.min(30, policy().username_max_length),
      firstUserId: await reserveIds(userCount),
      applicationIds: await idsInUse(),
    })
    const [administrator] = await database.transaction(tx => userStore.lockHolders(tx, administratorRole))
    const adminActor = administrator === undefined ? demoActor : `user:${administrator}`
    const history = historyOf(plan, {
      ...{ seed, adminActor, applications: made },
      policyChanges: await writePolicyChanges(deps, times),
    })
    await freeNames(plan)
    const rules = { passwordHash, grace: policy().reuse_grace * 1000, policyVersion: policy.eras().version }
    return write({ plan, history, seed }, rules, onProgress ?? (() => {}))
  }

  function makeRoles(): Promise<void> {
    return database.transaction(async tx => {
      for (const [name, permissions] of Object.entries(demoRoles))
        if (!(await roleStore.lock(tx, name)))
          await roleStore.insert(tx, { name, permissions: [...permissions], builtIn: false })
    })
  }

  /** Creates the demo's applications. @returns those that did not exist */
  function makeApplications(createdAt: number): Promise<NewApplication[]> {
    return database.transaction(async tx => {
      const missing: NewApplication[] = []
      for (const application of demoApplications(createdAt))
        if (!(await applicationStore.find(tx, application.id))) missing.push(application)
      for (const application of missing) await applicationStore.insert(tx, application)
      return missing
    })
  }

  /** Ids of the built-in application, and of those that users sign in to by codes. */
  async function idsInUse(): Promise<string[]> {
    const found = await applicationStore.some(database, await applicationStore.activeIds(database))
    const used = found.filter(({ id, metadata }) => {
      return id === ownApplicationId || metadata.grant_types?.includes('authorization_code')
    })
    return used.map(one => one.id).sort()
  }

  /** Reserves consecutive user ids. @returns the first one */
  function reserveIds(count: number): Promise<number> {
    return database.transaction(async tx => {
      const first = await userStore.nextId(tx)
      await userStore.nextId(tx, first + count - 1)
      return first
    })
  }

  /** Renames demo users whose name an existing user has. */
  async function freeNames({ users: people }: DemoPlan): Promise<void> {
    for (let from = 0; from < people.length; from += 500) {
      const some = people.slice(from, from + 500)
      const taken = await userStore.takenKeys(
        database,
        some.map(user => user.username),
      )
      for (const user of some) if (taken.has(user.username)) user.username = `${user.username.slice(0, 20)}.${user.id}`
    }
  }

  return {
    /** Whether there are users beside administrators. */
    hasPeople: (): Promise<boolean> => userStore.anyoneWithout(database, administratorRole),

    /** @throws invalid_fields, database_unavailable */
    make,
  }
}

export type Demo = ReturnType<typeof createDemo>
