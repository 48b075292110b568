// Rows of used proofs (table `spent_proof`), against replay of DPoP proofs (RFC 9449 §11.1) and client assertions
// (RFC 7523 §3): the unique hash of a proof is stored until the proof expires.
import type { Dialect, Queries } from './database.js'
import { placeholders } from './statement.js'

export function createSpentProofStore(dialect: Pick<Dialect, 'engine'>) {
  const ignore = dialect.engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE'
  return {
    /** Replay protection: of concurrent requests with one proof, on any servers, one succeeds. @returns whether this one did */
    async spend(tx: Queries, hash: string, expiresAt: number): Promise<boolean> {
      return (await tx.write(`${ignore} INTO spent_proof (hash, expires_at) VALUES (?, ?)`, [hash, expiresAt])) === 1
    },

    /** Deletes up to `limit` proofs that had expired before an instant. @returns how many */
    async forget(tx: Queries, before: number, limit: number): Promise<number> {
      const rows = await tx.read<{ hash: string }>(
        `SELECT hash FROM spent_proof WHERE expires_at <= ? ORDER BY expires_at LIMIT ${Math.trunc(limit)}`,
        [before],
      )
      if (rows.length === 0) return 0
      const hashes = rows.map(row => row.hash)
      return tx.write(`DELETE FROM spent_proof WHERE hash IN (${placeholders(hashes.length)})`, hashes)
    },
  }
}

export type SpentProofStore = ReturnType<typeof createSpentProofStore>
