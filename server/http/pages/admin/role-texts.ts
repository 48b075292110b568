// Roles and permissions in the reader's language.
import type { Counted } from '../../../identity/listing.js'
import type { ListedRole, RoleRecord } from '../../../identity/people/roles.js'
import { ownPermissions } from '../../../policy/permissions.js'
import type { Frame } from '../frame.js'

export const isOwn = (permission: string) => Object.hasOwn(ownPermissions, permission)

/** The meaning of a built-in permission; null for permissions of other applications. */
export function meaningOf(permission: string, { t }: Frame): string | null {
  return isOwn(permission) ? t(`roles.may.${permissionKey(permission)}`) : null
}

/** The text key of a permission, such as `users_read`: a colon has another meaning in keys. */
export function permissionKey(permission: string): string {
  return permission.replace('darvoza:', '').replaceAll(':', '_')
}

export function choicesOf(frame: Frame) {
  return Object.keys(ownPermissions).map(value => ({ value, label: value, help: meaningOf(value, frame) }))
}

/** A role as an option, with the meanings of its permissions; other applications' permissions by name. */
export function roleChoice({ name, permissions }: Pick<RoleRecord, 'name' | 'permissions'>, frame: Frame) {
  const most = 6
  const meanings = permissions.map(permission => meaningOf(permission, frame) ?? permission)
  const more =
    meanings.length > most
      ? [frame.t('people.more', { count: meanings.length - most, number: meanings.length - most })]
      : []
  const help = [...meanings.slice(0, most), ...more].join(' · ') || frame.t('roles.allowsNothing')
  return { value: name, label: name, help }
}

export function matrixOf(columns: readonly ListedRole[], frame: Frame) {
  const others = new Set(columns.flatMap(role => role.permissions).filter(permission => !isOwn(permission)))
  return [...Object.keys(ownPermissions), ...[...others].sort()].map(permission => ({
    permission,
    meaning: meaningOf(permission, frame),
    has: columns.map(role => role.permissions.includes(permission)),
  }))
}

export function presentRole({ name, permissions, builtIn, holders }: ListedRole, frame: Frame) {
  return { name, builtIn, permissions: permissions.length, count: holders.count, holders: countText(holders, frame) }
}

export function countText({ count, more }: Counted, { format }: Frame): string {
  return `${format.number(count)}${more ? '+' : ''}`
}
