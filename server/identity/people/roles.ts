// Roles: named sets of permissions. A change of a role changes the claims of every holder's tokens, so it makes these
// tokens stale, under the role's name that they carry.
import type { Actor } from '../../policy/actor.js'
import { isPermission, isRoleName, mostPermissions } from '../../policy/permissions.js'
import { checkAll } from '../../protocol/check-all.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import { problem } from '../../protocol/problems.js'
import { type Database, isDuplicate, type Queries } from '../../storage/database.js'
import type { ListedRole, RoleRecord, RoleStore } from '../../storage/roles.js'
import type { Change, Changes } from '../../tokens/changes.js'
import type { ActorRights } from '../rights.js'

export type { ListedRole, RoleRecord }

export type RolesDeps = { database: Database; roleStore: RoleStore; rights: ActorRights; changes: Changes }

export type RoleChanges = { newName?: string | undefined; permissions?: readonly string[] | undefined }

export function createRoles({ database, roleStore, rights, changes }: RolesDeps) {
  /** Locks a role that is not built in, for an actor who holds all of its permissions, before and after. */
  async function lock(tx: Queries, name: string, actor: Actor, after: readonly string[] = []): Promise<RoleRecord> {
    const role = await roleStore.lock(tx, name)
    if (!role) throw refuse('not_found', { problem: problem('unknown_role', { name }) })
    await rights.requireGiving(tx, actor, new Set([...role.permissions, ...after]))
    if (role.builtIn) throw refuse('built_in_role')
    return role
  }

  async function setPermissions(
    tx: Queries,
    { name, permissions }: RoleRecord,
    after: readonly string[],
    { record, note }: Change,
  ): Promise<void> {
    await roleStore.setPermissions(tx, name, after)
    await record('role_changed', { subject: name })
    note({ action: 'role_changed', subject: name, before: { permissions }, after: { permissions: after } })
  }

  async function rename(tx: Queries, name: string, newName: string, { record, note }: Change): Promise<void> {
    await roleStore.rename(tx, name, newName)
    // The entry names the old role: live tokens carry that name.
    await record('role_renamed', { subject: name })
    note({ action: 'role_renamed', subject: newName, before: { name }, after: { name: newName } })
  }

  /** Creates a role within a larger transaction. @param given as `readPermissions` returns them */
  async function createIn(
    tx: Queries,
    { note }: Change,
    name: string,
    given: readonly string[],
    actor: Actor,
  ): Promise<void> {
    await rights.requireGiving(tx, actor, new Set(given))
    await roleStore.insert(tx, { name, permissions: [...given], builtIn: false })
    note({ action: 'role_created', subject: name, after: { permissions: given } })
  }

  /**
   * Renames a role, changes its permissions, or both, within a larger transaction, which may have locked the role
   * already.
   */
  async function updateIn(
    tx: Queries,
    change: Change,
    name: string,
    { newName = name, permissions: after }: RoleChanges,
    actor: Actor,
  ): Promise<void> {
    const role = await lock(tx, name, actor, after)
    if (after && after.join() !== role.permissions.join()) await setPermissions(tx, role, after, change)
    if (newName !== name) await rename(tx, name, newName, change)
  }

  async function removeIn(tx: Queries, { record, note }: Change, name: string, actor: Actor): Promise<void> {
    const { permissions } = await lock(tx, name, actor)
    await roleStore.delete(tx, name)
    await record('role_deleted', { subject: name })
    note({ action: 'role_deleted', subject: name, before: { permissions } })
  }

  return {
    createIn,
    updateIn,
    removeIn,

    /** All roles, each with the number of its holders. */
    list: (): Promise<ListedRole[]> => roleStore.list(database),

    /** All roles by name, to choose from. */
    all: (): Promise<RoleRecord[]> => roleStore.all(database),

    /** @throws not_found */
    async require(name: string): Promise<ListedRole> {
      const found = (await roleStore.list(database)).find(role => role.name === name)
      if (!found) throw refuse('not_found', { problem: problem('unknown_role', { name }) })
      return found
    },

    /** Validates the form of a new role. @throws invalid_fields with all problems */
    async check(name: string, permissions: readonly string[]): Promise<void> {
      await checkAll(
        () => requireRoleName(name),
        async () => {
          if ((await roleStore.list(database)).some(role => role.name === name)) throw nameTaken()
        },
        () => readPermissions(permissions),
      )
    },

    /** @throws invalid_fields, permission_denied */
    async create(name: string, permissions: readonly string[], actor: Actor): Promise<void> {
      const [, given] = await checkAll(
        () => requireRoleName(name),
        () => readPermissions(permissions),
      )
      try {
        await changes.run(actor, (tx, change) => createIn(tx, change, name, given, actor))
      } catch (error) {
        throw isDuplicate(error) ? nameTaken() : error
      }
    },

    /**
     * Renames a role, changes its permissions, or both.
     * @throws invalid_fields, not_found, built_in_role, permission_denied
     */
    async update(name: string, { newName = name, permissions }: RoleChanges, actor: Actor): Promise<void> {
      if (newName !== name) requireRoleName(newName)
      const after = permissions && readPermissions(permissions)
      try {
        const wanted = { newName, permissions: after }
        await changes.run(actor, (tx, change) => updateIn(tx, change, name, wanted, actor), { roles: [name] })
      } catch (error) {
        throw isDuplicate(error) ? nameTaken() : error
      }
    },

    /** @throws not_found, built_in_role, permission_denied */
    remove: (name: string, actor: Actor): Promise<void> =>
      changes.run(actor, (tx, change) => removeIn(tx, change, name, actor), { roles: [name] }),
  }
}

export type Roles = ReturnType<typeof createRoles>

/** @throws invalid_fields */
function requireRoleName(name: string): void {
  if (!isRoleName(name)) throw refuseField('name', 'role_name')
}

/** Permissions sorted, without duplicates. @throws invalid_fields */
function readPermissions(permissions: readonly string[]): string[] {
  const wrong = permissions.find(permission => !isPermission(permission))
  if (wrong !== undefined) throw refuseField('permissions', 'no_permission', { name: wrong.slice(0, 100) })
  const each = [...new Set(permissions)].sort()
  if (each.length > mostPermissions)
    throw refuseField('permissions', 'too_many_permissions', { count: mostPermissions })
  return each
}

function nameTaken() {
  return refuseField('name', 'role_name_taken')
}
