import { type ApiKeyState, apiKeyState } from '../../policy/api-key.js'
import type { ApiKeyRecord } from '../../storage/api-keys.js'

/** An API key without its text, which nobody can read again. Times are epoch ms. */
export type PublicApiKey = {
  id: string
  userId: number
  name: string
  /** Its last characters. */
  hint: string
  scopes: readonly string[]
  /** The resource server that takes it; null for this server itself. */
  resource: string | null
  /** It may do what asks for a recent sign-in. */
  elevated: boolean
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  lastUsedAddress: string | null
  state: ApiKeyState
  endedAt: number | null
  /** `key_ended`, or the trigger that ended it; null where nobody did. */
  endedWhy: string | null
}

export function publicApiKey(
  {
    id,
    userId,
    name,
    hint,
    scopes,
    resource,
    elevated,
    createdAt,
    expiresAt,
    lastUsedAt,
    lastUsedAddress,
    endedAt,
    endedWhy,
  }: ApiKeyRecord,
  now: number,
): PublicApiKey {
  const [made, used] = [
    { createdAt, expiresAt },
    { lastUsedAt, lastUsedAddress },
  ]
  const state = apiKeyState({ expiresAt, endedAt }, now)
  return { id, userId, name, hint, scopes, resource, elevated, ...made, ...used, state, endedAt, endedWhy }
}
