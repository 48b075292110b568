// The table of pages, and who may see each. `publicPage`: anybody; `signedIn`: a user signed in by cookie; `sees`: one
// with the permission; `seesIfRecent`: who has also typed the password within five minutes.
import type { Access } from '../kinds/kinds.js'
import { beforeNewPassword, sees, seesIfRecent, signedIn, signedInIfRecent } from '../kinds/page.js'
import { publicPage, tokenless } from '../kinds/public-page.js'
import { get, post, type RouteRow } from '../route.js'

export const pageRoutes = {
  landing: get('/', publicPage, 'What this server is'),
  errorsPage: get('/errors', publicPage, 'Every error code'),
  errorPage: get('/errors/:code', publicPage, 'What an error code means, and what to do'),
  swaggerPage: get('/swagger', publicPage, 'The API, to be tried out'),
  redocPage: get('/redoc', publicPage, 'The API, to be read'),

  signInPage: get('/login', publicPage, 'The sign-in form'),
  signIn: post('/login', publicPage, 'Sign in', { limited: true }),
  leaveSignIn: post('/login/leave', publicPage, 'Back to the application that asked for the sign-in'),
  signOut: post('/logout', tokenless, 'Sign out; no error for who is'),
  confirmLogout: post('/logout/confirm', publicPage, 'Sign out, as an application has asked'),
  prefer: post('/preferences', tokenless, 'Language and look, kept in cookies'),
  prove: post('/prove', signedIn, 'Type the password again, and go on'),

  consentPage: get('/consent', signedIn, 'What an application asks me for'),
  saveConsent: post('/consent', signedIn, 'Let an application in, or not'),

  connectPage: get('/device', publicPage, 'The code of a program that runs on another device, and what it asks me for'),
  decideConnect: post('/device', signedIn, 'Let such a program in, or not'),

  profilePage: get('/account', signedIn, 'My profile'),
  saveProfile: post('/account', signedIn, 'Change my profile'),
  passwordPage: get('/account/password', beforeNewPassword, 'The form for a new password'),
  savePassword: post('/account/password', beforeNewPassword, 'Change my password'),
  ownDevicesPage: get('/account/devices', signedIn, 'My devices'),
  endOwnOtherDevices: post('/account/devices/end-others', signedIn, 'End all my devices but this one'),
  renameOwnDevice: post('/account/devices/:id/name', signedIn, 'Name one of my devices'),
  endOwnDevice: post('/account/devices/:id/end', signedIn, 'End one of my devices'),
  ownApplicationsPage: get('/account/applications', signedIn, 'Applications that may act for me'),
  withdrawOwnApplication: post(
    '/account/applications/:id/withdraw',
    signedIn,
    'Take back what an application may have, and end its sessions',
  ),
  ownApiKeysPage: get('/account/keys', signedIn, 'My API keys'),
  newOwnApiKeyPage: get('/account/keys/new', signedInIfRecent, 'The form for a new API key'),
  createOwnApiKeyPage: post('/account/keys/new', signedInIfRecent, 'Make an API key'),
  endOwnApiKeyPage: post('/account/keys/:id/end', signedIn, 'End one of my API keys'),
  eventsPage: get('/account/events', signedIn, 'My security events'),

  homePage: get('/admin', signedIn, 'How things stand'),
  usersPage: get('/admin/users', sees('darvoza:users:read'), 'Users'),
  usersFile: get('/admin/users.csv', sees('darvoza:users:read'), 'Users as a CSV file'),
  newUserPage: get('/admin/users/new', seesIfRecent('darvoza:users:write'), 'The form for a new user'),
  createUserPage: post('/admin/users/new', seesIfRecent('darvoza:users:write'), 'Make a user'),
  changeUsersPage: post('/admin/users/change', sees('darvoza:users:read'), 'What a change of many users would do'),
  disableUsersPage: post('/admin/users/change/disable', seesIfRecent('darvoza:users:write'), 'Disable many users'),
  signOutUsersPage: post(
    '/admin/users/change/sign-out',
    seesIfRecent('darvoza:sessions:end'),
    'End all sessions of many users',
  ),
  addRoleToUsersPage: post(
    '/admin/users/change/add-role',
    seesIfRecent('darvoza:roles:write'),
    'Give many users a role',
  ),
  removeRoleFromUsersPage: post(
    '/admin/users/change/remove-role',
    seesIfRecent('darvoza:roles:write'),
    'Take a role from many',
  ),
  userPage: get('/admin/users/:id', sees('darvoza:users:read'), 'A user'),
  saveUserPage: post('/admin/users/:id', sees('darvoza:users:write'), 'Change the name or profile of a user'),
  saveUserRoles: post(
    '/admin/users/:id/roles',
    seesIfRecent('darvoza:roles:write'),
    'Give a user other roles and permissions',
  ),
  resetPasswordPage: get(
    '/admin/users/:id/password',
    seesIfRecent('darvoza:users:write'),
    'The form for a user’s new password',
  ),
  savePasswordOfUser: post(
    '/admin/users/:id/password',
    seesIfRecent('darvoza:users:write'),
    'Set a new password for a user',
  ),
  withdrawOfUserPage: post(
    '/admin/users/:id/applications/:application/withdraw',
    seesIfRecent('darvoza:sessions:end'),
    'Take back what an application may have of a user, and end its sessions',
  ),
  newApiKeyOfUserPage: get(
    '/admin/users/:id/keys/new',
    seesIfRecent('darvoza:users:write'),
    'The form for a new API key of a user',
  ),
  createApiKeyOfUserPage: post(
    '/admin/users/:id/keys/new',
    seesIfRecent('darvoza:users:write'),
    'Make an API key for a user',
  ),
  deleteUserPage: post('/admin/users/:id/delete', seesIfRecent('darvoza:users:write'), 'Delete a user'),
  disableUserPage: post('/admin/users/:id/disable', seesIfRecent('darvoza:users:write'), 'Disable a user'),
  enableUserPage: post('/admin/users/:id/enable', seesIfRecent('darvoza:users:write'), 'Enable a user'),
  signOutUserPage: post(
    '/admin/users/:id/sign-out',
    seesIfRecent('darvoza:sessions:end'),
    'End all sessions of a user',
  ),

  applicationsPage: get('/admin/applications', sees('darvoza:applications:read'), 'Applications'),
  applicationsFile: get('/admin/applications.csv', sees('darvoza:applications:read'), 'Applications as a CSV file'),
  resourceServersPage: get('/admin/resource-servers', sees('darvoza:applications:read'), 'Resource servers'),
  // This hides no page of an application with the id "-": the path of that page has one segment less.
  newApplicationPage: get(
    '/admin/applications/-/new',
    seesIfRecent('darvoza:applications:write'),
    'What a new application is, and what it needs',
  ),
  createApplicationPage: post(
    '/admin/applications/-/new',
    seesIfRecent('darvoza:applications:write'),
    'Register an application',
  ),
  registrationTokensPage: get(
    '/admin/applications/-/tokens',
    sees('darvoza:applications:read'),
    'Initial access tokens, by which applications register themselves',
  ),
  createRegistrationToken: post(
    '/admin/applications/-/tokens',
    seesIfRecent('darvoza:applications:write'),
    'Make an initial access token',
  ),
  endRegistrationToken: post(
    '/admin/applications/-/tokens/:id/end',
    seesIfRecent('darvoza:applications:write'),
    'End an initial access token',
  ),
  applicationPage: get('/admin/applications/:id', sees('darvoza:applications:read'), 'An application'),
  saveApplicationPage: post(
    '/admin/applications/:id',
    seesIfRecent('darvoza:applications:write'),
    'Change the settings of an application',
  ),
  saveApplicationAccess: post(
    '/admin/applications/:id/access',
    seesIfRecent('darvoza:applications:write'),
    'Change what an application may have, and who may use it',
  ),
  saveApplicationResource: post(
    '/admin/applications/:id/resource',
    seesIfRecent('darvoza:applications:write'),
    'Change the identifier and scopes of a resource server',
  ),
  newApplicationSecret: post(
    '/admin/applications/:id/secrets',
    seesIfRecent('darvoza:applications:write'),
    'Make a new secret of an application',
  ),
  retireApplicationSecret: post(
    '/admin/applications/:id/secrets/:secret/end',
    seesIfRecent('darvoza:applications:write'),
    'End a secret of an application',
  ),
  weighApplicationLifetimes: post(
    '/admin/applications/:id/lifetimes/preview',
    sees('darvoza:applications:write'),
    'What other lifetimes of an application would do',
  ),
  saveApplicationLifetimes: post(
    '/admin/applications/:id/lifetimes',
    seesIfRecent('darvoza:applications:write'),
    'Change the lifetimes of an application',
  ),
  testApplicationPage: post(
    '/admin/applications/:id/test',
    seesIfRecent('darvoza:applications:write'),
    'Try a sign-in of an application out',
  ),
  applicationTestBackPage: get(
    '/admin/applications/:id/test/back',
    sees('darvoza:applications:write'),
    'Where a sign-in that is tried out comes back to',
  ),
  redeemApplicationTest: post(
    '/admin/applications/:id/test/back',
    seesIfRecent('darvoza:applications:write'),
    'Exchange the code of a sign-in that is tried out',
  ),
  adoptApplicationPage: post(
    '/admin/applications/:id/adopt',
    seesIfRecent('darvoza:applications:write'),
    'Take over an application that registered itself',
  ),
  disableApplicationPage: post(
    '/admin/applications/:id/disable',
    seesIfRecent('darvoza:applications:write'),
    'Disable an application',
  ),
  enableApplicationPage: post(
    '/admin/applications/:id/enable',
    seesIfRecent('darvoza:applications:write'),
    'Enable an application',
  ),
  endApplicationSessionsPage: post(
    '/admin/applications/:id/end-sessions',
    seesIfRecent('darvoza:sessions:end'),
    'End all sessions of an application',
  ),
  deleteApplicationPage: post(
    '/admin/applications/:id/delete',
    seesIfRecent('darvoza:applications:write'),
    'Delete an application',
  ),

  deliveriesPage: get('/admin/deliveries', sees('darvoza:applications:read'), 'Logout tokens for applications'),
  sendDeliveryAgainPage: post(
    '/admin/deliveries/:id/send',
    seesIfRecent('darvoza:applications:write'),
    'Send a logout token again',
  ),
  testApplicationLogoutPage: post(
    '/admin/applications/:id/test-logout',
    seesIfRecent('darvoza:applications:write'),
    'Send an application a logout token for a session that never was',
  ),

  policiesPage: get('/admin/policies', sees('darvoza:policies:read'), 'Every policy'),
  changePoliciesPage: get('/admin/policies/change', sees('darvoza:policies:write'), 'The form for other policies'),
  weighPoliciesPage: post('/admin/policies/change', sees('darvoza:policies:write'), 'On to the preview of a change'),
  previewPoliciesPage: get('/admin/policies/preview', sees('darvoza:policies:write'), 'What a change would do'),
  savePoliciesPage: post('/admin/policies', seesIfRecent('darvoza:policies:write'), 'Change policies'),
  policyVersionsPage: get(
    '/admin/policies/versions',
    sees('darvoza:policies:read'),
    'What was changed, by whom and why',
  ),
  undoPolicyPage: get(
    '/admin/policies/versions/:version/undo',
    sees('darvoza:policies:write'),
    'What an undoing would do',
  ),
  undoPolicyNow: post(
    '/admin/policies/versions/:version/undo',
    seesIfRecent('darvoza:policies:write'),
    'Undo a change',
  ),

  formerServicePage: get(
    '/admin/former-service',
    sees('darvoza:policies:read'),
    'How many came over from the service before this one',
  ),

  rolesPage: get('/admin/roles', sees('darvoza:users:read'), 'Roles and permissions'),
  // No role can be named "-": these addresses hide no role's page.
  roleMatrixPage: get('/admin/roles/-/matrix', sees('darvoza:users:read'), 'Which role allows what'),
  newRolePage: get('/admin/roles/-/new', sees('darvoza:roles:write'), 'The form for a new role'),
  createRolePage: post('/admin/roles', seesIfRecent('darvoza:roles:write'), 'Make a role'),
  rolePage: get('/admin/roles/:name', sees('darvoza:users:read'), 'A role and who has it'),
  permitRolePage: post(
    '/admin/roles/:name/permissions',
    seesIfRecent('darvoza:roles:write'),
    'Change what a role allows',
  ),
  renameRolePage: post('/admin/roles/:name/name', seesIfRecent('darvoza:roles:write'), 'Rename a role'),
  deleteRolePage: post('/admin/roles/:name/delete', seesIfRecent('darvoza:roles:write'), 'Delete a role'),

  keysPage: get('/admin/keys', sees('darvoza:keys:read'), 'Keys'),
  rotateKeyPage: post('/admin/keys/rotate', seesIfRecent('darvoza:keys:write'), 'Let another key sign'),
  revokeKeyPage: post('/admin/keys/:kid/revoke', seesIfRecent('darvoza:keys:write'), 'Revoke a signing key'),
  removeKeyPage: post('/admin/keys/:kid/remove', seesIfRecent('darvoza:keys:write'), 'Remove a key that nothing needs'),
  revokeSecretPage: post(
    '/admin/keys/secrets/:secret/revoke',
    seesIfRecent('darvoza:keys:write'),
    'Revoke one of our secrets',
  ),
  revocationsPage: get('/admin/revocations', sees('darvoza:revocations:read'), 'The revocation log'),
  effectsPage: get('/admin/revocations/effects', sees('darvoza:revocations:read'), 'What ends what'),
  newRevocationPage: get('/admin/revocations/new', sees('darvoza:revocations:write'), 'Revoke by hand'),
  previewRevocationPage: post(
    '/admin/revocations/preview',
    sees('darvoza:revocations:write'),
    'How far a revocation reaches',
  ),
  addRevocationPage: post('/admin/revocations', seesIfRecent('darvoza:revocations:write'), 'Write a revocation'),

  apiKeysPage: get('/admin/api-keys', sees('darvoza:sessions:read'), 'API keys of everybody'),
  apiKeysFile: get('/admin/api-keys.csv', sees('darvoza:sessions:read'), 'API keys of everybody as a CSV file'),
  endApiKeyPage: post('/admin/api-keys/:id/end', seesIfRecent('darvoza:sessions:end'), 'End an API key of anybody'),

  inspectorPage: get('/admin/inspector', sees('darvoza:sessions:read'), 'The token inspector'),
  inspectToken: post('/admin/inspector', sees('darvoza:sessions:read'), 'Inspect a token'),

  auditPage: get('/admin/audit', sees('darvoza:audit:read'), 'The audit log'),
  auditFile: get('/admin/audit/export', sees('darvoza:audit:read'), 'The audit log as a file'),
  checkAudit: post('/admin/audit/check', sees('darvoza:audit:read'), 'Check the chain of the audit log'),
  auditEntryPage: get('/admin/audit/:seq', sees('darvoza:audit:read'), 'An entry of the audit log'),

  incidentsPage: get('/admin/incidents', sees('darvoza:audit:read'), 'Refresh tokens that were used again'),
  devicesPage: get('/admin/devices', sees('darvoza:sessions:read'), 'Devices of everybody'),
  endDevicesPage: get('/admin/devices/end', sees('darvoza:sessions:end'), 'What ending the devices found would do'),
  endPickedDevicesPage: post('/admin/devices/end/preview', sees('darvoza:sessions:end'), 'The same of picked devices'),
  endManyDevicesPage: post('/admin/devices/end', seesIfRecent('darvoza:sessions:end'), 'End many devices'),
  devicePage: get('/admin/devices/:id', sees('darvoza:sessions:read'), 'A device'),
  endDevicePage: post('/admin/devices/:id/end', seesIfRecent('darvoza:sessions:end'), 'End a device'),
  sessionsPage: get('/admin/sessions', sees('darvoza:sessions:read'), 'Sessions of everybody'),
  endSessionsPage: get('/admin/sessions/end', sees('darvoza:sessions:end'), 'What ending the sessions found would do'),
  endPickedSessionsPage: post(
    '/admin/sessions/end/preview',
    sees('darvoza:sessions:end'),
    'The same of picked sessions',
  ),
  endManySessionsPage: post('/admin/sessions/end', seesIfRecent('darvoza:sessions:end'), 'End many sessions'),
  sessionPage: get('/admin/sessions/:id', sees('darvoza:sessions:read'), 'A session'),
  endSessionPage: post('/admin/sessions/:id/end', seesIfRecent('darvoza:sessions:end'), 'End a session'),
} as const satisfies Record<string, RouteRow<Access>>

export type PageRouteName = keyof typeof pageRoutes
