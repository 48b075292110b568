// Every route, and who may call it. What is not in this table does not exist, and what the table does not open is closed:
// router.ts builds the router from it, and a test walks that router against it. Administrators and pages have tables of
// their own, which are part of this one.
//
// `open`: anybody; `person`: whoever is signed in; `may`: whoever has the permission; `mayIfRecent`: and has signed in within
// five minutes. What a row names of address and body is taken there and nothing else is; routes of kind `open` ignore it.
import { adminRoutes, listed, profile } from './admin/routes.js'
import { authorization } from './kinds/authorization.js'
import { client, confidentialClient } from './kinds/client.js'
import { file } from './kinds/file.js'
import type { Access } from './kinds/kinds.js'
import { open } from './kinds/open.js'
import { beforeNewPassword, inPerson, person } from './kinds/person.js'
import { hasScope } from './kinds/scope.js'
import { apiKeyFields } from './me/api-keys.js'
import { pageRoutes } from './pages/routes.js'
import { del, get, patch, post, type RouteRow } from './route.js'

export const routes = {
  obtain: post('/api/token', open, 'Sign in; answers a pair', { limited: true }),
  refresh: post('/api/token/refresh', open, 'Spend a refresh token'),
  verify: post('/api/token/verify', open, 'Is this token good?'),
  blacklist: post('/api/token/blacklist', open, 'Sign out'),

  me: get('/api/me', beforeNewPassword, 'The signed-in user'),
  changeMe: patch('/api/me', beforeNewPassword, 'Change the profile', { body: profile }),
  changePassword: post('/api/me/password', inPerson.own, 'Change the password', {
    body: ['old_password', 'new_password'],
  }),
  mySessions: get('/api/me/sessions', person, 'My sessions', { query: listed }),
  endMyOtherSessions: del('/api/me/sessions', person, 'End all my sessions but this one'),
  endMySession: del('/api/me/sessions/:id', person, 'End a session'),
  myDevices: get('/api/me/devices', person, 'My devices', { query: listed }),
  endMyOtherDevices: del('/api/me/devices', person, 'End all my devices but this one'),
  endMyDevice: del('/api/me/devices/:id', person, 'End a device'),

  myApplications: get('/api/me/applications', person, 'Applications that may act for me'),
  withdrawMyApplication: del(
    '/api/me/applications/:id',
    person,
    'Take back what an application may have, and end its sessions',
  ),

  myApiKeys: get('/api/me/keys', person, 'My API keys'),
  createMyApiKey: post('/api/me/keys', inPerson.recent, 'Make an API key; its text is shown once', {
    body: apiKeyFields,
  }),
  endMyApiKey: del('/api/me/keys/:id', person, 'End an API key'),

  ...adminRoutes,

  token: post('/oauth/token', client, 'Tokens, by a grant'),
  introspect: post('/oauth/introspect', confidentialClient, 'What is this token worth? (RFC 7662)'),
  revoke: post('/oauth/revoke', client, 'Give a token back (RFC 7009)'),
  authorize: get('/oauth/authorize', authorization, 'Let an application in'),
  postAuthorize: post('/oauth/authorize', authorization, 'The same, by a form'),

  userinfo: get('/oauth/userinfo', hasScope('openid'), 'Claims of the person behind a token'),
  postUserinfo: post('/oauth/userinfo', hasScope('openid'), 'The same; the token may stand in the form'),

  endSignIn: get('/oauth/logout', authorization, 'Sign out, as an application asks'),
  postEndSignIn: post('/oauth/logout', authorization, 'The same, by a form'),

  openidConfiguration: get('/.well-known/openid-configuration', open, 'What OpenID Connect can be done here'),
  authorizationServer: get('/.well-known/oauth-authorization-server', open, 'The same for OAuth (RFC 8414)'),
  jwks: get('/.well-known/jwks.json', open, 'The public keys'),
  openapi: get('/openapi.json', open, 'This API, described for programs (OpenAPI 3.1)'),
  healthz: get('/healthz', open, 'The process lives'),
  readyz: get('/readyz', open, 'The database answers'),

  asset: get('/assets/*file', file, 'Style sheets and scripts'),
  ...pageRoutes,
} as const satisfies Record<string, RouteRow<Access>>

export type RouteName = keyof typeof routes
