// When devices were last seen, beside their sign-ins: thousands of refreshes a second say so, so the times are kept in
// memory and written together once a minute. The session's own row has the time to the millisecond.
import type { Database } from '../storage/database.js'
import type { DeviceStore } from '../storage/devices.js'

export type LastSeenDeps = { database: Database; deviceStore: DeviceStore; now: () => number }

/** Limit of remembered devices; those above it are noted at their next refresh. */
const mostRemembered = 100_000
const batch = 250

export function createLastSeen({ database, deviceStore, now }: LastSeenDeps) {
  let seen = new Map<string, number>()

  return {
    note(deviceId: string): void {
      if (seen.size < mostRemembered || seen.has(deviceId)) seen.set(deviceId, now())
    },

    /**
     * Writes the times since the last flush. Those that cannot be written are dropped: the next refresh brings them
     * again.
     */
    async flush(): Promise<void> {
      // In the order of ids, so that two processes cannot deadlock.
      const taken = [...seen].sort(([a], [b]) => (a < b ? -1 : 1))
      seen = new Map()
      for (let from = 0; from < taken.length; from += batch)
        await deviceStore.seen(database, taken.slice(from, from + batch))
    },
  }
}

export type LastSeen = ReturnType<typeof createLastSeen>
