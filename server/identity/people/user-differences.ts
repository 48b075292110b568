// Differences between an imported user and the one that exists already. An import overwrites nothing, so they are reported.
import type { UserRecord } from '../../storage/users.js'
import { isOutdatedHash, unusableHash } from '../sign-in/stored-passwords.js'
import type { UserToImport } from './new-user.js'

type Difference = (brought: UserToImport, there: UserRecord, cost: number) => boolean

/** Comparisons by field name on the wire; a field that the import leaves out is not compared. */
const differences = {
  username: (brought, there) => brought.username !== there.username,
  first_name: (brought, there) => brought.firstName !== undefined && brought.firstName !== there.firstName,
  last_name: (brought, there) => brought.lastName !== undefined && brought.lastName !== there.lastName,
  email: (brought, there) => brought.email !== undefined && brought.email !== there.email,
  email_verified: (brought, there) =>
    brought.emailVerified !== undefined && Boolean(brought.email) && brought.emailVerified !== there.emailVerified,
  is_active: (brought, there) => brought.active !== undefined && brought.active !== there.active,
  roles: (brought, there) => brought.roles !== undefined && !sameNames(brought.roles, there.roles),
  permissions: (brought, there) =>
    brought.permissions !== undefined && !sameNames(brought.permissions, there.permissions),
  // An imported hash is replaced at the first sign-in here, so an outdated one counts as equal to a newer one.
  password_hash: ({ passwordHash }, there, cost) => {
    if (passwordHash === undefined || (passwordHash || unusableHash) === there.passwordHash) return false
    return !isOutdatedHash(passwordHash, cost) || isOutdatedHash(there.passwordHash, cost)
  },
  // A sign-in here since then is later: no difference.
  last_login: ({ lastLoginAt }, there) =>
    lastLoginAt !== undefined && lastLoginAt !== null && (there.lastLoginAt ?? 0) < lastLoginAt,
  created_at: (brought, there) => brought.createdAt !== undefined && brought.createdAt !== there.createdAt,
} as const satisfies Record<string, Difference>

export type DifferingField = keyof typeof differences

/** @param cost bcrypt cost of new hashes */
export function differencesOf(brought: UserToImport, there: UserRecord, cost: number): DifferingField[] {
  return (Object.keys(differences) as DifferingField[]).filter(name => differences[name](brought, there, cost))
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  const [a, b] = [new Set(some), new Set(others)]
  return a.size === b.size && [...a].every(name => b.has(name))
}
