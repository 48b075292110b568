import type { Database } from '../storage/database.js'
import type { RevocationRecord, Revocations } from '../storage/revocations.js'

export type { RevocationRecord }

export type RevocationLogDeps = { database: Database; revocations: Revocations }

/** The log as an administrator reads it. */
export function createRevocationLog({ database, revocations }: RevocationLogDeps) {
  return {
    /** Newest first, those before a number. */
    list: (page: { before: number; limit: number }): Promise<RevocationRecord[]> => revocations.list(database, page),
  }
}

export type RevocationLog = ReturnType<typeof createRevocationLog>
