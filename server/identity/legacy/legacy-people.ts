// Whether a user is the same person that the former service has under the same id. Its tokens name users by the id
// alone: the token of another person would otherwise sign in a user who was created here, or imported under another id.
import type { AuditStore } from '../../storage/audit.js'
import type { Queries } from '../../storage/database.js'
import type { OwnUserRecord } from '../../storage/user-rows.js'

export type LegacyPeopleDeps = { auditStore: Pick<AuditStore, 'beginningOfUser'> }

export function createLegacyPeople({ auditStore }: LegacyPeopleDeps) {
  return {
    /** @param user whose sessions and password have not changed since they were imported */
    async cameWithId(
      tx: Queries,
      user: Pick<OwnUserRecord, 'id' | 'createdAt' | 'passwordChangedAt'>,
    ): Promise<boolean> {
      const entry = await auditStore.beginningOfUser(tx, user.id)
      // The audit log is younger than the user. An import keeps the original creation time, and dates the password now.
      if (!entry) return user.createdAt < user.passwordChangedAt
      const { new_id: newId = false } = JSON.parse(entry.afterJson ?? '{}') as { new_id?: boolean }
      return entry.action === 'user_imported' && !newId
    },
  }
}

export type LegacyPeople = ReturnType<typeof createLegacyPeople>
