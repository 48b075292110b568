// When, and from where, API keys were last used: remembered here and written down once a minute, of each key and address once
// a day. No request waits for it.
import type { ApiKeyRecord, ApiKeyStore } from '../storage/api-keys.js'
import type { Database } from '../storage/database.js'

export type ApiKeyUsesDeps = { database: Database; apiKeyStore: ApiKeyStore; now: () => number }

/** Limit of pairs of key and address that are noted on one day; further ones are dropped until the next day. */
const mostRemembered = 50_000
const day = 86_400_000

export function createApiKeyUses({ database, apiKeyStore, now }: ApiKeyUsesDeps) {
  /** Uses that are to be written, by key. */
  let used = new Map<string, { at: number; address: string }>()
  /** Pairs of key and address that were noted on a day. */
  let noted = { day: 0, of: new Set<string>() }

  return {
    note({ id, lastUsedAt, lastUsedAddress }: ApiKeyRecord, address: string): void {
      const at = now()
      const today = Math.floor(at / day)
      if (lastUsedAt !== null && Math.floor(lastUsedAt / day) >= today && lastUsedAddress === address) return
      if (noted.day !== today) noted = { day: today, of: new Set() }
      const what = `${id} ${address}`
      if (noted.of.has(what) || noted.of.size >= mostRemembered) return
      noted.of.add(what)
      used.set(id, { at, address })
    },

    /** Writes the uses since the last flush, one row a statement. Those that cannot be written wait for the next. */
    async flush(): Promise<void> {
      const pending = used
      used = new Map()
      try {
        for (const [id, { at, address }] of pending) {
          await apiKeyStore.used(database, id, at, address)
          pending.delete(id)
        }
      } finally {
        for (const [id, use] of pending) if (!used.has(id)) used.set(id, use)
      }
    },
  }
}

export type ApiKeyUses = ReturnType<typeof createApiKeyUses>
