// Routes of initial access tokens, with which applications register themselves, and of self-registered applications.
import { z } from 'zod'
import { initialAccessTokenStates } from '../../../identity/registrations/initial-access-tokens.js'
import { may, mayIfRecent, mayInPerson } from '../../kinds/permission.js'
import { del, get, post } from '../../route.js'
import { count, listOf, time } from '../../wire/answers.js'
import { applicationSchema } from '../present-application.js'

export const initialAccessTokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    hint: z.string().describe('The last characters of the text, to recognize it.'),
    state: z.enum(initialAccessTokenStates),
    scopes: z
      .array(z.string())
      .describe(
        'The scopes that applications registered with it may request in addition to those that all may request.',
      ),
    most_uses: count.nullable().describe('How many applications may be registered with it; null: no limit.'),
    uses: count,
    created_by: z.string(),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .meta({ id: 'InitialAccessToken' })

export const registrationRoutes = {
  listInitialAccessTokens: get(
    '/api/admin/initial-access-tokens',
    may('darvoza:applications:read'),
    'List initial access tokens (RFC 7591), newest first',
    { answers: { 200: listOf(initialAccessTokenSchema) } },
  ),
  createInitialAccessToken: post(
    '/api/admin/initial-access-tokens',
    mayInPerson('darvoza:applications:write'),
    'Create an initial access token; its text is shown once',
    {
      body: {
        name: { trim: true, about: 'A name for administrators, such as the recipient.' },
        scopes: { is: 'texts', required: false, about: 'Scopes of resource servers.' },
        most_uses: {
          is: 'number',
          required: false,
          nullable: true,
          digits: /^\d{1,9}$/,
          wrong: 'not_whole',
          about: 'How many applications may register with it. Default: no limit.',
        },
        expires_at: { is: 'time', required: false, nullable: true, wrong: 'not_time' },
      },
      answers: {
        201: initialAccessTokenSchema
          .extend({ token: z.string().describe('The text of the credential, which is shown only in this answer.') })
          .meta({ id: 'NewInitialAccessToken' }),
      },
    },
  ),
  endInitialAccessToken: del(
    '/api/admin/initial-access-tokens/:id',
    mayIfRecent('darvoza:applications:write'),
    'End an initial access token; the applications that were registered with it stay',
    { answers: { 204: null }, refuses: ['not_found'] },
  ),
  adoptApplication: post(
    '/api/admin/applications/:id/adopt',
    mayIfRecent('darvoza:applications:write'),
    'Adopt a self-registered application: it can no longer change its registration, and users see no warning about it',
    { answers: { 200: applicationSchema }, refuses: ['not_found'] },
  ),
} as const
