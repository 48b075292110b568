// Verifiers (processes of resource servers that follow the log), for administrators: what each runs, and whether it is
// up to date.
import type { Tail } from '../../revocation/tail.js'
import type { Database } from '../../storage/database.js'
import type { VerifierRecord, VerifierStore } from '../../storage/verifiers.js'

export type ListedVerifier = Omit<VerifierRecord, 'appliedLog' | 'appliedSeq'> & {
  /** Position in the present log that it has applied; null where it has applied none of it. */
  applied: number | null
  /** How many entries of the log it has not applied; null where it has applied none of it. */
  behind: number | null
  /** Whether its lease may still be valid. */
  connected: boolean
}

export type VerifierListDeps = {
  database: Database
  verifierStore: VerifierStore
  tail: Pick<Tail, 'logId' | 'position'>
  now: () => number
}

export function createVerifierList({ database, verifierStore, tail, now }: VerifierListDeps) {
  return {
    /** Verifiers of one application, or of all; by application and name. */
    async list(applicationId?: string): Promise<ListedVerifier[]> {
      const rows = await verifierStore.list(database, applicationId)
      const { logId, position } = tail
      const at = now()
      return rows.map(({ appliedLog, appliedSeq, ...row }) => {
        const applied = appliedLog === logId && logId !== '' ? appliedSeq : null
        const behind = applied === null ? null : Math.max(0, position - applied)
        return { ...row, applied, behind, connected: row.leaseUntil > at }
      })
    },
  }
}

export type VerifierList = ReturnType<typeof createVerifierList>
