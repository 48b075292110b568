// Enforcement of one session end: since when the resource servers that follow the revocation log refuse its tokens, or
// which of them may not do so yet.
import type { EnforcementWatch } from '../../revocation/enforcement.js'
import type { Database } from '../../storage/database.js'
import type { RevocationRecord, RevocationStore } from '../../storage/revocations.js'

export type ReceiptsDeps = {
  database: Database
  revocationStore: RevocationStore
  enforcement: Pick<EnforcementWatch, 'enforced'>
}

export type Receipt = {
  /** When the entry was written, epoch ms. */
  writtenAt: number
  /** Since when how many verifiers enforce it; null where it is not enforced everywhere yet, or not recorded. */
  enforced: { at: number; verifiers: number } | null
  /** Verifiers that follow the log now, and how many of them have applied the entry. */
  verifiers: number
  applied: number
  lagging: { applicationId: string; name: string; leaseUntil: number }[]
}

type Session = { id: string; userId: number; createdAt: number; endedAt: number | null }

export function createReceipts({ database, revocationStore, enforcement }: ReceiptsDeps) {
  /** The log entry that revokes the tokens of an ended session; null where it was deleted, or none was needed. */
  async function endOf({ id, userId, createdAt }: Session): Promise<RevocationRecord | null> {
    const own = await revocationStore.latestEnd(database, 'session', id)
    if (own) return own
    const ofUser = await revocationStore.latestEnd(database, 'user', String(userId))
    return ofUser && ofUser.createdAt >= createdAt && ofUser.exceptSid !== id ? ofUser : null
  }

  return {
    /** The receipt of a session's end; null where there is none. */
    async ofSession(session: Session | null): Promise<Receipt | null> {
      if (!session || session.endedAt === null) return null
      const entry = await endOf(session)
      if (!entry) return null
      const { seq, createdAt, enforcedAt = null, enforcedVerifiers = null } = entry
      if (enforcedAt !== null) {
        const count = enforcedVerifiers ?? 0
        const enforced = { at: enforcedAt, verifiers: count }
        return { writtenAt: createdAt, enforced, verifiers: count, applied: count, lagging: [] }
      }
      const { verifiers, applied, lagging } = await enforcement.enforced(seq, { timeout: 0 })
      return { writtenAt: createdAt, enforced: null, verifiers, applied, lagging: [...lagging] }
    },
  }
}

export type Receipts = ReturnType<typeof createReceipts>
