// Our own random secrets, sealed rows with a version each: refresh tokens, device tokens and the chain of the audit log are
// signed with them. They are never derived from SECRET_KEY and never in the JWKS, so a change of either signs nobody out.
import type { Tail } from '../revocation/tail.js'
import type { Database } from '../storage/database.js'
import type { Keys, SecretPurpose } from '../storage/keys.js'
import type { Revocations } from '../storage/revocations.js'
import type { Sealing } from './sealing.js'

export type Secret = { version: number; secret: Buffer }

const purposes: SecretPurpose[] = ['refresh', 'device', 'audit']

export type SecretsDeps = {
  database: Database
  keys: Keys
  revocations: Revocations
  sealing: Sealing
  tail: Tail
  random: (size: number) => Buffer
  now: () => number
}

export function createSecrets({ database, keys, revocations, sealing, tail, random, now }: SecretsDeps) {
  let known = new Map<string, Secret>()
  let present = new Map<SecretPurpose, Secret>()

  tail.follow(
    head => head.keyVersion,
    async () => {
      const records = await keys.secrets(database)
      const opened = records.map(({ purpose, version, sealed }) => ({
        purpose,
        version,
        secret: sealing.open(sealed, `secret:${purpose}:${version}`),
      }))
      known = new Map(opened.map(one => [`${one.purpose}:${one.version}`, one]))
      // Records come in the order of versions: the last of a purpose is the present one.
      present = new Map(opened.map(one => [one.purpose, one]))
    },
  )

  return {
    /** Makes what is missing, once among all servers. */
    async ensure(): Promise<void> {
      await database.transaction(async tx => {
        await revocations.lockHead(tx)
        const there = new Set((await keys.secrets(tx)).map(record => record.purpose))
        const missing = purposes.filter(purpose => !there.has(purpose))
        for (const purpose of missing) {
          const sealed = sealing.seal(random(32), `secret:${purpose}:1`)
          await keys.insertSecret(tx, { purpose, version: 1, sealed, createdAt: now() })
        }
        if (missing.length > 0) await revocations.raiseVersion(tx, 'key')
      })
    },

    /** The one that signs now. */
    present(purpose: SecretPurpose): Secret {
      const secret = present.get(purpose)
      if (!secret) throw new Error(`there is no ${purpose} secret`)
      return secret
    },

    find: (purpose: SecretPurpose, version: number): Secret | null => known.get(`${purpose}:${version}`) ?? null,
  }
}

export type Secrets = ReturnType<typeof createSecrets>
