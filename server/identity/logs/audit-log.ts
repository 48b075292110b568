// The audit log for administrators and for users: filtered pages and counts, all entries about one user, and the
// verification of the hash chain. Entries are written, and verified, in tokens/audit-trail.ts.
import type { AuditRecord, AuditSearch, AuditStore } from '../../storage/audit.js'
import type { Database } from '../../storage/database.js'
import { type AuditFilter, auditList, type LogListStore } from '../../storage/log-lists.js'
import type { AuditTrail, ChainCheck } from '../../tokens/audit-trail.js'
import { type Counted, cursorIn, every, type Listed, listed, type Page } from '../listing.js'

export type { AuditFilter, AuditRecord, ChainCheck }

/** `deviceName`: name of the device that the entry is about; '' for other entries. */
export type EntryOfPerson = AuditRecord & { deviceName: string }

export type AuditLogDeps = {
  database: Database
  auditStore: AuditStore
  logListStore: LogListStore
  auditTrail: AuditTrail
}

/** The audit log, for administrators. */
export function createAuditLog({ database, auditStore, logListStore, auditTrail }: AuditLogDeps) {
  /** Audit entries, newest first. @throws invalid_fields */
  async function page(filter: AuditFilter, page: Page): Promise<Listed<AuditRecord>> {
    const after = cursorIn(auditList, page)
    const scanned = await logListStore.audit.page(database, filter, { ...page, after })
    return listed(scanned, scanned.rows)
  }

  return {
    page,
    /** Audit entries by number, newest first. */
    search: (search: AuditSearch): Promise<AuditRecord[]> => auditStore.search(database, search),
    /**
     * Entries about a user, their sessions and their devices, by any actor. `next`: the sequence number below which the
     * next page begins.
     */
    async ofPerson(
      userId: number,
      before: number,
      limit: number,
    ): Promise<{ results: EntryOfPerson[]; next: number | null }> {
      const entries = await auditStore.ofPerson(database, userId, { before, limit: limit + 1 })
      const results = entries.slice(0, limit)
      return { results, next: entries.length > limit ? results.at(-1)!.seq : null }
    },

    count: (filter: AuditFilter): Promise<Counted> => logListStore.audit.count(database, filter),
    /** All entries that match, for a file. */
    every: (filter: AuditFilter): AsyncGenerator<AuditRecord> => every(next => page(filter, next)),

    /** Verifies the hash chain, and finds the first broken entry. */
    verify: (): Promise<ChainCheck> => auditTrail.verify(),
  }
}

export type AuditLog = ReturnType<typeof createAuditLog>
