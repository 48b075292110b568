// Users, as administrators see and change them.
import { longestPassword } from '../../../policy/password.js'
import { may, mayIfRecent, mayInPerson } from '../../kinds/permission.js'
import { sessionFilters, sessionRowSchema } from '../../lists/sessions.js'
import { userFilters, userRowSchema } from '../../lists/users.js'
import { authorizedApplicationSchema, liveDeviceSchema } from '../../me/present.js'
import { profile } from '../../me/routes.js'
import { del, get, patch, post, put } from '../../route.js'
import { listOf, pageOf } from '../../wire/answers.js'
import { asFile } from '../csv.js'
import { endedSessions, userOrder } from '../filters.js'
import { paging } from '../paging.js'
import { anyUserSchema } from '../present.js'

const { user: _, ...sessionsOfOne } = sessionFilters

const password = { maxLength: longestPassword, secret: true } as const
const mustChange = { is: 'flag', about: 'The user must choose a new password at the next sign-in.' } as const
const roles = { is: 'texts', about: 'Names of roles.' } as const

const user = { answers: { 200: anyUserSchema }, refuses: ['not_found'] } as const
const done = { answers: { 204: null }, refuses: ['not_found'], waits: true } as const

export const userRoutes = {
  listUsers: get(
    '/api/admin/users',
    may('darvoza:users:read'),
    'List users, filtered by name, address, role or state',
    {
      query: { ...userFilters, ...userOrder, ...paging, ...asFile },
      answers: { 200: pageOf(userRowSchema) },
      file: true,
    },
  ),
  createUser: post('/api/admin/users', may('darvoza:users:write'), 'Create a user', {
    body: {
      username: {},
      password: {
        ...password,
        required: false,
        about: 'Required, except for requests by an API key, which create users without a password.',
      },
      must_change_password: mustChange,
      roles: { ...roles, required: false },
      ...profile,
    },
    answers: { 201: anyUserSchema },
    // A caller that gives a user roles must have signed in recently.
    refuses: ['insufficient_user_authentication', 'api_key_not_elevated', 'not_by_api_key', 'overloaded'],
  }),
  showUser: get('/api/admin/users/:id', may('darvoza:users:read'), 'Show a user', user),
  changeUser: patch('/api/admin/users/:id', may('darvoza:users:write'), "Change a user's name or profile", {
    body: { username: { required: false }, ...profile },
    answers: { 200: anyUserSchema },
    // An API key cannot rename its own user.
    refuses: ['not_by_api_key', 'not_found'],
    // Tokens hold the user's name, so a new name makes them stale.
    waits: true,
  }),
  deleteUser: del('/api/admin/users/:id', mayIfRecent('darvoza:users:write'), 'Delete a user', {
    answers: { 204: null },
    refuses: ['last_administrator', 'not_found'],
    waits: true,
  }),
  setUserRoles: put('/api/admin/users/:id/roles', mayIfRecent('darvoza:roles:write'), 'Replace the roles of a user', {
    body: { roles },
    answers: { 200: anyUserSchema },
    refuses: ['last_administrator', 'not_found'],
    waits: true,
  }),
  setUserPermissions: put(
    '/api/admin/users/:id/permissions',
    mayIfRecent('darvoza:roles:write'),
    'Replace the permissions that a user has beside those of roles',
    { body: { permissions: { is: 'texts' } }, ...user, waits: true },
  ),
  disableUser: post('/api/admin/users/:id/disable', mayIfRecent('darvoza:users:write'), 'Disable a user', {
    answers: { 200: anyUserSchema },
    refuses: ['last_administrator', 'not_found'],
    waits: true,
  }),
  enableUser: post('/api/admin/users/:id/enable', mayIfRecent('darvoza:users:write'), 'Enable a user', user),
  resetUserPassword: post(
    '/api/admin/users/:id/password',
    mayInPerson('darvoza:users:write'),
    "Set a user's password",
    {
      body: { password, must_change_password: mustChange },
      answers: { 204: null },
      refuses: ['not_found', 'overloaded'],
      waits: true,
    },
  ),
  listUserSessions: get(
    '/api/admin/users/:id/sessions',
    may('darvoza:sessions:read'),
    'List the live sessions of a user; with `state` or `all` also ended ones',
    {
      query: { ...sessionsOfOne, ...endedSessions, ...paging },
      answers: { 200: pageOf(sessionRowSchema) },
      refuses: ['not_found'],
    },
  ),
  endUserSessions: del(
    '/api/admin/users/:id/sessions',
    mayIfRecent('darvoza:sessions:end'),
    'End all sessions of a user',
    done,
  ),
  listUserApplications: get(
    '/api/admin/users/:id/applications',
    may('darvoza:sessions:read'),
    'List the applications that may act for a user',
    { answers: { 200: listOf(authorizedApplicationSchema) }, refuses: ['not_found'] },
  ),
  withdrawUserApplication: del(
    '/api/admin/users/:id/applications/:application',
    mayIfRecent('darvoza:sessions:end'),
    'Withdraw the consent of a user to an application, and end its sessions',
    done,
  ),
  listUserDevices: get('/api/admin/users/:id/devices', may('darvoza:sessions:read'), 'List the devices of a user', {
    query: paging,
    answers: { 200: pageOf(liveDeviceSchema) },
    refuses: ['not_found'],
  }),
} as const
