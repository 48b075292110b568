// The single row of the table `installation`: the issuer of the database, and the log's number when tokens of the
// former service were first accepted.
import type { Dialect, Queries } from './database.js'

/** The one row with the issuer that owns this database. */
export function createInstallationStore(dialect: Dialect) {
  const ignore = dialect.engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE'
  return {
    /** null until a server has started. */
    async issuer(tx: Queries): Promise<string | null> {
      const [row] = await tx.read<{ issuer: string }>('SELECT issuer FROM installation WHERE id = 1')
      return row?.issuer ?? null
    },

    /** Sets the issuer. Of servers that start together the first one wins. */
    async claim(tx: Queries, issuer: string): Promise<void> {
      await tx.write(`${ignore} INTO installation (id, issuer) VALUES (1, ?)`, [issuer])
    },

    async setIssuer(tx: Queries, issuer: string): Promise<void> {
      await tx.write('UPDATE installation SET issuer = ? WHERE id = 1', [issuer])
    },

    /**
     * Stores the log's number when a server first accepted tokens of a former service: ends of all sessions after it
     * end theirs too. It stays, so that removing and restoring the setting reopens nothing.
     */
    async beginLegacy(tx: Queries): Promise<void> {
      await tx.write(
        `UPDATE installation SET legacy_seq = (SELECT h.seq FROM log_head h WHERE h.id = 1)
         WHERE id = 1 AND legacy_seq IS NULL`,
      )
    },

    /** null where no server has ever accepted any. */
    async legacySeq(tx: Queries): Promise<number | null> {
      const [row] = await tx.read<{ seq: number | null }>('SELECT legacy_seq AS seq FROM installation WHERE id = 1')
      return row?.seq ?? null
    },
  }
}

export type InstallationStore = ReturnType<typeof createInstallationStore>
