import type { Queries } from './database.js'
import { columns, insertion } from './statement.js'

export type KeyState = 'pending' | 'active' | 'retiring' | 'gone'

export type KeyRecord = {
  /** RFC 7638 thumbprint. */
  kid: string
  algorithm: string
  state: KeyState
  /** JSON. */
  publicJwk: string
  sealedPrivateKey: string
  /** Epoch ms, like the two below. */
  createdAt: number
  activatedAt: number | null
  retiredAt: number | null
}

export type SecretPurpose = 'refresh' | 'device' | 'audit'
export type SecretRecord = { purpose: SecretPurpose; version: number; sealed: string; createdAt: number }

const selectKey = `SELECT ${columns('k', [
  'kid',
  'algorithm',
  'state',
  'publicJwk',
  'sealedPrivateKey',
  'createdAt',
  'activatedAt',
  'retiredAt',
])} FROM signing_key k`

export function createKeys() {
  return {
    /** All whose tokens may be live, newest first. */
    list(tx: Queries): Promise<KeyRecord[]> {
      return tx.read(`${selectKey} WHERE k.state <> 'gone' ORDER BY k.created_at DESC, k.kid`)
    },

    async insert(tx: Queries, key: KeyRecord): Promise<void> {
      await tx.write(...insertion('signing_key', key))
    },

    secrets(tx: Queries): Promise<SecretRecord[]> {
      return tx.read(
        `SELECT ${columns('x', ['purpose', 'version', 'sealed', 'createdAt'])} FROM sealed_secret x ORDER BY x.purpose, x.version`,
      )
    },

    async insertSecret(tx: Queries, secret: SecretRecord): Promise<void> {
      await tx.write(...insertion('sealed_secret', secret))
    },
  }
}

export type Keys = ReturnType<typeof createKeys>
