// A user's access: roles, and permissions given directly, changed alone or both at once.
import type { Actor } from '../../policy/actor.js'
import type { AuditNote } from '../../policy/audit.js'
import { administratorRole, isPermission, rightsOf, rightsOfRoles } from '../../policy/permissions.js'
import { refuseField } from '../../protocol/errors.js'
import type { Queries } from '../../storage/database.js'
import type { UserRecord, UserStore } from '../../storage/users.js'
import type { Change } from '../../tokens/changes.js'
import type { ActorRights } from '../rights.js'
import type { NewUsers } from './new-users.js'

/** Roles, and permissions given to the user directly; left out: unchanged. */
export type Access = { roles?: readonly string[] | undefined; permissions?: readonly string[] | undefined }

type AccessNote = Omit<AuditNote, 'subject'>

export type UserChange = (tx: Queries, user: UserRecord, change: Change) => Promise<void>

/**
 * Changes one user under their row lock, by an actor who may act on them.
 * @throws not_found, permission_denied
 */
export type ChangeUser = (
  id: number,
  actor: Actor,
  work: UserChange,
  /** Roles that the change may give. */
  options?: { roles?: readonly string[] },
) => Promise<void>

export type UserAccessDeps = {
  userStore: UserStore
  newUsers: NewUsers
  rights: ActorRights
  change: ChangeUser
  /** @throws last_administrator */
  requireOtherAdministrator: (tx: Queries, user: UserRecord) => Promise<void>
}

export function createUserAccess({ userStore, newUsers, rights, change, requireOtherAdministrator }: UserAccessDeps) {
  /** @throws invalid_fields, not_found, last_administrator, permission_denied */
  const setRoles = (id: number, roles: string[], actor: Actor): Promise<void> => setAccess(id, { roles }, actor)

  /** Adds a role to those that the user has at that moment. @throws like setRoles */
  const addRole = (id: number, role: string, actor: Actor): Promise<void> =>
    changeAccess(id, ({ roles }) => ({ roles: [...roles, role] }), actor, [role])

  /** Removes a role. @throws like setRoles */
  const removeRole = (id: number, role: string, actor: Actor): Promise<void> =>
    changeAccess(id, ({ roles }) => ({ roles: roles.filter(one => one !== role) }), actor, [role])

  /**
   * Sets the permissions given directly, beside those of roles.
   * @throws invalid_fields, not_found, permission_denied
   */
  const setPermissions = (id: number, permissions: string[], actor: Actor): Promise<void> =>
    setAccess(id, { permissions }, actor)

  /**
   * Sets roles and permissions: both, or neither where one is refused; what is left out is unchanged.
   * @throws like setRoles
   */
  async function setAccess(id: number, access: Access, actor: Actor): Promise<void> {
    const wrong = access.permissions?.find(permission => !isPermission(permission))
    if (wrong !== undefined) throw refuseField('permissions', 'no_permission', { name: wrong.slice(0, 100) })
    await changeAccess(id, () => access, actor, access.roles)
  }

  /** @param giving roles that may be added, as far as they are known beforehand */
  function changeAccess(
    id: number,
    chosen: (user: UserRecord) => Access,
    actor: Actor,
    giving?: readonly string[],
  ): Promise<void> {
    const work: UserChange = async (tx, user, { record, note }) => {
      const { roles, permissions } = chosen(user)
      const notes = [
        ...(roles ? await giveRoles(tx, user, distinct(roles), actor) : []),
        ...(permissions ? await givePermissions(tx, user, distinct(permissions), actor) : []),
      ]
      // One log entry makes the user's tokens stale, for both kinds of changes.
      if (notes.length > 0) await record('roles_changed', { subject: String(id) })
      for (const one of notes) note({ ...one, subject: String(id) })
    }
    return change(id, actor, work, giving && { roles: giving })
  }

  async function giveRoles(tx: Queries, user: UserRecord, wanted: string[], actor: Actor): Promise<AccessNote[]> {
    const held = await newUsers.requireRoles(tx, wanted)
    if (wanted.join() === user.roles.join()) return []
    await rights.require(tx, actor, rightsOf(user), rightsOfRoles(held, user.permissions))
    const given = held.filter(role => !user.roles.includes(role.name))
    await rights.requireGiving(tx, actor, rightsOfRoles(given))
    if (!wanted.includes(administratorRole)) await requireOtherAdministrator(tx, user)
    await userStore.setRoles(tx, user.id, wanted)
    return [{ action: 'roles_changed', before: { roles: user.roles }, after: { roles: wanted } }]
  }

  async function givePermissions(tx: Queries, user: UserRecord, wanted: string[], actor: Actor): Promise<AccessNote[]> {
    if (wanted.join() === user.permissions.join()) return []
    await rights.require(tx, actor, new Set(user.permissions), new Set(wanted))
    await rights.requireGiving(tx, actor, new Set(wanted.filter(one => !user.permissions.includes(one))))
    await userStore.update(tx, user.id, { permissions: wanted })
    const [before, after] = [{ permissions: user.permissions }, { permissions: wanted }]
    return [{ action: 'permissions_changed', before, after }]
  }

  return { setRoles, addRole, removeRole, setPermissions, setAccess }
}

const distinct = (names: readonly string[]) => [...new Set(names)].sort()
