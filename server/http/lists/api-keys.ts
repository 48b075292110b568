// The lists of API keys: of all users, with filters by user, state and text, and of one user. Columns: name, last
// characters, scopes, resource server, state, and times of creation, expiry, last use and end.
import { z } from 'zod'
import { type ApiKeyFilter, type ApiKeyInList, apiKeyStates } from '../../identity/api-keys/api-key-list.js'
import type { PublicApiKey } from '../../identity/api-keys/public-api-key.js'
import { time, userId } from '../wire/answers.js'
import type { ColumnsBy } from './columns.js'
import type { Fields } from './filters.js'

export const apiKeyFilters: Fields<ApiKeyFilter> = {
  user: { as: 'userId', is: 'user' },
  state: { as: 'state', is: 'choice', of: apiKeyStates },
  text: { as: 'text', is: 'text' },
}

export const ownApiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    hint: z.string().describe('The last characters of the text, to recognize it.'),
    scopes: z.array(z.string()),
    resource: z.string().nullable().describe('The resource server that accepts the key; null: this server.'),
    elevated: z.boolean().describe('Whether the key may call routes that require a sign-in within five minutes.'),
    state: z.enum(apiKeyStates),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable().describe('When the key was last used, exact to the day.'),
    last_used_address: z.string().nullable(),
    ended_at: time.nullable(),
    ended_reason: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' })

export const apiKeyRowSchema = ownApiKeySchema
  .extend({ user_id: userId, username: z.string() })
  .meta({ id: 'ApiKeyInList' })

/** Columns of the list of one's own API keys, without the user. */
export const ownApiKeyColumns: ColumnsBy<PublicApiKey, typeof ownApiKeySchema> = {
  id: key => key.id,
  name: key => key.name,
  hint: key => key.hint,
  scopes: key => key.scopes,
  resource: key => key.resource,
  elevated: key => key.elevated,
  state: key => key.state,
  created_at: { at: key => key.createdAt },
  expires_at: { at: key => key.expiresAt },
  last_used_at: { at: key => key.lastUsedAt },
  last_used_address: key => key.lastUsedAddress,
  ended_at: { at: key => key.endedAt },
  ended_reason: key => key.endedWhy,
}

export const apiKeyColumns: ColumnsBy<ApiKeyInList, typeof apiKeyRowSchema> = {
  id: ({ key }) => key.id,
  user_id: ({ key }) => key.userId,
  username: ({ username }) => username,
  name: ({ key }) => key.name,
  hint: ({ key }) => key.hint,
  scopes: ({ key }) => key.scopes,
  resource: ({ key }) => key.resource,
  elevated: ({ key }) => key.elevated,
  state: ({ key }) => key.state,
  created_at: { at: ({ key }) => key.createdAt },
  expires_at: { at: ({ key }) => key.expiresAt },
  last_used_at: { at: ({ key }) => key.lastUsedAt },
  last_used_address: ({ key }) => key.lastUsedAddress,
  ended_at: { at: ({ key }) => key.endedAt },
  ended_reason: ({ key }) => key.endedWhy,
}
