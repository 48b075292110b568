// Inspection of an API key that is submitted as text: its owner, what it may do now, and why it is refused. The text is
// neither stored nor logged, and does not count as a use of the key.
import { apiKeyPrefix, scopesInForce } from '../../policy/api-key.js'
import type { ErrorCode } from '../../protocol/errors.js'
import type { ApiKeyLookup } from '../../tokens/api-key-lookup.js'
import { type PublicApiKey, publicApiKey } from './public-api-key.js'

export type InspectedApiKey = {
  /** Why the key is refused; null where it is valid. */
  refusal: ErrorCode | null
  /** null where there is no such key. */
  key: PublicApiKey | null
  /** Scopes of the key that its user holds now. */
  inForce: readonly string[]
}

export type ApiKeyInspectionDeps = { apiKeyLookup: ApiKeyLookup; now: () => number }

export function createApiKeyInspection({ apiKeyLookup, now }: ApiKeyInspectionDeps) {
  return {
    isApiKey: (text: string): boolean => text.startsWith(apiKeyPrefix),

    /** @throws database_unavailable */
    async inspect(text: string): Promise<InspectedApiKey> {
      const standing = await apiKeyLookup.find(text)
      if (!standing) return { refusal: 'api_key_unknown', key: null, inForce: [] }
      const { key, user } = standing
      const refusal = apiKeyLookup.whyNot(standing)
      return { refusal, key: publicApiKey(key, now()), inForce: refusal ? [] : scopesInForce(key, user) }
    },
  }
}

export type ApiKeyInspection = ReturnType<typeof createApiKeyInspection>
