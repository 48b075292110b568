// The routes of administrators. What a row names of address and body is taken there, and anything else is refused: a filter
// that is passed over reaches everybody, and a misspelt field changes nothing without a word.
import { describedNames } from '../../policy/application-description.js'
import type { Access } from '../kinds/kinds.js'
import { may, mayIfRecent, mayInPerson } from '../kinds/permission.js'
import { apiKeyFilters } from '../lists/api-keys.js'
import { applicationFilters } from '../lists/applications.js'
import { deviceFilters } from '../lists/devices.js'
import { auditFilters, incidentFilters, revocationFilters } from '../lists/logs.js'
import { sessionFilters } from '../lists/sessions.js'
import { userFilters } from '../lists/users.js'
import { apiKeyFields } from '../me/api-keys.js'
import { del, get, patch, post, put, type RouteRow } from '../route.js'

/** How far a list is read. */
export const listed = ['limit', 'after', 'count'] as const
const asFile = ['format', 'separator', 'zone'] as const

/** The filters of a list, which are also those of what is done to all that the list finds. */
const users = Object.keys(userFilters)
const sessions = [...Object.keys(sessionFilters), 'all']
const sessionsOfOne = sessions.filter(name => name !== 'user')
const devices = Object.keys(deviceFilters)
const apiKeys = Object.keys(apiKeyFilters)

const bulk = ['ids', 'at', 'count'] as const
export const profile = ['first_name', 'last_name', 'email'] as const
const policyChange = ['changes', 'apply', 'reason'] as const

