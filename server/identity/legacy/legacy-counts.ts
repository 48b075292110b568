// Daily counts of the former service's tokens: exchanged, or refused with which code. Counted in memory and written
// every few seconds, as figures are: no request waits for a counter.
import type { ErrorCode } from '../../protocol/errors.js'
import type { Database } from '../../storage/database.js'
import type { LegacyCountRecord, LegacyTokenStore } from '../../storage/legacy-tokens.js'

/** `again`: a token that had been exchanged before was accepted once more. */
export type LegacyCount = 'exchanged' | 'again' | ErrorCode

export type LegacyCountsDeps = { database: Database; legacyTokenStore: LegacyTokenStore; now: () => number }

export const dayLength = 86_400_000

export function createLegacyCounts({ database, legacyTokenStore, now }: LegacyCountsDeps) {
  /** Counts by day and kind. */
  let counted = new Map<string, LegacyCountRecord>()

  function add({ day, what, value }: LegacyCountRecord): void {
    const known = counted.get(`${day} ${what}`)
    if (known) known.value += value
    else counted.set(`${day} ${what}`, { day, what, value })
  }

  return {
    count(what: LegacyCount): void {
      const at = now()
      add({ day: at - (at % dayLength), what, value: 1 })
    },

    /** Writes the counts; after a failure they are kept for the next run. */
    async flush(): Promise<void> {
      if (counted.size === 0) return
      // Sorted, so that two processes cannot deadlock.
      const taken = [...counted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
      counted = new Map()
      try {
        await legacyTokenStore.count(database, taken)
      } catch (error) {
        for (const one of taken) add(one)
        throw error
      }
    },
  }
}

export type LegacyCounts = ReturnType<typeof createLegacyCounts>
