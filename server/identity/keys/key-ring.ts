// Lifecycle of the signing keys: created, rotated, revoked and removed, on their schedule or by hand.
// policy/key-life.ts tells when a step is due; every server follows within a quarter of a second.
import type { Actor } from '../../policy/actor.js'
import {
  dueSteps,
  type KeyLife,
  type KeyRules,
  pendingOf,
  publishedAt,
  removableAt,
  successorOf,
} from '../../policy/key-life.js'
import { isSigningAlgorithm, type SigningAlgorithm } from '../../protocol/algorithms.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import { problem } from '../../protocol/problems.js'
import type { Database } from '../../storage/database.js'
import type { KeyRecord, KeyStore } from '../../storage/keys.js'
import { type KeyPair, newKeyPair } from '../../tokens/key-pairs.js'
import type { Sealing } from '../../tokens/sealing.js'
import type { KeyChange } from './key-change.js'
import type { KeyMoves, Ring } from './key-moves.js'

/** A signing key without its private half, for display. `removableAt` is epoch ms, null while it signs. */
export type ListedKey = KeyLife & { revokedAt: number | null; removableAt: number | null }

/** All keys, and the algorithms in use: access tokens are signed with the first. */
export type ListedRing = { keys: ListedKey[]; algorithms: readonly string[] }

/** `published`: the key was in the JWKS long enough before it signs for every verifier to have fetched it. */
export type Rotation = { key: ListedKey; published: boolean }

export type KeyRevocation = { key: ListedKey; successor: Rotation | null }

export type KeyRingDeps = {
  database: Database
  keyStore: KeyStore
  moves: KeyMoves
  change: KeyChange
  sealing: Sealing
  now: () => number
}

