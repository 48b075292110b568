// The fields of the request that makes an API key, and of its answer.
import { z } from 'zod'
import type { ApiKeys } from '../../identity/api-keys/api-keys.js'
import type { ApiKeyToCreate } from '../../identity/api-keys/new-api-key.js'
import { ownApiKeyColumns, ownApiKeySchema } from '../lists/api-keys.js'
import { jsonOf } from '../lists/columns.js'
import { type Answer, userId } from '../wire/answers.js'
import type { FieldRules, ReadFields } from '../wire/fields.js'

export const apiKeyFields = {
  name: { trim: true, about: 'A name for the owner of the key.' },
  scopes: { is: 'texts', required: false, about: 'The permissions of the key, and `darvoza:account` for `/api/me/`.' },
  resource: { required: false, about: 'The resource server that accepts the key. Default: this server.' },
  expires_at: { is: 'time', required: false, wrong: 'not_time' },
  elevated: { is: 'flag', about: 'Whether the key may call routes that require a sign-in within five minutes.' },
} as const satisfies FieldRules

export const newApiKeySchema = ownApiKeySchema
  .extend({
    user_id: userId,
    key: z.string().describe('The text of the credential, which is shown only in this answer.'),
  })
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
