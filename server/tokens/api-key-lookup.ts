// Finds an API key by its text, with everything that decides what it may do, in one read. Nothing is held in memory: what
// ends a key, or takes a right from its user, counts with the next request.
import { createHash } from 'node:crypto'
import { isApiKey, whyNotLive } from '../policy/api-key.js'
import type { ErrorCode } from '../protocol/errors.js'
import type { Tail } from '../revocation/tail.js'
import type { ApiKeyStanding, ApiKeyStore } from '../storage/api-keys.js'
import type { Database } from '../storage/database.js'

export type ApiKeyLookupDeps = {
  database: Database
  apiKeyStore: ApiKeyStore
  tail: Tail
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
}

export function createApiKeyLookup({ database, apiKeyStore, tail, now, latest }: ApiKeyLookupDeps) {
  return {
    /**
     * @returns null where no API key has this text
     * @throws database_unavailable, log_went_back
     */
    async find(text: string): Promise<ApiKeyStanding | null> {
      if (!isApiKey(text)) return null
      // A database that went back may have forgotten that the key was ended.
      if (!tail.isFresh()) await tail.readIfOld()
      return apiKeyStore.standingByHash(database, apiKeyHash(text))
    },

    /** Why no request may use the key now, whatever resource server it is for; null where it is good. */
    whyNot: ({ key, user }: ApiKeyStanding): ErrorCode | null => whyNotLive(key, user, now(), latest()),
  }
}

export type ApiKeyLookup = ReturnType<typeof createApiKeyLookup>

/**
 * A fast hash is enough, as 32 random bytes cannot be guessed; the look-up is by an index of hashes, so its timing
 * reveals no key.
 */
export function apiKeyHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
