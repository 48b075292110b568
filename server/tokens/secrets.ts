// This server's random secrets, sealed rows with a version each: refresh tokens, device tokens and the chain of the
// audit log are signed with them. They are never derived from SECRET_KEY and never in the JWKS, so a change of either
// signs no user out.
import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Tail } from '../revocation/tail.js'
import type { Database, Queries } from '../storage/database.js'
import type { KeyStore, SecretPurpose, SecretRecord } from '../storage/keys.js'
import type { RevocationStore } from '../storage/revocations.js'
import type { Sealing } from './sealing.js'

/** `createdAt` is epoch ms; `key`: the same secret as a KeyObject, prepared once for macInput(). */
export type Secret = { version: number; secret: Buffer; key: KeyObject; createdAt: number }

const purposes: SecretPurpose[] = ['refresh', 'device', 'audit', 'ticket']

/** The purpose that a secret is sealed for. */
export const secretOf = ({ purpose, version }: Pick<SecretRecord, 'purpose' | 'version'>) =>
  `secret:${purpose}:${version}`

export type SecretsDeps = {
  database: Database
  keyStore: KeyStore
  revocationStore: RevocationStore
  sealing: Sealing
  tail: Tail
  random: (size: number) => Buffer
  now: () => number
}

export function createSecrets({ database, keyStore, revocationStore, sealing, tail, random, now }: SecretsDeps) {
  let known: ReadonlyMap<string, Secret> = new Map()
  let present: ReadonlyMap<SecretPurpose, Secret> = new Map()
  let version = 0

  tail.follow(
    head => head.keyVersion,
    async ({ keyVersion }) => {
      const opened = (await keyStore.secrets(database)).map(record => {
        const name = secretOf(record)
        // Opened once: it may be sealed anew meanwhile, under a SECRET_KEY that this process was not started with.
        const secret = known.get(name)?.secret ?? sealing.open(record.sealed, name)
        const { purpose, version, createdAt } = record
        return { name, purpose, version, createdAt, secret, key: known.get(name)?.key ?? createSecretKey(secret) }
      })
      known = new Map(opened.map(one => [one.name, one]))
      // Records come in the order of versions: the last of a purpose is the present one.
      present = new Map(opened.map(one => [one.purpose, one]))
      version = keyVersion
    },
  )

  /** The current secret of a purpose, which signs. */
  function requirePresent(purpose: SecretPurpose): Secret {
    const secret = present.get(purpose)
    if (!secret) throw new Error(`there is no ${purpose} secret`)
    return secret
  }

  return {
    /**
     * Makes missing secrets, once among all servers.
     * @param begin called for each new secret, in the transaction that makes it
     */
    async ensure(begin: (tx: Queries, purpose: SecretPurpose, secret: Buffer) => Promise<void>): Promise<void> {
      await database.transaction(async tx => {
        await revocationStore.lockHead(tx)
        const records = await keyStore.secrets(tx)
        const missing = purposes.filter(purpose => !records.some(record => record.purpose === purpose))
        // A process that was started with a wrong SECRET_KEY must seal nothing under it.
        if (missing.length > 0) for (const record of records) sealing.open(record.sealed, secretOf(record))
        for (const purpose of missing) {
          const secret = random(32)
          const sealed = sealing.seal(secret, secretOf({ purpose, version: 1 }))
          await keyStore.insertSecret(tx, { purpose, version: 1, sealed, createdAt: now() })
          await begin(tx, purpose, secret)
        }
        if (missing.length > 0) await revocationStore.raiseVersion(tx, 'key')
      })
    },

    present: requirePresent,

    find: (purpose: SecretPurpose, wanted: number): Secret | null =>
      known.get(secretOf({ purpose, version: wanted })) ?? null,

    /** Versions only grow; one that is older than the present one was destroyed because it was revoked. */
    isRevoked: (purpose: SecretPurpose, wanted: number): boolean =>
      wanted > 0 && wanted < requirePresent(purpose).version && !known.has(secretOf({ purpose, version: wanted })),

    /** The version of all secrets that this process holds, as the log's head counts it. */
    version: (): number => version,
  }
}

export type Secrets = ReturnType<typeof createSecrets>
