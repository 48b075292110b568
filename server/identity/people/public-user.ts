// A user as everybody above this floor sees one. The columns are picked one by one: a new one of the row, such as another
// hash, stays below until it is named here.
import type { UserRecord } from '../../storage/users.js'

/** Times are epoch ms. */
export type PublicUser = {
  id: number
  username: string
  firstName: string
  lastName: string
  email: string
  /** An administrator wrote the address, not the person. */
  emailVerified: boolean
  active: boolean
  /** The user's own. */
  permissions: string[]
  /** The user's own and those of all roles, sorted, each once. */
  allPermissions: string[]
  roles: string[]
  lastLoginAt: number | null
  passwordChangedAt: number
  /** Somebody else knows the password: pages ask for a new one before anything else. */
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
