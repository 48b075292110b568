// Groups of another system (Django) as roles: name and permissions of each, and the report of an import. Pure, so that
// a dry run and the import itself decide alike.
import { builtInRoles, isOwnPermission, isPermission, mostPermissions } from './permissions.js'
import { roleNameOf, uniqueRoleName } from './role-names.js'

export type Group = { name: string; permissions: readonly string[] }

type Role = { name: string; permissions: readonly string[]; builtIn: boolean }

export type GroupRole = {
  group: string
  role: string
  /** `there`: a role of that name exists, and stays as it is. */
  outcome: 'made' | 'there' | 'too_many_permissions'
  /** Permissions of the role, new or existing. */
  permissions: string[]
  /** Permissions that an existing role has beside the group's. */
  beyond: string[]
  /** Permissions of the group that have no valid form here. */
  leftOut: string[]
}

/**
 * No group becomes a role with permissions of this server, whatever its name: otherwise those who name groups
 * elsewhere could grant themselves rights here. Groups whose names would give one role stay separate: a holder of one
 * would get the other's permissions.
 */
export function rolesOfGroups(groups: readonly Group[], roles: readonly Role[]): GroupRole[] {
  const known = new Map(roles.map(role => [role.name, role]))
  const ours = (name: string) =>
    Object.hasOwn(builtInRoles, name) || known.get(name)?.builtIn || known.get(name)?.permissions.some(isOwnPermission)
  const wanted = groups.map(({ name }) => {
    const role = roleNameOf(name)
    return ours(role) ? roleNameOf(`group-${role}`.slice(0, 40)) : role
  })
  const shared = wanted.filter((role, index) => wanted.indexOf(role) !== index)
  return groups.map((group, index) => {
    const name = wanted[index]!
    const isSeparate = ours(name) || (shared.includes(name) && group.name !== name)
    return roleOf(group, isSeparate ? uniqueRoleName(group.name) : name)
  })

  function roleOf(group: Group, name: string): GroupRole {
    const each = [...new Set(group.permissions)].sort()
    const permissions = each.filter(isForeign)
    const leftOut = each.filter(one => !isForeign(one))
    const about = { group: group.name, role: name, leftOut }
    const there = known.get(name)
    if (there) {
      const beyond = there.permissions.filter(one => !permissions.includes(one))
      return { ...about, outcome: 'there', permissions: [...there.permissions], beyond }
    }
    const outcome = permissions.length > mostPermissions ? 'too_many_permissions' : 'made'
    return { ...about, outcome, permissions, beyond: [] }
  }
}

/** Whether a permission is of another application. */
export function isForeign(permission: string): boolean {
  return isPermission(permission) && !isOwnPermission(permission)
}
