// What an application proves itself by. Only hashes are kept: 32 random bytes are not guessed, so a fast hash will do.
import { createHash, timingSafeEqual } from 'node:crypto'
import { usesSecret } from '../../policy/application-defaults.js'
import type { ApplicationMetadata } from '../../policy/application-metadata.js'
import { type Problem, problem } from '../../protocol/problems.js'
import type { ApplicationSecretRecord } from '../../storage/application-secrets.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Database, Queries } from '../../storage/database.js'

export type ApplicationSecretsDeps = {
  database: Database
  applicationStore: ApplicationStore
  random: (size: number) => Buffer
  uuid: () => string
  now: () => number
  monotonic: () => number
  /** Runs on by itself what may be done after the answer. */
  afterwards: (work: () => Promise<void>) => void
}

/** By which scanners of source code find it. */
const prefix = 'dvz_sec_'
/** Live secrets of an application at most; each check compares with so many, so that its time tells nothing. */
const most = 2
/** A use is written down at most so often; ms. */
const noteEvery = 60_000
/** TTL of cached secrets, in ms: a resource server that introspects authenticates at each of its requests. */
const heldFor = 500
/** Of how many applications secrets are held. */
const mostHeld = 1_000

/** Who chooses a secret may choose a bad one: ours have 43 characters of chance. */
const shortestSecret = 32
const longestSecret = 1_000

type Held = { secrets: readonly ApplicationSecretRecord[]; until: number }

export function createApplicationSecrets(deps: ApplicationSecretsDeps) {
  const { database, applicationStore, random, uuid, now, monotonic, afterwards } = deps
  const held = new Map<string, Held>()
  /** Until when nothing is held of an application whose secrets are being changed here: readers may see those of before. */
  const changing = new Map<string, number>()

  function isAmong(secrets: readonly ApplicationSecretRecord[], presented: string): boolean {
    const found = among(secrets, hashOf(presented), now())
    if (found) noteUse(found)
    return found !== null
  }

  async function read(applicationId: string): Promise<readonly ApplicationSecretRecord[]> {
    const askedAt = monotonic()
    const secrets = await applicationStore.liveSecrets(database, applicationId, now())
    if (secrets.length > 0 && (changing.get(applicationId) ?? 0) <= monotonic()) {
      changing.delete(applicationId)
      if (held.size >= mostHeld) held.clear()
      held.set(applicationId, { secrets, until: askedAt + heldFor })
    }
    return secrets
  }

  /** Until the transaction that changes them is over, and a little longer. */
  function holdNothing(applicationId: string): void {
    changing.set(applicationId, monotonic() + 10 * heldFor)
    held.delete(applicationId)
  }

  function noteUse(secret: ApplicationSecretRecord): void {
    const at = now()
    if (at - (secret.lastUsedAt ?? 0) < noteEvery) return
    // Once, however many come while it is held.
    secret.lastUsedAt = at
    afterwards(() => applicationStore.noteSecretUse(database, secret.id, at))
  }

  return {
    /**
     * A new secret. The one before it stays good for the overlap, older ones end at once: two live at most.
     * @param overlap ms
     * @param given the secret itself, where it comes from a file or a registration
     * @returns the secret, which nobody can read again
     */
    async add(tx: Queries, applicationId: string, overlap: number, given?: string): Promise<string> {
      const secret = given ?? prefix + random(32).toString('base64url')
      holdNothing(applicationId)
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

    /** Ends one at once. */
    async expire(tx: Queries, applicationId: string, secretId: string): Promise<void> {
      holdNothing(applicationId)
      await applicationStore.expireSecret(tx, secretId, now())
    },

    /** Those that are good now, the newest first; without their hashes. */
    async list(applicationId: string): Promise<Omit<ApplicationSecretRecord, 'hash'>[]> {
      const live = await applicationStore.liveSecrets(database, applicationId, now())
      return live.map(({ hash: _, ...secret }) => secret)
    },

    /** Whether this is one that is good now, for whoever writes it; a use is noted by `matches`. */
    async holds(tx: Queries, applicationId: string, secret: string): Promise<boolean> {
      const hash = hashOf(secret).toString('base64url')
      return (await applicationStore.liveSecrets(tx, applicationId, now())).some(one => one.hash === hash)
    },

    /** Whether this is a secret of the application. Takes as long whichever it is, or is not. */
    async matches(applicationId: string, presented: string): Promise<boolean> {
      return isAmong(await read(applicationId), presented)
    },

    /** The same by what was read half a second ago, where it was. `isCurrent`: it was not, and is read now. */
    async matchesHeld(applicationId: string, presented: string): Promise<{ matches: boolean; isCurrent: boolean }> {
      const known = held.get(applicationId)
      const isCurrent = !known || known.until <= monotonic()
      const matches = isAmong(isCurrent ? await read(applicationId) : known.secrets, presented)
      return { matches, isCurrent }
    },
  }
}

export type ApplicationSecrets = ReturnType<typeof createApplicationSecrets>

/** Why an application cannot have a secret that somebody has chosen; null where it can. */
export function givenSecretProblem(secret: string, metadata: ApplicationMetadata): Problem | null {
  if (secret.length < shortestSecret) return problem('secret_short', { count: shortestSecret })
  // It is sent in a header, form-encoded or not (RFC 6749 Appendix A.2).
  if (!/^[\x20-\x7e]+$/.test(secret)) return problem('control_characters')
  if (secret.length > longestSecret) return problem('too_long', { count: longestSecret })
  return usesSecret(metadata) ? null : problem('secret_unused')
}

/** Compares with as many as there may be, also where there are fewer, and never stops at the first that matches. */
function among(secrets: readonly ApplicationSecretRecord[], hash: Buffer, at: number): ApplicationSecretRecord | null {
  const live = secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > at)
  let found: ApplicationSecretRecord | null = null
  for (let index = 0; index < Math.max(most, live.length); index++) {
    const secret = live[index]
    const matches = timingSafeEqual(hash, secret ? Buffer.from(secret.hash, 'base64url') : nobodys)
    if (matches && secret) found = secret
  }
  return found
}

const nobodys = Buffer.alloc(32)

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
