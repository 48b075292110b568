// Client secrets of applications. Only hashes are stored: 32 random bytes are not guessed, so a fast hash will do.
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
  /** Runs work after the response has been sent. */
  afterwards: (work: () => Promise<void>) => void
}

/** Prefix by which secret scanners of source code find a client secret. */
const prefix = 'dvz_sec_'
/** Live secrets of an application at most; each check compares with this many, so that its time reveals nothing. */
const most = 2
/** Shortest interval between two writes of a secret's last use; ms. */
const noteEvery = 60_000
/** TTL of cached secrets, in ms: a resource server that introspects authenticates at each of its requests. */
const heldFor = 500
/** For how many applications secrets are cached. */
const mostHeld = 1_000

/**
 * Bounds of a secret that a file or an administrator chooses, which may be weak: generated ones have 43 random
 * characters.
 */
const shortestSecret = 32
const longestSecret = 1_000

type Held = { secrets: readonly ApplicationSecretRecord[]; until: number }

export function createApplicationSecrets(deps: ApplicationSecretsDeps) {
  const { database, applicationStore, random, uuid, now, monotonic, afterwards } = deps
  const held = new Map<string, Held>()
  /**
   * Until when no secrets are cached for an application whose secrets are being changed here: readers may still see the
   * old rows.
   */
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

  /**
   * Disables the cache for an application until the transaction that changes its secrets is over, and a little longer.
   */
  function holdNothing(applicationId: string): void {
    changing.set(applicationId, monotonic() + 10 * heldFor)
    held.delete(applicationId)
  }

  function noteUse(secret: ApplicationSecretRecord): void {
    const at = now()
    if (at - (secret.lastUsedAt ?? 0) < noteEvery) return
    // One write, however many requests use the cached secret.
    secret.lastUsedAt = at
    afterwards(() => applicationStore.noteSecretUse(database, secret.id, at))
  }

  return {
    /**
     * Adds a secret. The previous one stays valid for the overlap, older ones end at once: two live at most.
     * @param overlap ms
     * @param given the secret itself, where it comes from a file or a registration
     * @returns the secret, which nobody can read again
     */
    async add(tx: Queries, applicationId: string, overlap: number, given?: string): Promise<string> {
      const secret = given ?? prefix + random(32).toString('base64url')
      holdNothing(applicationId)
      // Concurrent calls wait for this lock, so that the second one reads the rows of the first.
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

    /** Ends one secret at once. */
    async expire(tx: Queries, applicationId: string, secretId: string): Promise<void> {
      holdNothing(applicationId)
      await applicationStore.expireSecret(tx, secretId, now())
    },

    /** Secrets that are valid now, newest first; without their hashes. */
    async list(applicationId: string): Promise<Omit<ApplicationSecretRecord, 'hash'>[]> {
      const live = await applicationStore.liveSecrets(database, applicationId, now())
      return live.map(({ hash: _, ...secret }) => secret)
    },

    /** Whether this secret is valid now, for a caller that writes secrets; only `matches` records a use. */
    async holds(tx: Queries, applicationId: string, secret: string): Promise<boolean> {
      const hash = hashOf(secret).toString('base64url')
      return (await applicationStore.liveSecrets(tx, applicationId, now())).some(one => one.hash === hash)
    },

    /** Whether this is a valid secret of the application. Takes constant time, whichever secret matches, or none. */
    async matches(applicationId: string, presented: string): Promise<boolean> {
      return isAmong(await read(applicationId), presented)
    },

    /**
     * As `matches`, by secrets that may be cached for half a second. `isCurrent`: they were read from the database now.
     */
    async matchesHeld(applicationId: string, presented: string): Promise<{ matches: boolean; isCurrent: boolean }> {
      const known = held.get(applicationId)
      const isCurrent = !known || known.until <= monotonic()
      const matches = isAmong(isCurrent ? await read(applicationId) : known.secrets, presented)
      return { matches, isCurrent }
    },
  }
}

export type ApplicationSecrets = ReturnType<typeof createApplicationSecrets>

/** Why an application cannot have this chosen secret; null where it can. */
export function givenSecretProblem(secret: string, metadata: ApplicationMetadata): Problem | null {
  if (secret.length < shortestSecret) return problem('secret_short', { count: shortestSecret })
  // The secret is sent in a header, form-encoded or not (RFC 6749 Appendix A.2).
  if (!/^[\x20-\x7e]+$/.test(secret)) return problem('control_characters')
  if (secret.length > longestSecret) return problem('too_long', { count: longestSecret })
  return usesSecret(metadata) ? null : problem('secret_unused')
}

/**
 * Compares with the greatest possible number of secrets, also where there are fewer, and never stops at a match
 * (constant time).
 */
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