export const adminRoutes = {
  listUsers: get(
    '/api/admin/users',
    may('darvoza:users:read'),
    'Users, by what they are called, where they were seen, their role and state',
    { query: [...users, 'order', ...listed, ...asFile] },
  ),
  createUser: post('/api/admin/users', may('darvoza:users:write'), 'Make a user', {
    body: ['username', 'password', 'must_change_password', 'roles', ...profile],
  }),
  showUser: get('/api/admin/users/:id', may('darvoza:users:read'), 'A user'),
  changeUser: patch('/api/admin/users/:id', may('darvoza:users:write'), "Change a user's name or profile", {
    body: ['username', ...profile],
  }),
  deleteUser: del('/api/admin/users/:id', mayIfRecent('darvoza:users:write'), 'Delete a user'),
  setUserRoles: put(
    '/api/admin/users/:id/roles',
    mayIfRecent('darvoza:roles:write'),
    'Give a user these roles and no others',
    { body: ['roles'] },
  ),
  setUserPermissions: put(
    '/api/admin/users/:id/permissions',
    mayIfRecent('darvoza:roles:write'),
    "Set a user's own permissions",
    { body: ['permissions'] },
  ),
  disableUser: post('/api/admin/users/:id/disable', mayIfRecent('darvoza:users:write'), 'Disable a user'),
  enableUser: post('/api/admin/users/:id/enable', mayIfRecent('darvoza:users:write'), 'Enable a user'),
  resetUserPassword: post(
    '/api/admin/users/:id/password',
    mayInPerson('darvoza:users:write'),
    "Set a user's password",
    { body: ['password', 'must_change_password'] },
  ),
  listUserSessions: get(
    '/api/admin/users/:id/sessions',
    may('darvoza:sessions:read'),
    "A user's sessions that live; `state` or `all` also others",
    { query: [...sessionsOfOne, ...listed] },
  ),
  endUserSessions: del(
    '/api/admin/users/:id/sessions',
    mayIfRecent('darvoza:sessions:end'),
    'End all sessions of a user',
  ),
  listUserApplications: get(
    '/api/admin/users/:id/applications',
    may('darvoza:sessions:read'),
    'Applications that may act for a user',
  ),
  withdrawUserApplication: del(
    '/api/admin/users/:id/applications/:application',
    mayIfRecent('darvoza:sessions:end'),
    'Take back what an application may have of a user, and end its sessions',
  ),
  listUserDevices: get('/api/admin/users/:id/devices', may('darvoza:sessions:read'), "A user's devices", {
    query: listed,
  }),

  listUserApiKeys: get('/api/admin/users/:id/keys', may('darvoza:sessions:read'), "A user's API keys"),
  createUserApiKey: post(
    '/api/admin/users/:id/keys',
    mayInPerson('darvoza:users:write'),
    'Make an API key for a user; its text is shown once',
    { body: apiKeyFields },
  ),

  listSessions: get(
    '/api/admin/sessions',
    may('darvoza:sessions:read'),
    'Sessions of everybody that live; `state` or `all` also others',
    { query: [...sessions, ...listed, ...asFile] },
  ),
  showSession: get('/api/admin/sessions/:id', may('darvoza:sessions:read'), 'A session'),
  endSession: del('/api/admin/sessions/:id', mayIfRecent('darvoza:sessions:end'), 'End a session of anybody'),
  listDevices: get(
    '/api/admin/devices',
    may('darvoza:sessions:read'),
    'Devices of everybody, the one seen last first',
    { query: [...devices, ...listed] },
  ),
  endDevice: del('/api/admin/devices/:id', mayIfRecent('darvoza:sessions:end'), 'End a device of anybody'),

  listApiKeys: get('/api/admin/api-keys', may('darvoza:sessions:read'), 'API keys of everybody, the newest first', {
    query: [...apiKeys, ...listed, ...asFile],
  }),
  endApiKey: del('/api/admin/api-keys/:id', mayIfRecent('darvoza:sessions:end'), 'End an API key of anybody'),

  endSessions: post(
    '/api/admin/bulk/end-sessions',
    mayIfRecent('darvoza:sessions:end'),
    'End many sessions: `ids`, or the filter of the list; without `at` and `count` a preview',
    { query: sessions, body: [...bulk, 'why'] },
  ),
  endDevices: post('/api/admin/bulk/end-devices', mayIfRecent('darvoza:sessions:end'), 'End many devices, likewise', {
    query: devices,
    body: [...bulk, 'why'],
  }),
  disableUsers: post(
    '/api/admin/bulk/disable-users',
    mayIfRecent('darvoza:users:write'),
    'Disable many users, likewise',
    { query: users, body: bulk },
  ),
  signOutUsers: post(
    '/api/admin/bulk/sign-out-users',
    mayIfRecent('darvoza:sessions:end'),
    'End all sessions of many users, likewise',
    { query: users, body: bulk },
  ),
  addRoleToUsers: post(
    '/api/admin/bulk/add-role',
    mayIfRecent('darvoza:roles:write'),
    'Give many users one more role, likewise',
    { query: users, body: [...bulk, 'role'] },
  ),
  removeRoleFromUsers: post(
    '/api/admin/bulk/remove-role',
    mayIfRecent('darvoza:roles:write'),
    'Take a role from many users, likewise',
    { query: users, body: [...bulk, 'role'] },
  ),

  showOverview: get(
    '/api/admin/overview',
    may('darvoza:sessions:read'),
    'Figures of a day, a week or a month, and what lives now',
    { query: ['range'] },
  ),

  listRoles: get('/api/admin/roles', may('darvoza:users:read'), 'Roles, with how many hold them'),
  createRole: post('/api/admin/roles', mayIfRecent('darvoza:roles:write'), 'Make a role', {
    body: ['name', 'permissions'],
  }),
  changeRole: patch(
    '/api/admin/roles/:name',
    mayIfRecent('darvoza:roles:write'),
    "Change a role's name or permissions",
    { body: ['name', 'permissions'] },
  ),
  deleteRole: del('/api/admin/roles/:name', mayIfRecent('darvoza:roles:write'), 'Delete a role'),

  listApplications: get(
    '/api/admin/applications',
    may('darvoza:applications:read'),
    'Applications and resource servers, by name',
    { query: [...Object.keys(applicationFilters), ...listed, ...asFile] },
  ),
  createApplication: post(
    '/api/admin/applications',
    mayIfRecent('darvoza:applications:write'),
    'Make an application, in the names of RFC 7591; its secret is shown once',
    { body: ['client_id', ...describedNames] },
  ),
  showApplication: get('/api/admin/applications/:id', may('darvoza:applications:read'), 'An application'),
  changeApplication: patch(
    '/api/admin/applications/:id',
    mayIfRecent('darvoza:applications:write'),
    'Change an application: what is given takes the place of what there was, null takes it away',
    { body: describedNames },
  ),
  deleteApplication: del(
    '/api/admin/applications/:id',
    mayIfRecent('darvoza:applications:write'),
    'Delete an application; its id is never used again',
  ),
  disableApplication: post(
    '/api/admin/applications/:id/disable',
    mayIfRecent('darvoza:applications:write'),
    'Disable an application, and end its sessions',
  ),
  enableApplication: post(
    '/api/admin/applications/:id/enable',
    mayIfRecent('darvoza:applications:write'),
    'Enable an application',
  ),
  endApplicationSessions: del(
    '/api/admin/applications/:id/sessions',
    mayIfRecent('darvoza:applications:write'),
    'End all sessions of an application',
  ),
  previewApplicationLifetimes: post(
    '/api/admin/applications/:id/lifetimes',
    may('darvoza:applications:read'),
    'What lifetimes of its own would end',
    { body: ['lifetimes'] },
  ),
  listApplicationSecrets: get(
    '/api/admin/applications/:id/secrets',
    may('darvoza:applications:read'),
    'The secrets of an application that are good, by their last characters',
  ),
  rotateApplicationSecret: post(
    '/api/admin/applications/:id/secrets',
    mayIfRecent('darvoza:applications:write'),
    'Make a new secret, shown once; the one before stays good for the `overlap`',
    { body: ['overlap'] },
  ),
  endApplicationSecret: del(
    '/api/admin/applications/:id/secrets/:secret',
    mayIfRecent('darvoza:applications:write'),
    'End a secret at once',
  ),

  listRevocations: get('/api/admin/revocations', may('darvoza:revocations:read'), 'The revocation log, newest first', {
    query: [...Object.keys(revocationFilters), ...listed],
  }),
  addRevocation: post(
    '/api/admin/revocations',
    mayIfRecent('darvoza:revocations:write'),
    'Write a revocation by hand',
    { body: ['kind', 'subject', 'effect', 'reason'] },
  ),
  listAudit: get('/api/admin/audit', may('darvoza:audit:read'), 'The audit log, newest first', {
    query: [...Object.keys(auditFilters), 'subject_kind', 'subject', ...listed, ...asFile],
  }),
  verifyAudit: get('/api/admin/audit/verify', may('darvoza:audit:read'), 'Does the chain of the audit log hold?'),
  listIncidents: get(
    '/api/admin/incidents',
    may('darvoza:audit:read'),
    'Refresh tokens that were used again, newest first',
    { query: [...Object.keys(incidentFilters), ...listed] },
  ),

  showPolicies: get('/api/admin/policies', may('darvoza:policies:read'), 'Every policy, with its meaning and bounds'),
  listPolicyVersions: get(
    '/api/admin/policies/versions',
    may('darvoza:policies:read'),
    'What changed, and who changed it, newest first',
    { query: ['limit', 'before'] },
  ),
  previewPolicies: post(
    '/api/admin/policies/preview',
    may('darvoza:policies:read'),
    'What a change, or an undoing, would end',
    { body: ['changes', 'apply', 'undo'] },
  ),
  changePolicies: patch('/api/admin/policies', mayIfRecent('darvoza:policies:write'), 'Change policies', {
    body: [...policyChange, 'version'],
  }),
  undoPolicies: post(
    '/api/admin/policies/undo',
    mayIfRecent('darvoza:policies:write'),
    'Take back what a version changed',
    { body: ['apply', 'reason', 'version'] },
  ),

  listKeys: get('/api/admin/keys', may('darvoza:keys:read'), 'The signing keys, also those of the past'),
  rotateKey: post(
    '/api/admin/keys',
    mayIfRecent('darvoza:keys:write'),
    'Publish the next signing key, or let it sign at once',
    { body: ['algorithm', 'now'] },
  ),
  revokeKey: del(
    '/api/admin/keys/:kid',
    mayIfRecent('darvoza:keys:write'),
    'Revoke a signing key, or the refresh or device key',
  ),
} as const satisfies Record<string, RouteRow<Access>>
