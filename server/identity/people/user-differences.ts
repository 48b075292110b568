// Differences between an imported user and the one that exists already. An import overwrites nothing, so they are reported.
import type { UserRecord } from '../../storage/users.js'
import { isOutdatedHash, unusableHash } from '../sign-in/stored-passwords.js'
import type { UserToImport } from './new-user.js'

type Difference = (imported: UserToImport, existing: UserRecord, cost: number) => boolean

/** Comparisons by field name on the wire; a field that the import leaves out is not compared. */
const differences = {
  username: (imported, existing) => imported.username !== existing.username,
  first_name: (imported, existing) => imported.firstName !== undefined && imported.firstName !== existing.firstName,
  last_name: (imported, existing) => imported.lastName !== undefined && imported.lastName !== existing.lastName,
  email: (imported, existing) => imported.email !== undefined && imported.email !== existing.email,
  email_verified: (imported, existing) =>
    imported.emailVerified !== undefined &&
    Boolean(imported.email) &&
    imported.emailVerified !== existing.emailVerified,
  is_active: (imported, existing) => imported.active !== undefined && imported.active !== existing.active,
  roles: (imported, existing) => imported.roles !== undefined && !sameNames(imported.roles, existing.roles),
  permissions: (imported, existing) =>
    imported.permissions !== undefined && !sameNames(imported.permissions, existing.permissions),
  // An imported hash is replaced at the first sign-in here, so an outdated one counts as equal to a newer one.
  password_hash: ({ passwordHash }, existing, cost) => {
    if (passwordHash === undefined || (passwordHash || unusableHash) === existing.passwordHash) return false
    return !isOutdatedHash(passwordHash, cost) || isOutdatedHash(existing.passwordHash, cost)
  },
  // A sign-in here since then is later: no difference.
  last_login: ({ lastLoginAt }, existing) =>
    lastLoginAt !== undefined && lastLoginAt !== null && (existing.lastLoginAt ?? 0) < lastLoginAt,
  created_at: (imported, existing) => imported.createdAt !== undefined && imported.createdAt !== existing.createdAt,
} as const satisfies Record<string, Difference>

export type DifferingField = keyof typeof differences

/** @param cost bcrypt cost of new hashes */
export function differencesOf(imported: UserToImport, existing: UserRecord, cost: number): DifferingField[] {
  return (Object.keys(differences) as DifferingField[]).filter(name => differences[name](imported, existing, cost))
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  const [a, b] = [new Set(some), new Set(others)]
  return a.size === b.size && [...a].every(name => b.has(name))
}
