// Permissions are strings such as `orders:write`; our own begin with `darvoza:`. The built-in roles, and the rule for
// actions on users.

export const ownPermissions = {
  'darvoza:users:read': 'See users',
  'darvoza:users:write': 'Create, change, disable and delete users',
  'darvoza:sessions:read': 'See devices and sessions',
  'darvoza:sessions:end': 'End devices and sessions',
  'darvoza:roles:write': 'Give and take roles and permissions',
  'darvoza:applications:read': 'See applications',
  'darvoza:applications:write': 'Make, change, disable and delete applications',
  'darvoza:policies:read': 'See policies',
  'darvoza:policies:write': 'Change policies',
  'darvoza:keys:read': 'See signing keys',
  'darvoza:keys:write': 'Rotate and revoke signing keys',
  'darvoza:revocations:read': 'See the revocation log',
  'darvoza:revocations:write': 'Write the revocation log',
  'darvoza:audit:read': 'See the audit log and incidents',
} as const

export type OwnPermission = keyof typeof ownPermissions

const every = Object.keys(ownPermissions) as OwnPermission[]

export const builtInRoles: Record<'admin' | 'support' | 'auditor', OwnPermission[]> = {
  admin: every,
  support: ['darvoza:users:read', 'darvoza:sessions:read', 'darvoza:sessions:end'],
  auditor: every.filter(permission => permission.endsWith(':read')),
}

/** The role of administrators: the last user who holds it cannot lose it. */
export const administratorRole = 'admin'

/** Permissions of a user: by name, or all there are, also those of other applications. */
export type Rights = ReadonlySet<string> | 'everything'

export function rightsOf(person: { roles: readonly string[]; allPermissions: readonly string[] }): Rights {
  return person.roles.includes(administratorRole) ? 'everything' : new Set(person.allPermissions)
}

/** Permissions of some roles together, and others beside them. */
export function rightsOfRoles(
  roles: readonly { name: string; permissions: readonly string[] }[],
  permissions: readonly string[] = [],
): Rights {
  const allPermissions = [...permissions, ...roles.flatMap(role => role.permissions)]
  return rightsOf({ roles: roles.map(role => role.name), allPermissions })
}

/**
 * The rule for actions on users: no actor changes a user who has more permissions of this server. It compares our own
 * permissions, before and after; other applications protect theirs themselves, and a helpdesk can go on helping.
 * @returns whether `actor` may change a user with `before` into one with `after`, if all that is granted may be
 *   granted
 */
export function mayAct(actor: Rights, before: Rights, after: Rights = before): boolean {
  return actor === 'everything' || [...ownOf(before), ...ownOf(after)].every(permission => actor.has(permission))
}

/**
 * Whether `actor` has all that is granted, other applications' permissions included; whatever the same call removes,
 * and whatever the user had before.
 */
export function mayGive(actor: Rights, given: Rights): boolean {
  if (actor === 'everything') return true
  return given !== 'everything' && [...given].every(permission => actor.has(permission))
}

/**
 * An actor who sets a password may sign in with it: only those who have all permissions may set that of a user who
 * has.
 */
export function maySetPassword(actor: Rights, of: Rights): boolean {
  return mayAct(actor, of) && (of !== 'everything' || actor === 'everything')
}

/**
 * Permissions that `of` has and `actor` has not: an actor who sets the password of `of`, and signs in with it, would
 * gain them.
 */
export function rightsBeyond(actor: Rights, of: Rights): string[] {
  if (actor === 'everything' || of === 'everything') return []
  return [...of].filter(permission => !actor.has(permission)).sort()
}

function ownOf(rights: Rights): readonly string[] {
  return rights === 'everything' ? every : [...rights].filter(isOwnPermission)
}

export function isOwnPermission(permission: string): boolean {
  return permission.startsWith('darvoza:')
}

/** Any word of another application's, and of ours those that exist: a mistyped one would protect its holder. */
export function isPermission(text: string): boolean {
  if (isOwnPermission(text)) return Object.hasOwn(ownPermissions, text)
  return /^[a-z0-9][a-z0-9._:-]{0,99}$/.test(text)
}

/** Limit for a role: more would not fit into a token, and no one could review them. */
export const mostPermissions = 500

export function isRoleName(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,39}$/.test(text)
}
