// The pages: a row each, and who may see it. `visitor`: anybody; `signedIn`: whoever is signed in by cookie; `sees`: who has
// the permission; `fresh`: and has typed the password within five minutes. A section appears in the menu (sections.ts) as
// soon as its row stands here.
import type { OwnPermission } from '../../policy/permissions.js'
import type { PageAccess, RouteRow } from '../access.js'

const visitor = { kind: 'visitor' } as const
const tokenless = { kind: 'visitor', tokenless: true } as const
const signedIn = { kind: 'page' } as const
const beforeNewPassword = { kind: 'page', beforeNewPassword: true } as const
const sees = <P extends OwnPermission>(permission: P) => ({ kind: 'page', permission }) as const

const fresh = <P extends OwnPermission>(permission: P) => ({ kind: 'page', permission, fresh: true }) as const

const get = <P extends string, A extends PageAccess>(path: P, access: A, what: string) =>
  ({ method: 'GET', path, access, wire: 'page', what }) as const
const post = <P extends string, A extends PageAccess>(path: P, access: A, what: string) =>
  ({ method: 'POST', path, access, wire: 'page', what }) as const

export const pageRoutes = {
  landing: get('/', visitor, 'What this server is'),
  errorPage: get('/errors/:code', visitor, 'What an error code means'),

  signInPage: get('/login', visitor, 'The sign-in form'),
  signIn: post('/login', visitor, 'Sign in'),
  signOut: post('/logout', tokenless, 'Sign out; no error for who is'),
  prefer: post('/preferences', tokenless, 'Language and look, kept in cookies'),
  prove: post('/prove', signedIn, 'Type the password again, and go on'),

  profilePage: get('/account', signedIn, 'My profile'),
  saveProfile: post('/account', signedIn, 'Change my profile'),
  passwordPage: get('/account/password', beforeNewPassword, 'The form for a new password'),
  savePassword: post('/account/password', beforeNewPassword, 'Change my password'),
  ownDevicesPage: get('/account/devices', signedIn, 'My devices'),
  endOwnOtherDevices: post('/account/devices/end-others', signedIn, 'End all my devices but this one'),
  renameOwnDevice: post('/account/devices/:id/name', signedIn, 'Name one of my devices'),
  endOwnDevice: post('/account/devices/:id/end', signedIn, 'End one of my devices'),
  eventsPage: get('/account/events', signedIn, 'My security events'),

  homePage: get('/admin', signedIn, 'How things stand'),
  usersPage: get('/admin/users', sees('darvoza:users:read'), 'Users'),
  usersFile: get('/admin/users.csv', sees('darvoza:users:read'), 'Users as a CSV file'),
  newUserPage: get('/admin/users/new', fresh('darvoza:users:write'), 'The form for a new user'),
  createUserPage: post('/admin/users/new', fresh('darvoza:users:write'), 'Make a user'),
  changeUsersPage: post('/admin/users/change', sees('darvoza:users:read'), 'What a change of many users would do'),
  disableUsers: post('/admin/users/change/disable', fresh('darvoza:users:write'), 'Disable many users'),
  signOutUsers: post('/admin/users/change/sign-out', fresh('darvoza:sessions:end'), 'End all sessions of many users'),
  addRoleToUsers: post('/admin/users/change/add-role', fresh('darvoza:roles:write'), 'Give many users a role'),
  removeRoleFromUsers: post('/admin/users/change/remove-role', fresh('darvoza:roles:write'), 'Take a role from many'),
  userPage: get('/admin/users/:id', sees('darvoza:users:read'), 'A user'),
  saveUserPage: post('/admin/users/:id', sees('darvoza:users:write'), 'Change the name or profile of a user'),
  saveUserRoles: post(
    '/admin/users/:id/roles',
    fresh('darvoza:roles:write'),
    'Give a user other roles and permissions',
  ),
  resetPasswordPage: get(
    '/admin/users/:id/password',
    fresh('darvoza:users:write'),
    'The form for a user’s new password',
  ),
  savePasswordOfUser: post('/admin/users/:id/password', fresh('darvoza:users:write'), 'Set a new password for a user'),
  deleteUserPage: post('/admin/users/:id/delete', fresh('darvoza:users:write'), 'Delete a user'),
  disableUserPage: post('/admin/users/:id/disable', fresh('darvoza:users:write'), 'Disable a user'),
  enableUserPage: post('/admin/users/:id/enable', sees('darvoza:users:write'), 'Enable a user'),
  signOutUserPage: post('/admin/users/:id/sign-out', fresh('darvoza:sessions:end'), 'End all sessions of a user'),

  devicesPage: get('/admin/devices', sees('darvoza:sessions:read'), 'Devices of everybody'),
  endDevicesPage: get('/admin/devices/end', sees('darvoza:sessions:end'), 'What ending the devices found would do'),
  endPickedDevicesPage: post('/admin/devices/end/preview', sees('darvoza:sessions:end'), 'The same of picked devices'),
  endDevices: post('/admin/devices/end', fresh('darvoza:sessions:end'), 'End many devices'),
  devicePage: get('/admin/devices/:id', sees('darvoza:sessions:read'), 'A device'),
  endDevicePage: post('/admin/devices/:id/end', fresh('darvoza:sessions:end'), 'End a device'),
  sessionsPage: get('/admin/sessions', sees('darvoza:sessions:read'), 'Sessions of everybody'),
  endSessionsPage: get('/admin/sessions/end', sees('darvoza:sessions:end'), 'What ending the sessions found would do'),
  endPickedSessionsPage: post(
    '/admin/sessions/end/preview',
    sees('darvoza:sessions:end'),
    'The same of picked sessions',
  ),
  endSessions: post('/admin/sessions/end', fresh('darvoza:sessions:end'), 'End many sessions'),
  sessionPage: get('/admin/sessions/:id', sees('darvoza:sessions:read'), 'A session'),
  endSessionPage: post('/admin/sessions/:id/end', fresh('darvoza:sessions:end'), 'End a session'),
} as const satisfies Record<string, RouteRow>

export type PageRouteName = keyof typeof pageRoutes