export function createKeyRing({ database, keyStore, moves, change, sealing, now }: KeyRingDeps) {
  const { ringIn } = moves

  const newPairFor = (algorithm: string): Promise<KeyPair> => newKeyPair(algorithm as SigningAlgorithm, sealing)

  async function ring(): Promise<ListedRing> {
    const { records, rules } = await ringIn(database)
    const keys = records.map(record => ({
      kid: record.kid,
      algorithm: record.algorithm,
      state: record.state,
      createdAt: record.createdAt,
      activatesAt: record.activatesAt,
      activatedAt: record.activatedAt,
      retiredAt: record.retiredAt,
      revokedAt: record.revokedAt,
      removableAt: removableAt(record, rules.lives),
    }))
    return { keys, algorithms: rules.algorithms }
  }

  const list = async (): Promise<ListedKey[]> => (await ring()).keys

  async function listed(kid: string): Promise<ListedKey> {
    return (await list()).find(key => key.kid === kid)!
  }

  /** The rotation to a key, judged at the time it began to sign; later every verifier has fetched it. */
  const rotationTo = async (kid: string): Promise<Rotation> => {
    const key = await listed(kid)
    return { key, published: (key.activatedAt ?? key.activatesAt ?? 0) >= publishedAt(key) }
  }

  return {
    /** All keys that ever existed, newest first. */
    list,
    ring,

    /** Makes the scheduled state changes. Many servers may call it at once: one makes them. */
    async rotateDueKeys(): Promise<void> {
      const { records, rules } = await ringIn(database)
      const due = dueSteps(records, rules, now())
      if (due.length === 0) return
      // Generated before the locks are taken: an RSA key takes a while.
      const made = due.flatMap(step => (step.act === 'make' ? newPairFor(step.algorithm) : []))
      const spares = await Promise.all(made)
      await change('system', (tx, changing) => moves.takeSteps(tx, changing, spares))
    },

    /**
     * Replaces the active key: once the new one has been published for long enough, or at once.
     * @param algorithm default: the policy's
     * @throws invalid_fields
     */
    async rotate(options: { algorithm?: string | undefined; atOnce?: boolean }, actor: Actor): Promise<Rotation> {
      const { records, rules } = await ringIn(database)
      const algorithm = requireAlgorithm(options.algorithm ?? rules.algorithms[0]!, rules)
      const spare = pendingOf(algorithm, records) ? null : await newPairFor(algorithm)
      const kid = await change(actor, async (tx, changing) => {
        const { records, rules } = await ringIn(tx)
        requireAlgorithm(algorithm, rules)
        const pending = pendingOf(algorithm, records)
        if (!pending && !spare) throw superseded()
        const at = now()
        const soonest = publishedAt(pending ?? { createdAt: at })
        const activatesAt = options.atOnce ? at : soonest
        const next = pending ?? (await moves.add(tx, changing, spare!, { at, activatesAt }))
        if (options.atOnce) await moves.replaceBy(tx, changing, next, records)
        else if (next.activatesAt! > soonest) {
          await keyStore.update(tx, next.kid, { activatesAt: soonest })
          changing.note({ action: 'key_scheduled', subject: next.kid, after: { activates_at: soonest } })
        }
        return next.kid
      })
      return rotationTo(kid)
    },

    /**
     * For a key that was, or may have been, stolen: removes it from the JWKS, refuses every token signed with it from
     * now on, and activates another at once. Sessions stay; a refresh brings a valid token.
     * @throws not_found
     */
    async revoke(kid: string, actor: Actor): Promise<KeyRevocation> {
      const ring = await ringIn(database)
      requireKey(kid, ring)
      const planned = successorOf(kid, ring.records, ring.rules)
      const spare = planned && planned.kid === null ? await newPairFor(planned.algorithm) : null
      const successor = await change(actor, async (tx, changing) => {
        const { records, rules } = await ringIn(tx)
        const key = requireKey(kid, { records })
        if (key.revokedAt !== null) return null
        const next = successorOf(kid, records, rules)
        const at = now()
        const retiredAt = key.state === 'active' ? at : key.retiredAt
        await keyStore.update(tx, kid, { state: 'gone', retiredAt, revokedAt: at, sealedPrivateKey: '' })
        await changing.record('signing_key_revoked', { subject: kid })
        changing.note({ action: 'key_revoked', subject: kid, before: { state: key.state, algorithm: key.algorithm } })
        if (!next) return null
        if (next.kid === null && spare?.algorithm !== next.algorithm) throw superseded()
        const signing =
          records.find(one => one.kid === next.kid) ?? (await moves.add(tx, changing, spare!, { at, activatesAt: at }))
        const others = records.filter(one => one !== key)
        await moves.replaceBy(tx, changing, signing, others)
        return signing.kid
      })
      return { key: await listed(kid), successor: successor === null ? null : await rotationTo(successor) }
    },

    /**
     * Removes an unused key from the JWKS, before the schedule does.
     * @throws not_found, key_in_use
     */
    async remove(kid: string, actor: Actor): Promise<ListedKey> {
      await change(actor, async (tx, changing) => {
        const { records, rules } = await ringIn(tx)
        const key = requireKey(kid, { records })
        if (key.state === 'gone') throw notFound(kid)
        const at = removableAt(key, rules.lives)
        if (at === null) throw refuse('key_in_use', { problem: problem('key_signs', { kid }) })
        if (at > now()) throw refuse('key_in_use', { problem: problem('key_needed', { kid, until: isoTime(at) }) })
        await moves.remove(tx, changing, kid)
      })
      return listed(kid)
    },
  }
}

export type KeyRing = ReturnType<typeof createKeyRing>

function requireAlgorithm(algorithm: string, { algorithms }: KeyRules): string {
  if (!isSigningAlgorithm(algorithm)) throw refuseField('algorithm', 'unknown_algorithm')
  if (algorithms.includes(algorithm)) return algorithm
  throw refuseField('algorithm', 'unused_algorithm', { algorithm })
}

function requireKey(kid: string, { records }: Pick<Ring, 'records'>): KeyRecord {
  const key = records.find(one => one.kid === kid)
  if (!key) throw notFound(kid)
  return key
}

function notFound(kid: string) {
  return refuse('not_found', { problem: problem('unknown_key', { kid: kid.slice(0, 100) }) })
}

/** The keys were changed concurrently: the client may retry. */
function superseded() {
  return refuse('database_unavailable', { retryAfter: 1 })
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
