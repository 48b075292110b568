// API keys as the HTTP and command layers see them (a view: columns picked one by one). The hash of a key is left
// out.
import { type ApiKeyState, apiKeyState } from '../../policy/api-key.js'
import type { ApiKeyRecord } from '../../storage/api-keys.js'

/** An API key without its text, which nobody can read again. Times are epoch ms. */
export type PublicApiKey = {
  id: string
  userId: number
  name: string
  /** The last characters of the key. */
  hint: string
  scopes: readonly string[]
  /** The resource server that accepts the key; null for this server itself. */
  resource: string | null
  /** Whether the key may do what requires a recent sign-in. */
  elevated: boolean
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  lastUsedAddress: string | null
  state: ApiKeyState
  endedAt: number | null
  /** `key_ended`, or the trigger that ended the key; null where it has not been ended. */
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
