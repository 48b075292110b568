// Single use of proofs, against replay (RFC 7523 §3, RFC 9449 §11.1). The row decides, so it is right on any number of servers.
import { createHash } from 'node:crypto'
import type { Database } from '../storage/database.js'
import type { SpentProofStore } from '../storage/spent-proofs.js'

/** Kinds of proofs; each has its own namespace, and cannot use up another's. */
export type ProofKind = 'assertion' | 'dpop'

export type SpentProofsDeps = { database: Database; spentProofStore: SpentProofStore; now: () => number }

/** How many rows are deleted at a time. */
const batch = 500

export function createSpentProofs({ database, spentProofStore, now }: SpentProofsDeps) {
  return {
    /**
     * Marks a proof as used. Call it last, when nothing else of the proof can be refused.
     * @param owner an application's id, or the thumbprint of a key
     * @param expiresAt epoch ms from which on the proof would be refused anyway
     * @returns false where it was spent before
     */
    spend(kind: ProofKind, owner: string, jti: string, expiresAt: number): Promise<boolean> {
      const hash = createHash('sha256')
        .update(JSON.stringify([kind, owner, jti]))
        .digest('base64url')
      return spentProofStore.spend(database, hash, expiresAt)
    },

    async forget(): Promise<void> {
      while ((await spentProofStore.forget(database, now(), batch)) === batch);
    },
  }
}

export type SpentProofs = ReturnType<typeof createSpentProofs>
