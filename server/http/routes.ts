// Every route, and who may call it. What is not in this table does not exist, and what the table does not open is closed:
// router.ts builds the router from it, and a test walks that router against it.
import type { OwnPermission } from '../policy/permissions.js'

export type Access =
  /** Anybody; whatever credential the request has is not looked at. */
  | { kind: 'open' }
  /** A person's own token: of the built-in application, or with the scope `darvoza:account`. */
  | { kind: 'person' }
  /** A token of the built-in application, or with the scope `darvoza:admin`, whose user has the permission. */
  | { kind: 'permission'; permission: OwnPermission }

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

export type RouteRow = {
  method: Method
  /** Without the trailing slash, which every route takes as well. */
  path: string
  access: Access
  /** How errors are written: simplejwt's JSON, or a page for people. */
  wire: 'api' | 'page'
  what: string
}

const open = { kind: 'open' } as const
const person = { kind: 'person' } as const

export const routes = {
  obtain: { method: 'POST', path: '/api/token', access: open, wire: 'api', what: 'Sign in; answers a pair' },
  refresh: { method: 'POST', path: '/api/token/refresh', access: open, wire: 'api', what: 'Spend a refresh token' },
  verify: { method: 'POST', path: '/api/token/verify', access: open, wire: 'api', what: 'Is this token good?' },
  blacklist: { method: 'POST', path: '/api/token/blacklist', access: open, wire: 'api', what: 'Sign out' },

  me: { method: 'GET', path: '/api/me', access: person, wire: 'api', what: 'The signed-in user' },
  changeMe: { method: 'PATCH', path: '/api/me', access: person, wire: 'api', what: 'Change the profile' },
  changePassword: {
    method: 'POST',
    path: '/api/me/password',
    access: person,
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

  jwks: { method: 'GET', path: '/.well-known/jwks.json', access: open, wire: 'api', what: 'The public keys' },
  healthz: { method: 'GET', path: '/healthz', access: open, wire: 'api', what: 'The process lives' },
  readyz: { method: 'GET', path: '/readyz', access: open, wire: 'api', what: 'The database answers' },

  landing: { method: 'GET', path: '/', access: open, wire: 'page', what: 'What this server is' },
  errorPage: { method: 'GET', path: '/errors/:code', access: open, wire: 'page', what: 'What an error code means' },
  asset: { method: 'GET', path: '/assets/:file', access: open, wire: 'page', what: 'Style sheets and scripts' },
} as const satisfies Record<string, RouteRow>

export type RouteName = keyof typeof routes
