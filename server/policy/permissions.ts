// Permissions are strings such as `orders:write`; our own begin with `darvoza:`. The built-in roles, and the one rule
// about acting on people.

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

/** What makes somebody an administrator: the last user who holds it cannot lose it. */
export const administratorRole = 'admin'

/** What somebody may do: every permission by name, or everything there is, also what other applications call theirs. */
export type Rights = ReadonlySet<string> | 'everything'

export function rightsOf(person: { roles: readonly string[]; allPermissions: readonly string[] }): Rights {
  return person.roles.includes(administratorRole) ? 'everything' : new Set(person.allPermissions)
}

/** What roles allow together, and permissions beside them. */
export function rightsOfRoles(
  roles: readonly { name: string; permissions: readonly string[] }[],
  permissions: readonly string[] = [],
): Rights {
  const allPermissions = [...permissions, ...roles.flatMap(role => role.permissions)]
  return rightsOf({ roles: roles.map(role => role.name), allPermissions })
}

/**
 * The one rule about acting on people: nobody touches somebody who may do more here than they do. It compares our own
 * permissions, before and after; what other applications call theirs is theirs to protect, and a helpdesk goes on helping.
 * @returns whether `actor` may turn somebody with `before` into somebody with `after`, if all that is given may be given
 */
export function mayAct(actor: Rights, before: Rights, after: Rights = before): boolean {
  return actor === 'everything' || [...ownOf(before), ...ownOf(after)].every(permission => actor.has(permission))
}

/**
 * Nobody gives what they have not, what other applications call theirs included; whatever the same call takes away, and
 * whatever the receiver could do before.
 */
export function mayGive(actor: Rights, given: Rights): boolean {
  if (actor === 'everything') return true
  return given !== 'everything' && [...given].every(permission => actor.has(permission))
}

/** Whoever sets a password may sign in with it: that of somebody who may do everything is for their like alone. */
export function maySetPassword(actor: Rights, of: Rights): boolean {
  return mayAct(actor, of) && (of !== 'everything' || actor === 'everything')
}

/** What `of` may do and `actor` may not: what whoever sets a password, and may sign in with it, could thereby use. */
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

/** Any word of another application's, and of ours those that there are: one that was mistyped would protect its holder. */
export function isPermission(text: string): boolean {
  if (isOwnPermission(text)) return Object.hasOwn(ownPermissions, text)
  return /^[a-z0-9][a-z0-9._:-]{0,99}$/.test(text)
}

/** Of a role: more would not fit into a token, nor be looked through by anybody. */
export const mostPermissions = 500

export function isRoleName(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,39}$/.test(text)
}
