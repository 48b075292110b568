import { type ApiKeyFilter, type ApiKeyInList, apiKeyStates } from '../../identity/api-keys/api-key-list.js'
import type { PublicApiKey } from '../../identity/api-keys/public-api-key.js'
import type { Columns } from './columns.js'
import type { Fields } from './filters.js'

export const apiKeyFilters: Fields<ApiKeyFilter> = {
  user: { as: 'userId', is: 'user' },
  state: { as: 'state', is: 'choice', of: apiKeyStates },
  text: { as: 'text', is: 'text' },
}

/** Of one's own, whose name everybody knows. */
export const ownApiKeyColumns: Columns<PublicApiKey> = {
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

export const apiKeyColumns: Columns<ApiKeyInList> = {
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
