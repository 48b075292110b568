// Rows of client secrets (table `application_secret`), a part of the store in applications.ts. Several secrets of an
// application may be valid at once; only their hashes are stored.
import type { Queries } from './database.js'
import { columns, insertion } from './statement.js'

/** `hash`: base64url of the SHA-256 of the secret. `hint`: its last characters. Times are epoch ms. */
export type ApplicationSecretRecord = {
  id: string
  applicationId: string
  hash: string
  hint: string
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
}

const secretColumns = ['id', 'applicationId', 'hash', 'hint', 'createdAt', 'expiresAt', 'lastUsedAt']

export function createApplicationSecretRows() {
  return {
    /** Secrets of an application that have not expired at `now`, the newest first. */
    liveSecrets: (tx: Queries, applicationId: string, now: number): Promise<ApplicationSecretRecord[]> =>
      tx.read(
        `SELECT ${columns('s', secretColumns)} FROM application_secret s
         WHERE s.application_id = ? AND (s.expires_at IS NULL OR s.expires_at > ?) ORDER BY s.created_at DESC, s.id DESC`,
        [applicationId, now],
      ),

    async insertSecret(tx: Queries, secret: ApplicationSecretRecord): Promise<void> {
      await tx.write(...insertion('application_secret', secret))
    },

    /** Sets when a secret expires, never later than before. */
    async expireSecret(tx: Queries, id: string, at: number): Promise<void> {
      await tx.write('UPDATE application_secret SET expires_at = ? WHERE id = ? AND COALESCE(expires_at, ?) >= ?', [
        ...[at, id, at, at],
      ])
    },

    /** Deletes all secrets of an application: none of them is accepted again. */
    async deleteSecrets(tx: Queries, applicationId: string): Promise<void> {
      await tx.write('DELETE FROM application_secret WHERE application_id = ?', [applicationId])
    },

    async noteSecretUse(tx: Queries, id: string, at: number): Promise<void> {
      await tx.write('UPDATE application_secret SET last_used_at = ? WHERE id = ?', [at, id])
    },
  }
}
