// OAuth endpoints that applications call, and metadata that names them. /oauth/authorize and
// /oauth/logout, for browsers, are pages (http/pages/routes.ts).
import type { ErrorCode } from '../../protocol/errors.js'
import { client, confidentialClient } from '../kinds/client.js'
import { open } from '../kinds/open.js'
import { ownRegistration, registration } from '../kinds/registration.js'
import { hasScope } from '../kinds/scope.js'
import { refusedByContent } from '../refused-tokens.js'
import { del, get, post, put } from '../route.js'
import { pushedParameters } from './authorization-parameters.js'
import { deviceAuthorizationAnswer, deviceAuthorizationParameters } from './device-authorization.js'
import { discoverySchema } from './discovery.js'
import { grantParameters } from './grants/parameters.js'
import { introspectionAnswer, introspectionParameters } from './introspection.js'
import { jwksSchema } from './jwks.js'
import { pushedAnswer } from './pushed-request.js'
import { changedRegistrationFields, registrationAnswer, registrationFields } from './registration.js'
import { revocationParameters } from './revocation.js'
import { tokenAnswerSchema } from './token-answer.js'
import { userinfoSchema } from './userinfo.js'

/** Error codes of refresh tokens: of their content, and of their session. */
const ofRefreshTokens = [
  ...refusedByContent,
  'token_reused',
  'session_ended',
  'user_inactive',
  'user_unknown',
] as const satisfies readonly ErrorCode[]

const discovery = { fast: true, answers: { 200: discoverySchema, 304: null } } as const
const userinfo = { answers: { 200: userinfoSchema } } as const

const refusedRegistrations = ['invalid_redirect_uri', 'invalid_client_metadata'] as const

export const oauthRoutes = {
  token: post('/oauth/token', client, 'Issue tokens for a grant', {
    fast: true,
    shed: true,
    forms: { by: 'grant_type', of: grantParameters },
    answers: { 200: tokenAnswerSchema },
    refuses: [
      'invalid_request',
      'unsupported_grant_type',
      'unauthorized_client',
      'invalid_grant',
      'code_reused',
      'invalid_scope',
      'invalid_target',
      'subject_token_invalid',
      'actor_token_unsupported',
      'invalid_dpop_proof',
      'use_dpop_nonce',
      'token_bound',
      'clock_jumped',
      'authorization_pending',
      'slow_down',
      'expired_token',
      'access_denied',
      'session_limit_reached',
      ...ofRefreshTokens,
    ],
  }),
  push: post('/oauth/par', client, 'Push an authorization request (RFC 9126)', {
    form: pushedParameters,
    answers: { 201: pushedAnswer },
    refuses: [
      'invalid_request',
      'unauthorized_client',
      'unregistered_redirect_uri',
      'unsupported_response_type',
      'request_not_supported',
      'registration_not_supported',
      'invalid_scope',
      'invalid_target',
      'invalid_dpop_proof',
      'use_dpop_nonce',
      'clock_jumped',
      'too_many_from_network',
      // Error codes of an application that describes itself, when its document is fetched again.
      'unknown_application',
      'client_document_invalid',
      'client_document_unavailable',
    ],
  }),
  deviceAuthorization: post('/oauth/device_authorization', client, 'Issue a device code and a user code (RFC 8628)', {
    form: deviceAuthorizationParameters,
    answers: { 200: deviceAuthorizationAnswer },
    refuses: ['invalid_request', 'unauthorized_client', 'invalid_scope', 'invalid_target', 'too_many_from_network'],
  }),
  introspect: post('/oauth/introspect', confidentialClient, 'Introspect a token (RFC 7662)', {
    fast: true,
    shed: true,
    form: introspectionParameters,
    answers: { 200: introspectionAnswer },
    refuses: ['invalid_request', 'clock_jumped', 'clock_went_back'],
  }),
  revoke: post('/oauth/revoke', client, 'Revoke a token (RFC 7009)', {
    fast: true,
    form: revocationParameters,
    answers: { 200: null },
    refuses: [
      'invalid_request',
      'invalid_grant',
      'unsupported_token_type',
      'too_many_revocations',
      'clock_jumped',
      'clock_went_back',
    ],
  }),
  register: post('/oauth/register', registration, 'Register an application (RFC 7591)', {
    body: registrationFields,
    answers: { 201: registrationAnswer },
    refuses: [...refusedRegistrations, 'too_many_registrations', 'too_many_from_network'],
  }),
  showRegistration: get('/oauth/register/:id', ownRegistration, 'Read the client configuration (RFC 7592)', {
    answers: { 200: registrationAnswer },
  }),
  changeRegistration: put('/oauth/register/:id', ownRegistration, 'Replace the whole client metadata (RFC 7592)', {
    body: changedRegistrationFields,
    answers: { 200: registrationAnswer },
    refuses: [...refusedRegistrations, 'registration_closed', 'too_many_from_network'],
  }),
  deleteRegistration: del(
    '/oauth/register/:id',
    ownRegistration,
    'Delete the registration, and end its sessions (RFC 7592)',
    {
      answers: { 204: null },
    },
  ),
  userinfo: get(
    '/oauth/userinfo',
    hasScope('openid'),
    'Show the claims of the user whom the token stands for',
    userinfo,
  ),
  postUserinfo: post('/oauth/userinfo', hasScope('openid'), 'Show the claims, with the token in the form', {
    ...userinfo,
    refuses: ['invalid_request'],
  }),
} as const

export const discoveryRoutes = {
  openidConfiguration: get(
    '/.well-known/openid-configuration',
    open,
    'OpenID Provider Metadata (OpenID Connect Discovery)',
    discovery,
  ),
  authorizationServer: get(
    '/.well-known/oauth-authorization-server',
    open,
    'Authorization Server Metadata (RFC 8414)',
    discovery,
  ),
  jwks: get('/.well-known/jwks.json', open, 'The public signing keys (JWKS, RFC 7517)', {
    fast: true,
    answers: { 200: jwksSchema, 304: null },
  }),
} as const
