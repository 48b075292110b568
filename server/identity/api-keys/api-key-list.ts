// The list of all users' API keys, for administrators.
import { apiKeyStates } from '../../policy/api-key.js'
import { type ApiKeyFilter, type ApiKeyListStore, apiKeyList } from '../../storage/api-key-lists.js'
import type { ApiKeyStore } from '../../storage/api-keys.js'
import type { Database } from '../../storage/database.js'
import { type Counted, cursorIn, every, type Listed, listed, type Page } from '../listing.js'
import type { Names } from '../people/names.js'
import { type PublicApiKey, publicApiKey } from './public-api-key.js'

export { type ApiKeyFilter, apiKeyStates }

export type ApiKeyInList = { key: PublicApiKey; username: string }

export type ApiKeyListDeps = {
  database: Database
  apiKeyStore: ApiKeyStore
  apiKeyListStore: ApiKeyListStore
  names: Pick<Names, 'ofUsers'>
  now: () => number
}

export function createApiKeyList({ database, apiKeyStore, apiKeyListStore, names, now }: ApiKeyListDeps) {
  /** API keys, newest first. @throws invalid_fields */
  async function list(filter: ApiKeyFilter, page: Page): Promise<Listed<ApiKeyInList>> {
    const at = now()
    const after = cursorIn(apiKeyList, page)
    const scanned = await apiKeyListStore.page(database, filter, at, { ...page, after })
    const records = await apiKeyStore.some(
      database,
      scanned.rows.map(row => row.id),
    )
    const usernames = await names.ofUsers(scanned.rows.map(row => row.userId))
    const rows = scanned.rows.flatMap(({ id, userId }): ApiKeyInList[] => {
      const found = records.get(id)
      if (!found) return []
      const key = publicApiKey(found, at)
      // The key ended after the list was read.
      if (filter.state !== undefined && key.state !== filter.state) return []
      return [{ key, username: usernames.get(userId) ?? '' }]
    })
    return listed(scanned, rows)
  }

  return {
    list,
    count: (filter: ApiKeyFilter): Promise<Counted> => apiKeyListStore.count(database, filter, now()),
    /** All API keys that match, for a file. */
    every: (filter: ApiKeyFilter): AsyncGenerator<ApiKeyInList> => every(page => list(filter, page)),
  }
}

export type ApiKeyList = ReturnType<typeof createApiKeyList>
