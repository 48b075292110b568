// Writes the differences of a configuration file, in a transaction that has computed them under locks.
import type { Actor } from '../../policy/actor.js'
import { withdrawnScopes } from '../../policy/reduced-rights.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Queries } from '../../storage/database.js'
import type { LogHeadStore } from '../../storage/log-heads.js'
import type { RoleStore } from '../../storage/roles.js'
import type { Change } from '../../tokens/changes.js'
import type { ApplicationSecretChanges } from '../applications/application-secret-changes.js'
import type { Applications } from '../applications/applications.js'
import type { Roles } from '../people/roles.js'
import { type ApplicationDifference, type Differences, type Present, whole } from './differences.js'
import type { Wanted } from './wanted.js'

export type ConfigurationWritingDeps = {
  roleStore: RoleStore
  applicationStore: ApplicationStore
  logHeadStore: LogHeadStore
  secretChanges: ApplicationSecretChanges
  roles: Roles
  applications: Applications
}

export function createConfigurationWriting(deps: ConfigurationWritingDeps) {
  const { roleStore, applicationStore, logHeadStore, secretChanges, roles, applications } = deps

  async function writeRoles(tx: Queries, change: Change, { roles: each }: Differences, actor: Actor): Promise<void> {
    for (const { name, act, after } of each) {
      if (act === 'create') await roles.createIn(tx, change, name, after!, actor)
      else if (act === 'change') await roles.updateIn(tx, change, name, { permissions: after! }, actor)
      else await roles.removeIn(tx, change, name, actor)
    }
  }

  /** @returns the secret that was generated for the application, or null */
  async function writeApplication(
    tx: Queries,
    change: Change,
    { id, act }: ApplicationDifference,
    present: Present,
    wanted: Wanted,
    actor: Actor,
  ): Promise<string | null> {
    if (act === 'delete') {
      await applications.removeIn(tx, change, id, actor)
      return null
    }
    const one = wanted.applications!.get(id)!
    const before = present.applications.get(id) ?? null
    const { active, ...after } = whole(one, before)
    if (before === null) {
      const given = one.secret ?? true
      const made = await applications.createIn(tx, change, { id, ...after }, after.origin, actor, given)
      if (!active) await applications.setActiveIn(tx, change, id, false, actor)
      return one.secret === null ? made.secret : null
    }
    await applications.changeIn(tx, change, before, after, actor, one.secret !== null)
    if (one.secret !== null) await secretChanges.importSecret(tx, change, id, one.secret)
    await applications.setActiveIn(tx, change, id, active, actor)
    return null
  }

  return {
    /**
     * Locks all rows that a trigger may lock before the heads of the logs, each kind in the order of its names; then
     * both heads.
     */
    async lock(tx: Queries, differences: Differences, wanted: Wanted): Promise<void> {
      await roleStore.lockAll(
        tx,
        differences.roles.map(one => one.name),
      )
      const ids = differences.applications.map(one => one.id)
      const taken: string[] = []
      for (const before of await applicationStore.some(tx, ids)) {
        const one = wanted.applications?.get(before.id)
        const after = one ? whole(one, before) : { ...before, active: false }
        taken.push(...withdrawnScopes(before, after))
      }
      await applicationStore.lockAll(tx, [...ids, ...(await applicationStore.applicationsWithScopes(tx, taken))])
      await logHeadStore.lock(tx)
    },

    /**
     * Writes roles and applications; `policies.setIn` writes the policy.
     * @returns generated secrets, by the ids of their applications
     */
    async write(
      tx: Queries,
      change: Change,
      differences: Differences,
      present: Present,
      wanted: Wanted,
      actor: Actor,
    ): Promise<Map<string, string>> {
      await writeRoles(tx, change, differences, actor)
      const secrets = new Map<string, string>()
      for (const one of inOrder(differences, present, wanted)) {
        const secret = await writeApplication(tx, change, one, present, wanted, actor)
        if (secret !== null) secrets.set(one.id, secret)
      }
      return secrets
    },
  }
}

export type ConfigurationWriting = ReturnType<typeof createConfigurationWriting>

/**
 * Order of writing: a resource identifier is released before another application takes it, and scopes exist before an
 * application asks for them.
 */
function inOrder({ applications }: Differences, present: Present, wanted: Wanted): ApplicationDifference[] {
  const rank = ({ id, act }: ApplicationDifference) => {
    const [had, has] = [present.applications.get(id)?.resource ?? null, wanted.applications?.get(id)?.resource ?? null]
    if (act === 'delete') return 0
    if (had !== null && had !== has) return 1
    return has !== null ? 2 : 3
  }
  return applications.toSorted((one, other) => rank(one) - rank(other))
}
