import type { Database } from '../storage/database.js'
import type { KeyRecord, Keys } from '../storage/keys.js'

/** A signing key as people may see it: nothing of its private half. */
export type ListedKey = Pick<KeyRecord, 'kid' | 'algorithm' | 'state' | 'createdAt' | 'activatedAt' | 'retiredAt'>

export type KeyRingDeps = { database: Database; keys: Keys }

export function createKeyRing({ database, keys }: KeyRingDeps) {
  return {
    /** All whose tokens may be live, newest first. */
    async list(): Promise<ListedKey[]> {
      const records = await keys.list(database)
      return records.map(({ publicJwk: _, sealedPrivateKey: __, ...listed }) => listed)
    },
  }
}

export type KeyRing = ReturnType<typeof createKeyRing>
