// Whether a user here is the one that the former service has under the same id. Its tokens name users by the id alone: a user who
// was created here, or imported under another id, would otherwise be signed in by the token of another person.
import type { AuditStore } from '../../storage/audit.js'
import type { Queries } from '../../storage/database.js'
import type { OwnUserRecord } from '../../storage/user-rows.js'

export type LegacyPeopleDeps = { auditStore: Pick<AuditStore, 'beginningOfUser'> }

export function createLegacyPeople({ auditStore }: LegacyPeopleDeps) {
  return {
    /** @param user whose sessions, and so whose password, were not touched since they are here */
    async cameWithId(
      tx: Queries,
      user: Pick<OwnUserRecord, 'id' | 'createdAt' | 'passwordChangedAt'>,
    ): Promise<boolean> {
      const entry = await auditStore.beginningOfUser(tx, user.id)
      // Older than the audit log: who is older than their row has come from elsewhere.
      if (!entry) return user.createdAt < user.passwordChangedAt
      const { new_id: newId = false } = JSON.parse(entry.afterJson ?? '{}') as { new_id?: boolean }
      return entry.action === 'user_imported' && !newId
    },
  }
}

export type LegacyPeople = ReturnType<typeof createLegacyPeople>
