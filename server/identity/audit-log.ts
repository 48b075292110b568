import type { Audit, AuditRecord, AuditSearch } from '../storage/audit.js'
import type { Database } from '../storage/database.js'
import type { AuditTrail, ChainCheck } from '../tokens/audit-trail.js'

export type { AuditRecord, AuditSearch, ChainCheck }

export type AuditLogDeps = { database: Database; audit: Audit; auditTrail: AuditTrail }

/** The audit log as an administrator reads it. */
export function createAuditLog({ database, audit, auditTrail }: AuditLogDeps) {
  return {
    /** Newest first, those before a number. */
    search: (search: AuditSearch): Promise<AuditRecord[]> => audit.search(database, search),

    /** Does the chain hold, and if not, where is it broken first? */
    verify: (): Promise<ChainCheck> => auditTrail.verify(),
  }
}

export type AuditLog = ReturnType<typeof createAuditLog>
