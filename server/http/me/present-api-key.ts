// The fields of the request that makes an API key, and of its answer.
import { z } from 'zod'
import type { ApiKeys } from '../../identity/api-keys/api-keys.js'
import type { ApiKeyToCreate } from '../../identity/api-keys/new-api-key.js'
import { ownApiKeyColumns, ownApiKeySchema } from '../lists/api-keys.js'
import { jsonOf } from '../lists/columns.js'
import { type Answer, userId } from '../wire/answers.js'
import type { FieldRules, ReadFields } from '../wire/fields.js'

export const apiKeyFields = {
  name: { trim: true, about: 'For its owner alone.' },
  scopes: { is: 'texts', required: false, about: 'Permissions, and `darvoza:account` for `/api/me/`.' },
  resource: { required: false, about: 'The resource server that takes it; this server where it is left out.' },
  expires_at: { is: 'time', required: false, wrong: 'not_time' },
  elevated: { is: 'flag', about: 'Whether it may do what asks for a sign-in within five minutes.' },
} as const satisfies FieldRules

export const newApiKeySchema = ownApiKeySchema
  .extend({ user_id: userId, key: z.string().describe('Its text, shown once.') })
  .meta({ id: 'NewApiKey' })

export function apiKeyToCreate(body: ReadFields<typeof apiKeyFields>): ApiKeyToCreate {
  const { name, scopes = [], resource, expires_at: expiresAt = null, elevated } = body
  return { name, scopes, resource, expiresAt, elevated }
}

/** The answer to a new API key. `key` on the wire: its text, which is not stored. */
export function presentNewApiKey({ key, text }: Awaited<ReturnType<ApiKeys['create']>>) {
  const shown = jsonOf(ownApiKeyColumns, key) as Answer<typeof ownApiKeySchema>
  return { ...shown, user_id: key.userId, key: text }
}
