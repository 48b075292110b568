// A user as the HTTP and command layers see it. The columns are picked one by one: a new column, such as another hash,
// stays private until it is named here.
import type { UserRecord } from '../../storage/users.js'

/** Times are epoch ms. */
export type PublicUser = {
  id: number
  username: string
  firstName: string
  lastName: string
  email: string
  /** Whether an administrator or an import has verified the address; false where the user wrote it. */
  emailVerified: boolean
  active: boolean
  /** Permissions given to the user directly. */
  permissions: string[]
  /** Permissions of the user and of all their roles, sorted, without duplicates. */
  allPermissions: string[]
  roles: string[]
  lastLoginAt: number | null
  passwordChangedAt: number
  /** Another person knows the password: pages ask for a new one before anything else. */
  mustChangePassword: boolean
  createdAt: number
  deletedAt: number | null
}

export function publicUser(user: UserRecord): PublicUser {
  return {
    id: user.id,
    username: user.username,
    firstName: user.firstName,
    lastName: user.lastName,
    email: user.email,
    emailVerified: user.emailVerified,
    active: user.active,
    permissions: user.permissions,
    allPermissions: user.allPermissions,
    roles: user.roles,
    lastLoginAt: user.lastLoginAt,
    passwordChangedAt: user.passwordChangedAt,
    mustChangePassword: user.mustChangePassword,
    createdAt: user.createdAt,
    deletedAt: user.deletedAt,
  }
}
