import type { Dialect, Queries } from './database.js'

/** The one row that says whose database this is. */
export function createInstallationStore(dialect: Dialect) {
  const ignore = dialect.engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE'
  return {
    /** null until a server has started. */
    async issuer(tx: Queries): Promise<string | null> {
      const [row] = await tx.read<{ issuer: string }>('SELECT issuer FROM installation WHERE id = 1')
      return row?.issuer ?? null
    },

    /** Of servers that start together the first one counts. */
    async claim(tx: Queries, issuer: string): Promise<void> {
      await tx.write(`${ignore} INTO installation (id, issuer) VALUES (1, ?)`, [issuer])
    },

    async setIssuer(tx: Queries, issuer: string): Promise<void> {
      await tx.write('UPDATE installation SET issuer = ? WHERE id = 1', [issuer])
    },
  }
}

export type InstallationStore = ReturnType<typeof createInstallationStore>
