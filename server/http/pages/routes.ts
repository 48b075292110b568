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

  usersPage: get('/admin/users', sees('darvoza:users:read'), 'Users'),
  userPage: get('/admin/users/:id', sees('darvoza:users:read'), 'A user'),
  disableUserPage: post('/admin/users/:id/disable', fresh('darvoza:users:write'), 'Disable a user'),
  enableUserPage: post('/admin/users/:id/enable', fresh('darvoza:users:write'), 'Enable a user'),
  signOutUserPage: post('/admin/users/:id/sign-out', fresh('darvoza:sessions:end'), 'End all sessions of a user'),
} as const satisfies Record<string, RouteRow>

export type PageRouteName = keyof typeof pageRoutes
