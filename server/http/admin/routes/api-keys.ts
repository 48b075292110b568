// Routes of the API keys of all users, and of one user.
import { may, mayIfRecent, mayInPerson } from '../../kinds/permission.js'
import { apiKeyFilters, apiKeyRowSchema, ownApiKeySchema } from '../../lists/api-keys.js'
import { apiKeyFields, newApiKeySchema } from '../../me/present-api-key.js'
import { del, get, post } from '../../route.js'
import { listOf, pageOf } from '../../wire/answers.js'
import { asFile } from '../csv.js'
import { paging } from '../paging.js'

export const apiKeyRoutes = {
  listUserApiKeys: get('/api/admin/users/:id/keys', may('darvoza:sessions:read'), 'List the API keys of a user', {
    answers: { 200: listOf(ownApiKeySchema) },
    refuses: ['not_found'],
  }),
  createUserApiKey: post(
    '/api/admin/users/:id/keys',
    mayInPerson('darvoza:users:write'),
    'Create an API key for a user; its text is shown once',
    { body: apiKeyFields, answers: { 201: newApiKeySchema }, refuses: ['not_found'] },
  ),
  listApiKeys: get(
    '/api/admin/api-keys',
    may('darvoza:sessions:read'),
    'List the API keys of all users, newest first',
    {
      query: { ...apiKeyFilters, ...paging, ...asFile },
      answers: { 200: pageOf(apiKeyRowSchema) },
      file: true,
    },
  ),
  endApiKey: del('/api/admin/api-keys/:id', mayIfRecent('darvoza:sessions:end'), 'End an API key of any user', {
    answers: { 204: null },
    refuses: ['not_found'],
  }),
} as const
