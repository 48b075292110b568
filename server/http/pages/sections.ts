// The menus. A section is shown to users who may see it.
import type { OwnPermission } from '../../policy/permissions.js'

export type Section = {
  /** The name of the section; its text is `nav.NAME`. */
  name: string
  path: string
  icon: string
  permission?: OwnPermission
  /** Shown only if this is set up. */
  where?: keyof OptionalFeatures
}

/** Features that not every installation has. */
export type OptionalFeatures = { formerService: boolean; deliveries: boolean }

const administration: Section[] = [
  { name: 'home', path: '/admin', icon: 'home' },
  { name: 'users', path: '/admin/users', icon: 'users', permission: 'darvoza:users:read' },
  { name: 'devices', path: '/admin/devices', icon: 'device', permission: 'darvoza:sessions:read' },
  { name: 'sessions', path: '/admin/sessions', icon: 'session', permission: 'darvoza:sessions:read' },
  { name: 'apiKeys', path: '/admin/api-keys', icon: 'key', permission: 'darvoza:sessions:read' },
  { name: 'applications', path: '/admin/applications', icon: 'application', permission: 'darvoza:applications:read' },
  { name: 'resourceServers', path: '/admin/resource-servers', icon: 'server', permission: 'darvoza:applications:read' },
  {
    name: 'deliveries',
    path: '/admin/deliveries',
    icon: 'mail',
    permission: 'darvoza:applications:read',
    where: 'deliveries',
  },
  { name: 'revocations', path: '/admin/revocations', icon: 'revoke', permission: 'darvoza:revocations:read' },
  { name: 'incidents', path: '/admin/incidents', icon: 'incident', permission: 'darvoza:audit:read' },
  { name: 'policies', path: '/admin/policies', icon: 'policy', permission: 'darvoza:policies:read' },
  { name: 'roles', path: '/admin/roles', icon: 'role', permission: 'darvoza:users:read' },
  { name: 'keys', path: '/admin/keys', icon: 'key', permission: 'darvoza:keys:read' },
  { name: 'inspector', path: '/admin/inspector', icon: 'inspect', permission: 'darvoza:sessions:read' },
  {
    name: 'formerService',
    path: '/admin/former-service',
    icon: 'history',
    permission: 'darvoza:policies:read',
    where: 'formerService',
  },
  { name: 'audit', path: '/admin/audit', icon: 'audit', permission: 'darvoza:audit:read' },
]

const account: Section[] = [
  { name: 'profile', path: '/account', icon: 'user' },
  { name: 'password', path: '/account/password', icon: 'lock' },
  { name: 'ownDevices', path: '/account/devices', icon: 'device' },
  { name: 'ownApplications', path: '/account/applications', icon: 'application' },
  { name: 'ownApiKeys', path: '/account/keys', icon: 'key' },
  { name: 'events', path: '/account/events', icon: 'history' },
]

/** The sections that a user may see, in the area of the path. */
export function sectionsFor(
  path: string,
  permissions: readonly string[],
  setUp: OptionalFeatures,
): (Section & { current: boolean })[] {
  const here = path.replace(/\/$/, '')
  const isWithin = (one: Section) => here === one.path || here.startsWith(`${one.path}/`)
  // The section of the open page is shown even if its feature is not set up.
  const area = isAdministration(path)
    ? administrationFor(permissions, one => isWithin(one) || isSetUp(one, setUp))
    : account
  const current = area.filter(isWithin).at(-1)
  return area.map(one => ({ ...one, current: one === current }))
}

/** The first page of an administrator; null for other users. */
export function administrationHome(permissions: readonly string[]): string | null {
  return administrationFor(permissions)[0]?.path ?? null
}

export function isAdministration(path: string): boolean {
  return /^\/admin(\/|$)/.test(path)
}

const isSetUp = ({ where }: Section, setUp: Partial<OptionalFeatures>) => where === undefined || setUp[where] === true

function administrationFor(permissions: readonly string[], isThere = (one: Section) => isSetUp(one, {})): Section[] {
  const own = permissions.some(permission => permission.startsWith('darvoza:'))
  return administration.filter(
    one => (one.permission === undefined ? own : permissions.includes(one.permission)) && isThere(one),
  )
}
