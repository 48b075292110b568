// Applications that registered themselves (RFC 7591): a count of recent ones, and those that were never used.
import type { Queries } from './database.js'
import { placeholders } from './statement.js'

/** Condition: the application has neither a consent nor a session. */
const isUnused = `NOT EXISTS (SELECT 1 FROM consent c WHERE c.application_id = a.id)
  AND NOT EXISTS (SELECT 1 FROM session s WHERE s.application_id = a.id)`

export function createRegisteredApplicationStore() {
  return {
    /** How many were registered since an instant, deleted ones included; up to `most`. */
    async countSince(tx: Queries, since: number, most: number): Promise<number> {
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM (
           SELECT 1 AS one FROM application WHERE origin = 'registration' AND created_at > ? LIMIT ${Math.trunc(most)}
         ) lately`,
        [since],
      )
      return row!.count
    },

    /** The names of applications that were made by administrators or files, and of the built-in one. */
    async namesOfOthers(tx: Queries): Promise<string[]> {
      const rows = await tx.read<{ name: string }>(
        `SELECT name FROM application
         WHERE origin IN ('administrator', 'built_in', 'file') AND deleted_at IS NULL`,
      )
      return rows.map(row => row.name)
    },

    /**
     * Applications that were registered before an instant, and are unused; also deleted ones, whose rows have only an
     * id.
     */
    async unused(tx: Queries, before: number, limit: number): Promise<{ id: string }[]> {
      return tx.read(
        `SELECT a.id AS id FROM application a
         WHERE a.origin = 'registration' AND a.created_at < ? AND ${isUnused}
         ORDER BY a.created_at LIMIT ${Math.trunc(limit)}`,
        [before],
      )
    },

    /** Applications of the given ones that are still unused; the caller has locked their rows. */
    async stillUnused(tx: Queries, ids: readonly string[]): Promise<string[]> {
      const rows = await tx.read<{ id: string }>(
        `SELECT a.id AS id FROM application a
         WHERE a.id IN (${placeholders(ids.length)}) AND a.origin = 'registration' AND ${isUnused} ORDER BY a.id`,
        ids,
      )
      return rows.map(row => row.id)
    },

    /** Deletes the rows, and notifies every process. The caller has locked them, and both heads. */
    async forget(tx: Queries, ids: readonly string[]): Promise<void> {
      const those = placeholders(ids.length)
      await tx.write(`DELETE FROM application_secret WHERE application_id IN (${those})`, ids)
      await tx.write(`DELETE FROM application WHERE id IN (${those})`, ids)
      await tx.write('UPDATE log_head SET application_version = application_version + 1 WHERE id = 1')
    },
  }
}

export type RegisteredApplicationStore = ReturnType<typeof createRegisteredApplicationStore>
