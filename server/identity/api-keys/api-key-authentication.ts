// Authenticates API keys. What a key may do is checked by its route (whyNot); here it must be good and within its rate limit,
// and many unknown keys must not cost a read of the database each.
import { type AskedOfKey, isApiKey, permissionsOfKey, whyNotAsked } from '../../policy/api-key.js'
import { windowOf } from '../../policy/guesses.js'
import type { ErrorCode } from '../../protocol/errors.js'
import { refuse } from '../../protocol/errors.js'
import type { Quota } from '../../protocol/rate-limit.js'
import type { ApiKeyStanding } from '../../storage/api-keys.js'
import { type ApiKeyLookup, apiKeyHash } from '../../tokens/api-key-lookup.js'
import type { ApiKeyUses } from '../../tokens/api-key-uses.js'
import { refuseToken } from '../../tokens/checks.js'
import type { Guesses } from '../sign-in/guesses.js'
import type { ApiKeyLimit } from './api-key-limit.js'

/** A valid API key with its user, as read for this request. */
export type ApiKeyInUse = {
  id: string
  userId: number
  /** Scopes of the key that are permissions and that its user holds now. */
  permissions: readonly string[]
  scopes: readonly string[]
  elevated: boolean
  /** Why the key is not allowed what a route requires; null where it is. */
  whyNot: (asked: AskedOfKey) => ErrorCode | null
}

export type ApiKeyAuthenticationDeps = {
  apiKeyLookup: ApiKeyLookup
  apiKeyUses: ApiKeyUses
  apiKeyLimit: ApiKeyLimit
  guesses: Pick<Guesses, 'count'>
  now: () => number
}

/** Size of the cache of good keys: those are looked up even while their network is rate-limited. */
const mostKnown = 20_000
/** Size of the negative cache of unknown keys, kept for as long as guesses count. */
const mostUnknown = 20_000

export function createApiKeyAuthentication(deps: ApiKeyAuthenticationDeps) {
  const { apiKeyLookup, apiKeyUses, apiKeyLimit, guesses, now } = deps
  const known = new Set<string>()
  let unknown = { window: 0, hashes: new Set<string>() }

  /**
   * Hashes of unknown keys in the present window. An unknown key stays unknown: no key is ever created with a text that
   * a client had before.
   */
  function unknownNow(): Set<string> {
    const { number: window } = windowOf(now())
    if (unknown.window !== window) unknown = { window, hashes: new Set() }
    return unknown.hashes
  }

  /**
   * Only unknown keys count against the rate limit of a network; above it no unknown key is read. Each counts once: a program
   * that goes on with an old key must not use up the limit for keys of that network which this process does not know yet.
   */
  async function find(text: string, hash: string, address: string): Promise<ApiKeyStanding> {
    if (!isApiKey(text)) throw refuse('api_key_unknown')
    const found = known.has(hash) ? await apiKeyLookup.find(text) : null
    if (found) return found
    known.delete(hash)
    const none = unknownNow()
    if (none.has(hash)) throw refuse('api_key_unknown')
    const { result } = await guesses.count({ kind: 'apiKey', address }, async () => {
      const standing = await apiKeyLookup.find(text)
      if (standing) return standing
      if (none.size < mostUnknown) none.add(hash)
      throw refuse('api_key_unknown')
    })
    if (known.size >= mostKnown) known.clear()
    known.add(hash)
    return result
  }

  return {
    /**
     * @param counted the request was counted already: it is asked once more behind its body
     * @returns the key, and what its limit leaves
     * @throws api_key_unknown, api_key_ended, api_key_expired, user_inactive, user_unknown, password_change_required,
     *   too_many_guesses, too_many_requests, clock_jumped, database_unavailable
     */
    async authenticate(
      text: string,
      address: string,
      counted: boolean,
    ): Promise<{ key: ApiKeyInUse; quotas: readonly Quota[] }> {
      const hash = apiKeyHash(text)
      if (!counted) apiKeyLimit.requireRoom(hash)
      const standing = await find(text, hash, address)
      // Ended and expired keys count as well: a program that does not notice would go on for ever, at a database read
      // per request.
      const quotas = counted ? [] : await apiKeyLimit.take(hash)
      const code = apiKeyLookup.whyNot(standing)
      if (code) throw refuseToken(code)
      const { key, user } = standing
      apiKeyUses.note(key, address)
      const whyNot = (asked: AskedOfKey) => whyNotAsked(key, user, asked)
      const { id, userId, scopes, elevated } = key
      return { key: { id, userId, scopes, elevated, permissions: permissionsOfKey(key, user), whyNot }, quotas }
    },
  }
}

export type ApiKeyAuthentication = ReturnType<typeof createApiKeyAuthentication>
