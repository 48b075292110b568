// Composition of the API keys, which let programs act for users.
import type { Settings } from '../../config/settings.js'
import { createApiKeyAuthentication } from '../identity/api-keys/api-key-authentication.js'
import { createApiKeyInspection } from '../identity/api-keys/api-key-inspection.js'
import { createApiKeyLimit } from '../identity/api-keys/api-key-limit.js'
import { createApiKeyList } from '../identity/api-keys/api-key-list.js'
import { createApiKeys } from '../identity/api-keys/api-keys.js'
import type { Identity } from '../identity/identity.js'
import type { Names } from '../identity/people/names.js'
import { createQuota, quotas } from '../identity/quota.js'
import type { ActorRights } from '../identity/rights.js'
import type { Infrastructure } from './infrastructure.js'
import type { Given } from './ports.js'

export function composeApiKeys(
  { issuer }: Pick<Settings, 'issuer'>,
  { random, uuid }: Given,
  { storage, revocation, tokens, signIn: { guesses } }: Infrastructure,
  rights: ActorRights,
  names: Names,
): Identity['apiKeys'] {
  const { database, userStore, apiKeyStore, apiKeyListStore } = storage
  const { applications, policy, tail, now } = revocation
  const { changes, apiKeyLookup, apiKeyUses } = tokens
  const apiKeyList = createApiKeyList({ database, apiKeyStore, apiKeyListStore, names, now })
  const apiKeys = createApiKeys({
    issuer,
    database,
    userStore,
    apiKeyStore,
    apiKeyList,
    rights,
    changes,
    applications,
    tail,
    quota: createQuota(quotas.apiKeys, { now }),
    random,
    uuid,
    now,
  })
  const apiKeyLimit = createApiKeyLimit({ counts: guesses.counts, policy, now })
  const apiKeyAuthentication = createApiKeyAuthentication({ apiKeyLookup, apiKeyUses, apiKeyLimit, guesses, now })
  return { apiKeys, apiKeyAuthentication, apiKeyInspection: createApiKeyInspection({ apiKeyLookup, now }) }
}
