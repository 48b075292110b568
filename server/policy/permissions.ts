// Permissions are strings such as `orders:write`; our own begin with `darvoza:`. The built-in roles, and the one rule
// about acting on people.

export const ownPermissions = {
  'darvoza:users:read': 'See users',
  'darvoza:users:write': 'Create, change, disable and delete users',
  'darvoza:sessions:read': 'See devices and sessions',
  'darvoza:sessions:end': 'End devices and sessions',
  'darvoza:roles:write': 'Give and take roles and permissions',
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

export function isPermission(text: string): boolean {
  return /^[a-z0-9][a-z0-9._:-]{0,99}$/.test(text)
}

export function isRoleName(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,39}$/.test(text)
}
