// What may stand in the address and in the body of every route of people and administrators. Whatever else stands there is
// refused: a filter that is passed over reaches everybody, and a misspelt field changes nothing without a word. The wire of
// simplejwt (/api/token/) is not in here: Django's serializers leave out what they do not know, and clients rely on it.
import { deviceFilters } from './lists/devices.js'
import { auditFilters, incidentFilters, revocationFilters } from './lists/logs.js'
import { sessionFilters } from './lists/sessions.js'
import { userFilters } from './lists/users.js'
import type { RouteName } from './routes.js'

export type Parameters = {
  query?: readonly string[]
  body?: readonly string[]
}

const listed = ['limit', 'after', 'count'] as const
const file = ['format', 'separator', 'zone'] as const

/** The filters of a list, which are also those of what is done to all that the list finds. */
const users = Object.keys(userFilters)
const sessions = [...Object.keys(sessionFilters), 'all']
const sessionsOfOne = sessions.filter(name => name !== 'user')
const devices = Object.keys(deviceFilters)

const bulk = ['ids', 'at', 'count'] as const
const profile = ['first_name', 'last_name', 'email'] as const
const policyChange = ['changes', 'apply', 'reason'] as const

export const parameters = {
  me: {},
  changeMe: { body: profile },
  changePassword: { body: ['old_password', 'new_password'] },
  mySessions: { query: listed },
  endMyOtherSessions: {},
  endMySession: {},
  myDevices: { query: listed },
  endMyOtherDevices: {},
  endMyDevice: {},

  listUsers: { query: [...users, 'order', ...listed, ...file] },
  createUser: { body: ['username', 'password', 'must_change_password', 'roles', ...profile] },
  showUser: {},
  changeUser: { body: ['username', ...profile] },
  deleteUser: {},
  setUserRoles: { body: ['roles'] },
  setUserPermissions: { body: ['permissions'] },
  disableUser: {},
  enableUser: {},
  resetUserPassword: { body: ['password', 'must_change_password'] },
  listUserSessions: { query: [...sessionsOfOne, ...listed] },
  endUserSessions: {},
  listUserDevices: { query: listed },

  listSessions: { query: [...sessions, ...listed, ...file] },
  showSession: {},
  endSession: {},
  listDevices: { query: [...devices, ...listed] },
  endDevice: {},

  endSessions: { query: sessions, body: [...bulk, 'why'] },
  endDevices: { query: devices, body: [...bulk, 'why'] },
  disableUsers: { query: users, body: bulk },
  signOutUsers: { query: users, body: bulk },
  addRoleToUsers: { query: users, body: [...bulk, 'role'] },
  removeRoleFromUsers: { query: users, body: [...bulk, 'role'] },

  showOverview: { query: ['range'] },
  listRoles: {},
  createRole: { body: ['name', 'permissions'] },
  changeRole: { body: ['name', 'permissions'] },
  deleteRole: {},
  listRevocations: { query: [...Object.keys(revocationFilters), ...listed] },
  addRevocation: { body: ['kind', 'subject', 'effect', 'reason'] },
  listAudit: {
    query: [...Object.keys(auditFilters), 'subject_kind', 'subject', ...listed, ...file],
  },
  verifyAudit: {},
  listIncidents: { query: [...Object.keys(incidentFilters), ...listed] },

  showPolicies: {},
  listPolicyVersions: { query: ['limit', 'before'] },
  previewPolicies: { body: ['changes', 'apply', 'undo'] },
  changePolicies: { body: [...policyChange, 'version'] },
  undoPolicies: { body: ['apply', 'reason', 'version'] },

  listKeys: {},
  rotateKey: { body: ['algorithm', 'now'] },
  revokeKey: {},
} as const satisfies Partial<Record<RouteName, Parameters>>

/** Under which paths nothing is passed over. */
export const isStrict = (path: string) => /^\/api\/(me|admin)(\/|$)/.test(path)

/** null for routes that take what they know and leave the rest. A route that has no row takes nothing. */
export function parametersOf(name: RouteName, path: string): Parameters | null {
  if (!isStrict(path)) return null
  return (parameters as Partial<Record<RouteName, Parameters>>)[name] ?? {}
}
