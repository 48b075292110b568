// What an application proves itself by. Only hashes are kept: 32 random bytes are not guessed, so a fast hash will do.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { ApplicationSecretRecord } from '../../storage/application-secrets.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Database, Queries } from '../../storage/database.js'

export type ApplicationSecretsDeps = {
  database: Database
  applicationStore: ApplicationStore
  random: (size: number) => Buffer
  uuid: () => string
  now: () => number
}

/** By which scanners of source code find it. */
const prefix = 'dvz_sec_'
/** A use is written down at most so often; ms. */
const noteEvery = 60_000

export function createApplicationSecrets(deps: ApplicationSecretsDeps) {
  const { database, applicationStore, random, uuid, now } = deps

  return {
    /**
     * A new secret. The one before it stays good for the overlap, older ones end at once: two live at most.
     * @param overlap ms
     * @param given the secret itself, where it comes from a file or a registration
     * @returns the secret, which nobody can read again
     */
    async add(tx: Queries, applicationId: string, overlap: number, given?: string): Promise<string> {
      const secret = given ?? prefix + random(32).toString('base64url')
      // Two who add at once take turns, so that the second sees what the first has left.
      await applicationStore.lock(tx, applicationId)
      const at = now()
      const live = await applicationStore.liveSecrets(tx, applicationId, at)
      for (const [index, { id }] of live.entries())
        await applicationStore.expireSecret(tx, id, index === 0 ? at + overlap : at)
      await applicationStore.insertSecret(tx, {
        id: uuid(),
        applicationId,
        hash: hashOf(secret).toString('base64url'),
        hint: secret.slice(-4),
        createdAt: at,
        expiresAt: null,
        lastUsedAt: null,
      })
      return secret
    },

    /** Those that are good now, the newest first; without their hashes. */
    async list(applicationId: string): Promise<Omit<ApplicationSecretRecord, 'hash'>[]> {
      const live = await applicationStore.liveSecrets(database, applicationId, now())
      return live.map(({ hash: _, ...secret }) => secret)
    },

    /** Whether this is a secret of the application. Takes as long whichever it is, or is not. */
    async matches(applicationId: string, presented: string): Promise<boolean> {
      const hash = hashOf(presented)
      const live = await applicationStore.liveSecrets(database, applicationId, now())
      const found = live.filter(secret => timingSafeEqual(hash, Buffer.from(secret.hash, 'base64url')))[0]
      if (!found) return false
      if (now() - (found.lastUsedAt ?? 0) >= noteEvery) await applicationStore.noteSecretUse(database, found.id, now())
      return true
    },
  }
}

export type ApplicationSecrets = ReturnType<typeof createApplicationSecrets>

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
