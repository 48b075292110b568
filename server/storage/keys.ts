// Rows of signing keys (table `signing_key`) and of the server's secrets (table `sealed_secret`). Private keys and
// secrets are encrypted under SECRET_KEY (tokens/sealing.ts).
import type { KeyLife } from '../policy/key-life.js'
import type { Queries } from './database.js'
import { assignments, columns, insertion } from './statement.js'

export type KeyRecord = KeyLife & {
  /** JSON; `kid` is its RFC 7638 thumbprint. */
  publicJwk: string
  /** '' once the key signs no more: the private key is deleted. */
  sealedPrivateKey: string
  revokedAt: number | null
}

export type SecretPurpose = 'refresh' | 'device' | 'audit' | 'ticket'
export type SecretRecord = { purpose: SecretPurpose; version: number; sealed: string; createdAt: number }

const selectKey = `SELECT ${columns('k', [
  'kid',
  'algorithm',
  'state',
  'publicJwk',
  'sealedPrivateKey',
  'createdAt',
  'activatesAt',
  'activatedAt',
  'retiredAt',
  'revokedAt',
])} FROM signing_key k`

export function createKeyStore() {
  return {
    /** All keys that ever existed, newest first. */
    list(tx: Queries): Promise<KeyRecord[]> {
      return tx.read(`${selectKey} ORDER BY k.created_at DESC, k.kid`)
    },

    async insert(tx: Queries, key: KeyRecord): Promise<void> {
      await tx.write(...insertion('signing_key', key))
    },

    async update(tx: Queries, kid: string, changes: Partial<KeyRecord>): Promise<void> {
      const [set, values] = assignments(changes)
      await tx.write(`UPDATE signing_key SET ${set} WHERE kid = ?`, [...values, kid])
    },

    /** Secrets by purpose, in the order of versions. */
    secrets(tx: Queries): Promise<SecretRecord[]> {
      return tx.read(
        `SELECT ${columns('x', ['purpose', 'version', 'sealed', 'createdAt'])} FROM sealed_secret x ORDER BY x.purpose, x.version`,
      )
    },

    async insertSecret(tx: Queries, secret: SecretRecord): Promise<void> {
      await tx.write(...insertion('sealed_secret', secret))
    },

    async reseal(tx: Queries, { purpose, version, sealed }: Omit<SecretRecord, 'createdAt'>): Promise<void> {
      await tx.write('UPDATE sealed_secret SET sealed = ? WHERE purpose = ? AND version = ?', [
        sealed,
        purpose,
        version,
      ])
    },

    /** Deletes secrets of a purpose that are older than a version. */
    async deleteSecretsBefore(tx: Queries, purpose: SecretPurpose, version: number): Promise<void> {
      await tx.write('DELETE FROM sealed_secret WHERE purpose = ? AND version < ?', [purpose, version])
    },
  }
}

export type KeyStore = ReturnType<typeof createKeyStore>
