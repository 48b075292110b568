// The endpoints of OAuth that applications call, and what tells them where they are. Those that browsers are sent to are pages.
import type { ErrorCode } from '../../protocol/errors.js'
import { client, confidentialClient } from '../kinds/client.js'
import { open } from '../kinds/open.js'
import { hasScope } from '../kinds/scope.js'
import { refusedByContent } from '../refused-tokens.js'
import { get, post } from '../route.js'
import { discoverySchema } from './discovery.js'
import { grantParameters } from './grants/parameters.js'
import { introspectionAnswer, introspectionParameters } from './introspection.js'
import { jwksSchema } from './jwks.js'
import { revocationParameters } from './revocation.js'
import { tokenAnswerSchema } from './token-answer.js'
import { userinfoSchema } from './userinfo.js'

/** What stands in a refresh token, and in its session. */
const ofRefreshTokens = [
  ...refusedByContent,
  'token_reused',
  'session_ended',
  'user_inactive',
  'user_unknown',
] as const satisfies readonly ErrorCode[]

const discovery = { answers: { 200: discoverySchema, 304: null } } as const
const userinfo = { answers: { 200: userinfoSchema } } as const

export const oauthRoutes = {
  token: post('/oauth/token', client, 'Tokens, by a grant', {
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
      'clock_jumped',
      ...ofRefreshTokens,
    ],
  }),
  introspect: post('/oauth/introspect', confidentialClient, 'What is this token worth? (RFC 7662)', {
    form: introspectionParameters,
    answers: { 200: introspectionAnswer },
    refuses: ['invalid_request', 'clock_jumped', 'clock_went_back'],
  }),
  revoke: post('/oauth/revoke', client, 'Give a token back (RFC 7009)', {
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
  userinfo: get('/oauth/userinfo', hasScope('openid'), 'Claims of the person behind a token', userinfo),
  postUserinfo: post('/oauth/userinfo', hasScope('openid'), 'The same; the token may stand in the form', {
    ...userinfo,
    refuses: ['invalid_request'],
  }),
} as const

export const discoveryRoutes = {
  openidConfiguration: get(
    '/.well-known/openid-configuration',
    open,
    'What OpenID Connect can be done here',
    discovery,
  ),
  authorizationServer: get('/.well-known/oauth-authorization-server', open, 'The same for OAuth (RFC 8414)', discovery),
  jwks: get('/.well-known/jwks.json', open, 'The public keys', { answers: { 200: jwksSchema, 304: null } }),
} as const
