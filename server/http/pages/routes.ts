// The table of pages, and who may see each. `publicPage`: anybody; `signedIn`: a user signed in by cookie; `sees`: one
// with the permission; `seesIfRecent`: who has also typed the password within five minutes.
import type { Access } from '../kinds/kinds.js'
import { beforeNewPassword, sees, seesIfRecent, signedIn, signedInIfRecent } from '../kinds/page.js'
import { publicPage, tokenless } from '../kinds/public-page.js'
import { get, post, type RouteRow } from '../route.js'

export const pageRoutes = {
  startPage: get('/', publicPage, 'The start page'),
  errorsPage: get('/errors', publicPage, 'The list of error codes'),
  errorPage: get('/errors/:code', publicPage, 'The meaning of an error code, and what to do about it'),
  swaggerPage: get('/swagger', publicPage, 'The API in Swagger UI, to try requests'),
  redocPage: get('/redoc', publicPage, 'The API in Redoc, to read'),

  signInPage: get('/login', publicPage, 'The sign-in form'),
  signIn: post('/login', publicPage, 'Sign in', { limited: true }),
  leaveSignIn: post('/login/leave', publicPage, 'Cancel the sign-in, and return to the application that requested it'),
  signOut: post('/logout', tokenless, 'Sign out; succeeds without a session, too'),
  confirmLogout: post('/logout/confirm', publicPage, 'Confirm the sign-out that an application requested'),
  prefer: post('/preferences', tokenless, 'Set language and theme, which are stored in cookies'),
  prove: post('/prove', signedIn, 'Confirm the password again before a sensitive action'),

  consentPage: get('/consent', signedIn, 'The consent form of an application'),
  saveConsent: post('/consent', signedIn, 'Grant or deny consent to an application'),

  connectPage: get(
    '/device',
    publicPage,
    'The form for the user code of another device, and its consent form (RFC 8628)',
  ),
  decideConnect: post('/device', signedIn, 'Grant or deny consent to the program on the other device'),

  profilePage: get('/account', signedIn, 'My profile'),
  saveProfile: post('/account', signedIn, 'Change my profile'),
  passwordPage: get('/account/password', beforeNewPassword, 'The form for a new password'),
  savePassword: post('/account/password', beforeNewPassword, 'Change my password'),
  ownDevicesPage: get('/account/devices', signedIn, 'List my devices'),
  endOwnOtherDevices: post('/account/devices/end-others', signedIn, 'End all my devices except the current one'),
  renameOwnDevice: post('/account/devices/:id/name', signedIn, 'Name one of my devices'),
  endOwnDevice: post('/account/devices/:id/end', signedIn, 'End one of my devices'),
  ownApplicationsPage: get('/account/applications', signedIn, 'List the applications that may act for me'),
  withdrawOwnApplication: post(
    '/account/applications/:id/withdraw',
    signedIn,
    'Withdraw my consent to an application, and end its sessions',
  ),
  ownApiKeysPage: get('/account/keys', signedIn, 'List my API keys'),
  newOwnApiKeyPage: get('/account/keys/new', signedInIfRecent, 'The form for a new API key'),
  createOwnApiKeyPage: post('/account/keys/new', signedInIfRecent, 'Make an API key'),
  endOwnApiKeyPage: post('/account/keys/:id/end', signedIn, 'End one of my API keys'),
  eventsPage: get('/account/events', signedIn, 'My recent security events'),

  homePage: get('/admin', signedIn, 'The dashboard'),
  usersPage: get('/admin/users', sees('darvoza:users:read'), 'Users'),
  usersFile: get('/admin/users.csv', sees('darvoza:users:read'), 'Users as a CSV file'),
  newUserPage: get('/admin/users/new', seesIfRecent('darvoza:users:write'), 'The form for a new user'),
  createUserPage: post('/admin/users/new', seesIfRecent('darvoza:users:write'), 'Create a user'),
  changeUsersPage: post('/admin/users/change', sees('darvoza:users:read'), 'The preview of a change of many users'),
  disableUsersPage: post('/admin/users/change/disable', seesIfRecent('darvoza:users:write'), 'Disable many users'),
  signOutUsersPage: post(
    '/admin/users/change/sign-out',
    seesIfRecent('darvoza:sessions:end'),
    'End all sessions of many users',
  ),
  addRoleToUsersPage: post(
    '/admin/users/change/add-role',
    seesIfRecent('darvoza:roles:write'),
    'Add a role to many users',
  ),
  removeRoleFromUsersPage: post(
    '/admin/users/change/remove-role',
    seesIfRecent('darvoza:roles:write'),
    'Remove a role from many users',
  ),
  userPage: get('/admin/users/:id', sees('darvoza:users:read'), 'Show a user'),
  saveUserPage: post('/admin/users/:id', sees('darvoza:users:write'), 'Change the name or profile of a user'),
  saveUserRoles: post(
    '/admin/users/:id/roles',
    seesIfRecent('darvoza:roles:write'),
    'Change the roles and permissions of a user',
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
    'Withdraw the consent of a user to an application, and end its sessions',
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
    'The form for a new application',
  ),
  createApplicationPage: post(
    '/admin/applications/-/new',
    seesIfRecent('darvoza:applications:write'),
    'Register an application',
  ),
  registrationTokensPage: get(
    '/admin/applications/-/tokens',
    sees('darvoza:applications:read'),
    'The initial access tokens, with which applications register themselves',
  ),
  createRegistrationToken: post(
    '/admin/applications/-/tokens',
    seesIfRecent('darvoza:applications:write'),
    'Create an initial access token',
  ),
  endRegistrationToken: post(
    '/admin/applications/-/tokens/:id/end',
    seesIfRecent('darvoza:applications:write'),
    'End an initial access token',
  ),
  applicationPage: get('/admin/applications/:id', sees('darvoza:applications:read'), 'Show an application'),
  saveApplicationPage: post(
    '/admin/applications/:id',
    seesIfRecent('darvoza:applications:write'),
    'Change the settings of an application',
  ),
  saveApplicationAccess: post(
    '/admin/applications/:id/access',
    seesIfRecent('darvoza:applications:write'),
    'Change the scopes of an application, and the roles that its users need',
  ),
  saveApplicationResource: post(
    '/admin/applications/:id/resource',
    seesIfRecent('darvoza:applications:write'),
    'Change the identifier and scopes of a resource server',
  ),
  newApplicationSecret: post(
    '/admin/applications/:id/secrets',
    seesIfRecent('darvoza:applications:write'),
    'Create a new secret for an application',
  ),
  retireApplicationSecret: post(
    '/admin/applications/:id/secrets/:secret/end',
    seesIfRecent('darvoza:applications:write'),
    'End a secret of an application',
  ),
  previewApplicationLifetimesPage: post(
    '/admin/applications/:id/lifetimes/preview',
    sees('darvoza:applications:write'),
    'The preview of new lifetimes of an application',
  ),
  saveApplicationLifetimes: post(
    '/admin/applications/:id/lifetimes',
    seesIfRecent('darvoza:applications:write'),
    'Change the lifetimes of an application',
  ),
  testApplicationPage: post(
    '/admin/applications/:id/test',
    seesIfRecent('darvoza:applications:write'),
    'Start a test sign-in of an application',
  ),
  applicationTestBackPage: get(
    '/admin/applications/:id/test/back',
    sees('darvoza:applications:write'),
    'The redirect URI of a test sign-in',
  ),
  redeemApplicationTest: post(
    '/admin/applications/:id/test/back',
    seesIfRecent('darvoza:applications:write'),
    'Exchange the code of a test sign-in',
  ),
  adoptApplicationPage: post(
    '/admin/applications/:id/adopt',
    seesIfRecent('darvoza:applications:write'),
    'Adopt a self-registered application',
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

  deliveriesPage: get(
    '/admin/deliveries',
    sees('darvoza:applications:read'),
    'The deliveries of logout tokens to applications',
  ),
  sendDeliveryAgainPage: post(
    '/admin/deliveries/:id/send',
    seesIfRecent('darvoza:applications:write'),
    'Send a logout token again',
  ),
  testApplicationLogoutPage: post(
    '/admin/applications/:id/test-logout',
    seesIfRecent('darvoza:applications:write'),
    'Send an application a test logout token for a session that does not exist',
  ),

  policiesPage: get('/admin/policies', sees('darvoza:policies:read'), 'Every policy'),
  changePoliciesPage: get('/admin/policies/change', sees('darvoza:policies:write'), 'The form to change policies'),
  checkPoliciesPage: post(
    '/admin/policies/change',
    sees('darvoza:policies:write'),
    'Check a change of policies, and redirect to its preview',
  ),
  previewPoliciesPage: get(
    '/admin/policies/preview',
    sees('darvoza:policies:write'),
    'The preview of a change of policies',
  ),
  savePoliciesPage: post('/admin/policies', seesIfRecent('darvoza:policies:write'), 'Change policies'),
  policyVersionsPage: get(
    '/admin/policies/versions',
    sees('darvoza:policies:read'),
    'The versions of the policies with their authors and reasons',
  ),
  undoPolicyPage: get(
    '/admin/policies/versions/:version/undo',
    sees('darvoza:policies:write'),
    'The preview of a reversal',
  ),
  undoPolicyNow: post(
    '/admin/policies/versions/:version/undo',
    seesIfRecent('darvoza:policies:write'),
    'Revert a change of policies',
  ),

  formerServicePage: get(
    '/admin/former-service',
    sees('darvoza:policies:read'),
    'The progress of the migration from a legacy token service',
  ),

  rolesPage: get('/admin/roles', sees('darvoza:users:read'), 'Roles and permissions'),
  // No role can be named "-": these addresses hide no role's page.
  roleMatrixPage: get('/admin/roles/-/matrix', sees('darvoza:users:read'), 'The matrix of roles and permissions'),
  newRolePage: get('/admin/roles/-/new', sees('darvoza:roles:write'), 'The form for a new role'),
  createRolePage: post('/admin/roles', seesIfRecent('darvoza:roles:write'), 'Create a role'),
  rolePage: get('/admin/roles/:name', sees('darvoza:users:read'), 'A role and its users'),
  permitRolePage: post(
    '/admin/roles/:name/permissions',
    seesIfRecent('darvoza:roles:write'),
    'Change the permissions of a role',
  ),
  renameRolePage: post('/admin/roles/:name/name', seesIfRecent('darvoza:roles:write'), 'Rename a role'),
  deleteRolePage: post('/admin/roles/:name/delete', seesIfRecent('darvoza:roles:write'), 'Delete a role'),

  keysPage: get('/admin/keys', sees('darvoza:keys:read'), 'Keys'),
  rotateKeyPage: post('/admin/keys/rotate', seesIfRecent('darvoza:keys:write'), 'Rotate the signing key'),
  revokeKeyPage: post('/admin/keys/:kid/revoke', seesIfRecent('darvoza:keys:write'), 'Revoke a signing key'),
  removeKeyPage: post(
    '/admin/keys/:kid/remove',
    seesIfRecent('darvoza:keys:write'),
    'Remove a key that no live token needs',
  ),
  revokeSecretPage: post(
    '/admin/keys/secrets/:secret/revoke',
    seesIfRecent('darvoza:keys:write'),
    'Revoke the refresh or device key of this server',
  ),
  revocationsPage: get('/admin/revocations', sees('darvoza:revocations:read'), 'The revocation log'),
  effectsPage: get(
    '/admin/revocations/effects',
    sees('darvoza:revocations:read'),
    'The table of events and what they end',
  ),
  newRevocationPage: get(
    '/admin/revocations/new',
    sees('darvoza:revocations:write'),
    'The form for a revocation by hand',
  ),
  previewRevocationPage: post(
    '/admin/revocations/preview',
    sees('darvoza:revocations:write'),
    'The preview of a revocation by hand',
  ),
  addRevocationPage: post(
    '/admin/revocations',
    seesIfRecent('darvoza:revocations:write'),
    'Add an entry to the revocation log by hand',
  ),

  apiKeysPage: get('/admin/api-keys', sees('darvoza:sessions:read'), 'The API keys of all users'),
  apiKeysFile: get('/admin/api-keys.csv', sees('darvoza:sessions:read'), 'The API keys of all users as a CSV file'),
  endApiKeyPage: post('/admin/api-keys/:id/end', seesIfRecent('darvoza:sessions:end'), 'End an API key of any user'),

  inspectorPage: get('/admin/inspector', sees('darvoza:sessions:read'), 'The form of the token inspector'),
  inspectToken: post('/admin/inspector', sees('darvoza:sessions:read'), 'Inspect a token'),

  auditPage: get('/admin/audit', sees('darvoza:audit:read'), 'The audit log'),
  auditFile: get('/admin/audit/export', sees('darvoza:audit:read'), 'The audit log as a file'),
  checkAudit: post('/admin/audit/check', sees('darvoza:audit:read'), 'Verify the hash chain of the audit log'),
  auditEntryPage: get('/admin/audit/:seq', sees('darvoza:audit:read'), 'An entry of the audit log'),

  incidentsPage: get('/admin/incidents', sees('darvoza:audit:read'), 'The reuses of refresh tokens'),
  devicesPage: get('/admin/devices', sees('darvoza:sessions:read'), 'The devices of all users'),
  endDevicesPage: get(
    '/admin/devices/end',
    sees('darvoza:sessions:end'),
    'The preview of ending the devices that a filter finds',
  ),
  endPickedDevicesPage: post(
    '/admin/devices/end/preview',
    sees('darvoza:sessions:end'),
    'The preview of ending selected devices',
  ),
  endManyDevicesPage: post('/admin/devices/end', seesIfRecent('darvoza:sessions:end'), 'End many devices'),
  devicePage: get('/admin/devices/:id', sees('darvoza:sessions:read'), 'A device'),
  endDevicePage: post('/admin/devices/:id/end', seesIfRecent('darvoza:sessions:end'), 'End a device'),
  sessionsPage: get('/admin/sessions', sees('darvoza:sessions:read'), 'The sessions of all users'),
  endSessionsPage: get(
    '/admin/sessions/end',
    sees('darvoza:sessions:end'),
    'The preview of ending the sessions that a filter finds',
  ),
  endPickedSessionsPage: post(
    '/admin/sessions/end/preview',
    sees('darvoza:sessions:end'),
    'The preview of ending selected sessions',
  ),
  endManySessionsPage: post('/admin/sessions/end', seesIfRecent('darvoza:sessions:end'), 'End many sessions'),
  sessionPage: get('/admin/sessions/:id', sees('darvoza:sessions:read'), 'Show a session'),
  endSessionPage: post('/admin/sessions/:id/end', seesIfRecent('darvoza:sessions:end'), 'End a session'),
} as const satisfies Record<string, RouteRow<Access>>

export type PageRouteName = keyof typeof pageRoutes
