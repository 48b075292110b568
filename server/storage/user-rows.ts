// A user as an object, and as a row.
import { emailKey } from '../policy/email.js'
import { createRecent } from '../protocol/recent.js'
import type { Cells, Value } from './database.js'
import { positions } from './statement.js'

/** A user with roles. Times are epoch ms. */
export type UserRecord = {
  id: number
  username: string
  usernameKey: string | null
  passwordHash: string
  firstName: string
  lastName: string
  email: string
  /** Whether an administrator wrote the address, not the user. */
  emailVerified: boolean
  active: boolean
  /** Permissions of the user's own, beside those of roles. */
  permissions: string[]
  /** Permissions of the user's own and of all roles, sorted, each once. */
  allPermissions: string[]
  roles: string[]
  endedSeq: number
  lastLoginAt: number | null
  passwordChangedAt: number
  /** An administrator knows the password: pages ask for a new one before anything else. */
  mustChangePassword: boolean
  createdAt: number
  deletedAt: number | null
}

export type NewUser = Omit<UserRecord, 'allPermissions' | 'roles' | 'mustChangePassword' | 'emailVerified'> & {
  mustChangePassword?: boolean
  emailVerified?: boolean
}

export type UserChanges = Partial<Omit<NewUser, 'id'>>

export const userColumns = [
  'id',
  'username',
  'usernameKey',
  'passwordHash',
  'firstName',
  'lastName',
  'email',
  'emailVerified',
  'active',
  'permissions',
  'endedSeq',
  'lastLoginAt',
  'passwordChangedAt',
  'mustChangePassword',
  'createdAt',
  'deletedAt',
] as const

/** The columns of the user's own row. */
export type OwnUserRecord = Omit<UserRecord, 'allPermissions' | 'roles'>

export type OwnUserRow = Omit<OwnUserRecord, 'active' | 'mustChangePassword' | 'emailVerified' | 'permissions'> & {
  active: number
  emailVerified: number
  mustChangePassword: number
  permissions: string
}

/** One of a user's roles; nulls where there is none. */
export type RoleOfUser = { roleName: string | null; rolePermissions: string | null }

export type UserRow = OwnUserRow & RoleOfUser

/** Makes one user of rows, one per role, which may have columns of other tables beside. */
export function foldUser(rows: readonly UserRow[]): UserRecord {
  const [first] = rows
  const own = Object.fromEntries(userColumns.map(name => [name, first![name]])) as OwnUserRow
  return withRoles(readUser(own), rows)
}

export function readUser<Row extends OwnUserRow>(row: Row) {
  return {
    ...row,
    active: row.active === 1,
    emailVerified: row.emailVerified === 1,
    mustChangePassword: row.mustChangePassword === 1,
    permissions: JSON.parse(row.permissions) as string[],
  }
}

/** Cache of parsed permissions: few roles have many users. */
const parsed = createRecent<readonly string[]>(200)

function permissionsOf(text: string): readonly string[] {
  const known = parsed.find(text)
  if (known) return known
  const permissions = sorted(JSON.parse(text) as string[])
  parsed.keep(text, permissions)
  return permissions
}

const sorted = (names: Iterable<string>) => [...new Set(names)].sort()

type Held = Pick<UserRecord, 'roles' | 'allPermissions'>

/** @param rows one for each role */
function heldBy(permissions: readonly string[], rows: readonly RoleOfUser[]): Held {
  const held = rows.filter(({ roleName }) => roleName !== null)
  const [first] = held
  // Most users have one role and no permissions of their own: there is nothing to merge.
  if (first && held.length === 1 && permissions.length === 0)
    return { roles: [first.roleName!], allPermissions: [...permissionsOf(first.rolePermissions!)] }
  return {
    roles: sorted(held.map(one => one.roleName!)),
    allPermissions: sorted([...permissions, ...held.flatMap(one => permissionsOf(one.rolePermissions!))]),
  }
}

/** @param rows one for each role */
export function withRoles(user: OwnUserRecord, rows: readonly RoleOfUser[]): UserRecord {
  return { ...user, ...heldBy(user.permissions, rows) }
}

const at = positions(userColumns)

/**
 * The user of a row of cells in which the user's columns begin at `from`. Written member by member, as each refresh
 * reads one: a spread of so many members takes V8 four times the memory, and promotes it to old space.
 * @param rows one for each role
 */
export function userOf(cells: Cells, from: number, rows: readonly RoleOfUser[]): UserRecord {
  const permissions = JSON.parse(cells[from + at.permissions] as string) as string[]
  const { roles, allPermissions } = heldBy(permissions, rows)
  return {
    id: cells[from + at.id] as number,
    username: cells[from + at.username] as string,
    usernameKey: cells[from + at.usernameKey] as string | null,
    passwordHash: cells[from + at.passwordHash] as string,
    firstName: cells[from + at.firstName] as string,
    lastName: cells[from + at.lastName] as string,
    email: cells[from + at.email] as string,
    endedSeq: cells[from + at.endedSeq] as number,
    lastLoginAt: cells[from + at.lastLoginAt] as number | null,
    passwordChangedAt: cells[from + at.passwordChangedAt] as number,
    createdAt: cells[from + at.createdAt] as number,
    deletedAt: cells[from + at.deletedAt] as number | null,
    active: cells[from + at.active] === 1,
    emailVerified: cells[from + at.emailVerified] === 1,
    mustChangePassword: cells[from + at.mustChangePassword] === 1,
    permissions,
    allPermissions,
    roles,
  }
}

/** The row of a user, as the columns store it. */
export function writtenUser({ permissions, ...plain }: UserChanges): Record<string, Value> {
  return {
    ...plain,
    ...(permissions && { permissions: JSON.stringify(permissions) }),
    ...(plain.email !== undefined && { emailKey: emailKey(plain.email) }),
  }
}
