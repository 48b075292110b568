// simplejwt's four endpoints, and their error codes, which depend on the types of tokens that each accepts.
import { z } from 'zod'
import { longestPassword } from '../../policy/password.js'
import { longestUsername } from '../../policy/username.js'
import type { ErrorCode } from '../../protocol/errors.js'
import { open } from '../kinds/open.js'
import { refusedByContent } from '../refused-tokens.js'
import { post } from '../route.js'
import { userId } from './answers.js'

const refreshToken = { refresh: { trim: true, about: 'A refresh token.' } } as const

const outages = ['database_unavailable', 'log_went_back'] as const

/** Error codes of a text that is no valid refresh token. */
const unlikeRefresh = [...refusedByContent, 'session_ended', 'clock_jumped'] as const satisfies readonly ErrorCode[]

/** Further codes if tokens of the former service are accepted. */
const unlikeLegacy = [
  'token_not_yet_valid',
  'token_revoked',
  'legacy_token_after_cut_over',
  'legacy_tokens_closed',
] as const satisfies readonly ErrorCode[]

export const tokenRoutes = {
  obtain: post('/api/token', open, 'Sign in with username and password; answers a token pair', {
    body: {
      username: { trim: true, maxLength: longestUsername },
      password: { maxLength: longestPassword, secret: true },
      device_token: {
        required: false,
        blank: true,
        trim: true,
        about: 'The `device_token` of an earlier sign-in on this device.',
      },
      device: {
        required: false,
        blank: true,
        trim: true,
        maxLength: 128,
        about: 'A name or id that the client chose for its device.',
      },
    },
    answers: {
      200: z.object({
        refresh: z.string(),
        access: z.string(),
        user_id: userId,
        username: z.string(),
        first_name: z.string(),
        last_name: z.string(),
        device_token: z.string().describe('To be stored on the device and sent with its next sign-in.'),
        must_change_password: z
          .literal(true)
          .optional()
          .describe('The password was set by an administrator: the tokens are valid only for changing it.'),
      }),
    },
    refuses: ['no_active_account', 'too_many_guesses', 'session_limit_reached', 'overloaded', ...outages],
    limited: true,
  }),
  refresh: post('/api/token/refresh', open, 'Exchange a refresh token for a new pair', {
    fast: true,
    shed: true,
    body: refreshToken,
    answers: {
      200: z.object({
        access: z.string(),
        refresh: z.string().optional().describe('The next refresh token, if the policy rotates them.'),
      }),
    },
    refuses: [
      ...unlikeRefresh,
      ...unlikeLegacy,
      'token_reused',
      'user_inactive',
      'user_unknown',
      'session_limit_reached',
      ...outages,
    ],
  }),
  verify: post('/api/token/verify', open, 'Verify a token', {
    fast: true,
    shed: true,
    body: { token: { trim: true, about: 'An access token or a refresh token.' } },
    answers: { 200: z.object({}) },
    refuses: [
      ...unlikeRefresh,
      ...unlikeLegacy,
      'token_stale',
      'user_inactive',
      'user_unknown',
      'application_disabled',
      'password_change_required',
      'clock_went_back',
      ...outages,
    ],
  }),
  blacklist: post('/api/token/blacklist', open, 'Sign out', {
    body: refreshToken,
    answers: { 200: z.object({}) },
    refuses: [...unlikeRefresh, ...unlikeLegacy, ...outages],
  }),
} as const
