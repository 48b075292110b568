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
  /** As `now`, by the latest that it may be. */
  latest: () => number
}

export function createApiKeyLookup({ database, apiKeyStore, tail, now, latest }: ApiKeyLookupDeps) {
  return {
    /** null: there is none. @throws database_unavailable, log_went_back */
    async find(text: string): Promise<ApiKeyStanding | null> {
      if (!isApiKey(text)) return null
      // A database that went back may have forgotten that it was ended.
      if (!tail.isFresh()) await tail.freshen()
      return apiKeyStore.standingByHash(database, apiKeyHash(text))
    },

    /** Why it is good for nothing now, whoever takes it; null where it is good. */
    whyNot: ({ key, user }: ApiKeyStanding): ErrorCode | null => whyNotLive(key, user, now(), latest()),
  }
}

export type ApiKeyLookup = ReturnType<typeof createApiKeyLookup>

/** 32 random bytes are not guessed, so a fast hash will do; and by an index of hashes nobody learns a key from the time it takes. */
export function apiKeyHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
