// Every route, and who may call it. What is not in this table does not exist, and what the table does not open is closed:
// router.ts builds the router from it, and a test walks that router against it. The pages have a table of their own.
import type { OwnPermission } from '../policy/permissions.js'
import type { RouteRow } from './access.js'
import { pageRoutes } from './pages/routes.js'

const open = { kind: 'open' } as const
const person = { kind: 'person' } as const
const beforeNewPassword = { kind: 'person', beforeNewPassword: true } as const
const may = <P extends OwnPermission>(permission: P) => ({ kind: 'permission', permission }) as const
const mayFresh = <P extends OwnPermission>(permission: P) => ({ kind: 'permission', permission, fresh: true }) as const

export const routes = {
  obtain: { method: 'POST', path: '/api/token', access: open, wire: 'api', what: 'Sign in; answers a pair' },
  refresh: { method: 'POST', path: '/api/token/refresh', access: open, wire: 'api', what: 'Spend a refresh token' },
  verify: { method: 'POST', path: '/api/token/verify', access: open, wire: 'api', what: 'Is this token good?' },
  blacklist: { method: 'POST', path: '/api/token/blacklist', access: open, wire: 'api', what: 'Sign out' },

  me: { method: 'GET', path: '/api/me', access: beforeNewPassword, wire: 'api', what: 'The signed-in user' },
  changeMe: { method: 'PATCH', path: '/api/me', access: beforeNewPassword, wire: 'api', what: 'Change the profile' },
  changePassword: {
    method: 'POST',
    path: '/api/me/password',
    access: beforeNewPassword,
    wire: 'api',
    what: 'Change the password',
  },
  mySessions: { method: 'GET', path: '/api/me/sessions', access: person, wire: 'api', what: 'My sessions' },
  endMyOtherSessions: {
    method: 'DELETE',
    path: '/api/me/sessions',
    access: person,
    wire: 'api',
    what: 'End all my sessions but this one',
  },
  endMySession: { method: 'DELETE', path: '/api/me/sessions/:id', access: person, wire: 'api', what: 'End a session' },
  myDevices: { method: 'GET', path: '/api/me/devices', access: person, wire: 'api', what: 'My devices' },
  endMyOtherDevices: {
    method: 'DELETE',
    path: '/api/me/devices',
    access: person,
    wire: 'api',
    what: 'End all my devices but this one',
  },
  endMyDevice: { method: 'DELETE', path: '/api/me/devices/:id', access: person, wire: 'api', what: 'End a device' },

  listUsers: {
    ...{ method: 'GET', path: '/api/admin/users', access: may('darvoza:users:read'), wire: 'api' },
    what: 'Users, by what they are called, where they were seen, their role and state',
  },
  createUser: {
    ...{ method: 'POST', path: '/api/admin/users', access: may('darvoza:users:write'), wire: 'api' },
    what: 'Make a user',
  },
  showUser: {
    ...{ method: 'GET', path: '/api/admin/users/:id', access: may('darvoza:users:read'), wire: 'api' },
    what: 'A user',
  },
  changeUser: {
    ...{ method: 'PATCH', path: '/api/admin/users/:id', access: may('darvoza:users:write'), wire: 'api' },
    what: "Change a user's name or profile",
  },
  deleteUser: {
    ...{ method: 'DELETE', path: '/api/admin/users/:id', access: mayFresh('darvoza:users:write'), wire: 'api' },
    what: 'Delete a user',
  },
  setUserRoles: {
    ...{ method: 'PUT', path: '/api/admin/users/:id/roles', access: mayFresh('darvoza:roles:write'), wire: 'api' },
    what: 'Give a user these roles and no others',
  },
  setUserPermissions: {
    ...{ method: 'PUT', path: '/api/admin/users/:id/permissions', access: mayFresh('darvoza:roles:write') },
    wire: 'api',
    what: "Set a user's own permissions",
  },
  disableUser: {
    ...{ method: 'POST', path: '/api/admin/users/:id/disable', access: mayFresh('darvoza:users:write'), wire: 'api' },
    what: 'Disable a user',
  },
  enableUser: {
    ...{ method: 'POST', path: '/api/admin/users/:id/enable', access: mayFresh('darvoza:users:write'), wire: 'api' },
    what: 'Enable a user',
  },
  resetUserPassword: {
    ...{ method: 'POST', path: '/api/admin/users/:id/password', access: mayFresh('darvoza:users:write'), wire: 'api' },
    what: "Set a user's password",
  },
  listUserSessions: {
    ...{ method: 'GET', path: '/api/admin/users/:id/sessions', access: may('darvoza:sessions:read'), wire: 'api' },
    what: "A user's sessions that live; `state` or `all` also others",
  },
  endUserSessions: {
    ...{ method: 'DELETE', path: '/api/admin/users/:id/sessions', access: mayFresh('darvoza:sessions:end') },
    wire: 'api',
    what: 'End all sessions of a user',
  },
  listUserDevices: {
    ...{ method: 'GET', path: '/api/admin/users/:id/devices', access: may('darvoza:sessions:read'), wire: 'api' },
    what: "A user's devices",
  },
  listSessions: {
    ...{ method: 'GET', path: '/api/admin/sessions', access: may('darvoza:sessions:read'), wire: 'api' },
    what: 'Sessions of everybody that live; `state` or `all` also others',
  },
  showSession: {
    ...{ method: 'GET', path: '/api/admin/sessions/:id', access: may('darvoza:sessions:read'), wire: 'api' },
    what: 'A session',
  },
  endSession: {
    ...{ method: 'DELETE', path: '/api/admin/sessions/:id', access: mayFresh('darvoza:sessions:end'), wire: 'api' },
    what: 'End a session of anybody',
  },
  listDevices: {
    ...{ method: 'GET', path: '/api/admin/devices', access: may('darvoza:sessions:read'), wire: 'api' },
    what: 'Devices of everybody, the one seen last first',
  },
  endDevice: {
    ...{ method: 'DELETE', path: '/api/admin/devices/:id', access: mayFresh('darvoza:sessions:end'), wire: 'api' },
    what: 'End a device of anybody',
  },
  endSessions: {
    ...{ method: 'POST', path: '/api/admin/bulk/end-sessions', access: mayFresh('darvoza:sessions:end'), wire: 'api' },
    what: 'End many sessions: `ids`, or the filter of the list; without `at` and `count` a preview',
  },
  endDevices: {
    ...{ method: 'POST', path: '/api/admin/bulk/end-devices', access: mayFresh('darvoza:sessions:end'), wire: 'api' },
    what: 'End many devices, likewise',
  },
  disableUsers: {
    ...{ method: 'POST', path: '/api/admin/bulk/disable-users', access: mayFresh('darvoza:users:write'), wire: 'api' },
    what: 'Disable many users, likewise',
  },
  signOutUsers: {
    ...{
      method: 'POST',
      path: '/api/admin/bulk/sign-out-users',
      access: mayFresh('darvoza:sessions:end'),
      wire: 'api',
    },
    what: 'End all sessions of many users, likewise',
  },
  addRoleToUsers: {
    ...{ method: 'POST', path: '/api/admin/bulk/add-role', access: mayFresh('darvoza:roles:write'), wire: 'api' },
    what: 'Give many users one more role, likewise',
  },
  removeRoleFromUsers: {
    ...{ method: 'POST', path: '/api/admin/bulk/remove-role', access: mayFresh('darvoza:roles:write'), wire: 'api' },
    what: 'Take a role from many users, likewise',
  },
  showOverview: {
    ...{ method: 'GET', path: '/api/admin/overview', access: may('darvoza:sessions:read'), wire: 'api' },
    what: 'Figures of a day, a week or a month, and what lives now',
  },
  listRoles: {
    ...{ method: 'GET', path: '/api/admin/roles', access: may('darvoza:users:read'), wire: 'api' },
    what: 'Roles, with how many hold them',
  },
  createRole: {
    ...{ method: 'POST', path: '/api/admin/roles', access: mayFresh('darvoza:roles:write'), wire: 'api' },
    what: 'Make a role',
  },
  changeRole: {
    ...{ method: 'PATCH', path: '/api/admin/roles/:name', access: mayFresh('darvoza:roles:write'), wire: 'api' },
    what: "Change a role's name or permissions",
  },
  deleteRole: {
    ...{ method: 'DELETE', path: '/api/admin/roles/:name', access: mayFresh('darvoza:roles:write'), wire: 'api' },
    what: 'Delete a role',
  },
  listRevocations: {
    ...{ method: 'GET', path: '/api/admin/revocations', access: may('darvoza:revocations:read'), wire: 'api' },
    what: 'The revocation log, newest first',
  },
  addRevocation: {
    ...{ method: 'POST', path: '/api/admin/revocations', access: mayFresh('darvoza:revocations:write'), wire: 'api' },
    what: 'Write a revocation by hand',
  },
  listAudit: {
    ...{ method: 'GET', path: '/api/admin/audit', access: may('darvoza:audit:read'), wire: 'api' },
    what: 'The audit log, newest first',
  },
  verifyAudit: {
    ...{ method: 'GET', path: '/api/admin/audit/verify', access: may('darvoza:audit:read'), wire: 'api' },
    what: 'Does the chain of the audit log hold?',
  },
  listIncidents: {
    ...{ method: 'GET', path: '/api/admin/incidents', access: may('darvoza:audit:read'), wire: 'api' },
    what: 'Refresh tokens that were used again, newest first',
  },
  showPolicies: {
    ...{ method: 'GET', path: '/api/admin/policies', access: may('darvoza:policies:read'), wire: 'api' },
    what: 'Every policy, with its meaning and bounds',
  },
  listPolicyVersions: {
    ...{ method: 'GET', path: '/api/admin/policies/versions', access: may('darvoza:policies:read'), wire: 'api' },
    what: 'What changed, and who changed it, newest first',
  },
  previewPolicies: {
    ...{ method: 'POST', path: '/api/admin/policies/preview', access: may('darvoza:policies:read'), wire: 'api' },
    what: 'What a change, or an undoing, would end',
  },
  changePolicies: {
    ...{ method: 'PATCH', path: '/api/admin/policies', access: mayFresh('darvoza:policies:write'), wire: 'api' },
    what: 'Change policies',
  },
  undoPolicies: {
    ...{ method: 'POST', path: '/api/admin/policies/undo', access: mayFresh('darvoza:policies:write'), wire: 'api' },
    what: 'Take back what a version changed',
  },

  jwks: { method: 'GET', path: '/.well-known/jwks.json', access: open, wire: 'api', what: 'The public keys' },
  healthz: { method: 'GET', path: '/healthz', access: open, wire: 'api', what: 'The process lives' },
  readyz: { method: 'GET', path: '/readyz', access: open, wire: 'api', what: 'The database answers' },

  listKeys: {
    method: 'GET',
    path: '/api/admin/keys',
    access: may('darvoza:keys:read'),
    wire: 'api',
    what: 'The signing keys, also those of the past',
  },
  rotateKey: {
    method: 'POST',
    path: '/api/admin/keys',
    access: mayFresh('darvoza:keys:write'),
    wire: 'api',
    what: 'Publish the next signing key, or let it sign at once',
  },
  revokeKey: {
    method: 'DELETE',
    path: '/api/admin/keys/:kid',
    access: mayFresh('darvoza:keys:write'),
    wire: 'api',
    what: 'Revoke a signing key, or the refresh or device key',
  },

  asset: { method: 'GET', path: '/assets/*file', access: open, wire: 'page', what: 'Style sheets and scripts' },
  ...pageRoutes,
} as const satisfies Record<string, RouteRow>

export type RouteName = keyof typeof routes
