// The life cycle of a signing key: pending (published, signs nothing yet) → active → retiring (signs no more, verifies
// what it signed) → gone. Pure: any server computes what is due from the keys and the rules. Times are epoch ms.
import { longestAccessLifetime } from './policies.js'

export type KeyState = 'pending' | 'active' | 'retiring' | 'gone'

export type KeyLife = {
  kid: string
  algorithm: string
  state: KeyState
  createdAt: number
  /** When a pending key begins to sign. */
  activatesAt: number | null
  activatedAt: number | null
  /** When it stopped signing. */
  retiredAt: number | null
}

const second = 1_000
const minute = 60 * second
const day = 86_400 * second

/** How long a verifier may cache the JWKS, in seconds. */
export const jwksMaxAge = 300
/** How long a key is published before it signs, in ms: four times as long as a correct verifier caches the JWKS. */
export const publication = 20 * minute
/** How long before it is due a key is made, in ms, for verifiers that cache the JWKS longer. */
const lead = day
/** In ms: for servers that notice late that a key has retired, and for clocks of verifiers. */
const slack = 120 * second

/**
 * Algorithms that must always have a signing key: id_tokens are RS256 where an application registered nothing else
 * (OIDC Core §15.1), and any application may choose ES256.
 */
export const lastingAlgorithms = ['ES256', 'RS256'] as const

/**
 * How long access tokens live: `accessLifetime` by the present policy, in seconds; those of older policies until
 * `horizon`.
 */
export type TokenLives = { accessLifetime: number; horizon: number }

export type KeyRules = {
  /** The algorithms in use; access tokens are signed with the first. */
  algorithms: readonly string[]
  /** How long a key signs, in seconds. */
  interval: number
  lives: TokenLives
}

export type KeyStep =
  | { act: 'make'; algorithm: string; activatesAt: number }
  | { act: 'activate' | 'retire' | 'remove'; kid: string }

/** When a pending key may begin to sign without any verifier refusing it. */
export function publishedAt(key: Pick<KeyLife, 'createdAt'>): number {
  return key.createdAt + publication
}

/**
 * When a key is no longer needed; null while it signs, and once it is gone. A pending one never signed anything.
 * No token lives longer than any policy allows, whatever was changed after the key had retired.
 */
export function removableAt(key: KeyLife, { accessLifetime, horizon }: TokenLives): number | null {
  if (key.state === 'pending') return key.createdAt
  if (key.state !== 'retiring') return null
  const retiredAt = key.retiredAt!
  const lastExpiry = Math.min(
    Math.max(retiredAt + accessLifetime * second, horizon),
    retiredAt + longestAccessLifetime * second,
  )
  return lastExpiry + slack + jwksMaxAge * second
}

/** All steps that are due, in the order in which they must be done. Once done, none of them is due any more. */
export function dueSteps(keys: readonly KeyLife[], rules: KeyRules, now: number): KeyStep[] {
  const { algorithms, lives } = rules
  const rotations = algorithms.flatMap(algorithm => rotationOf(algorithm, keys, rules, now))
  const comes = new Set(rotations.flatMap(step => (step.act === 'activate' ? step.kid : [])))
  const signs = (algorithm: string) =>
    keys.some(key => key.algorithm === algorithm && (key.state === 'active' || comes.has(key.kid)))
  const unwanted = keys.filter(key => !algorithms.includes(key.algorithm))
  return [
    ...rotations,
    // The old algorithm signs on until each of the present ones can.
    ...(algorithms.every(signs)
      ? withState(unwanted, 'active').map(({ kid }) => ({ act: 'retire', kid }) as const)
      : []),
    ...withState(unwanted, 'pending').map(({ kid }) => ({ act: 'remove', kid }) as const),
    ...withState(keys, 'retiring')
      .filter(key => removableAt(key, lives)! <= now)
      .map(({ kid }) => ({ act: 'remove', kid }) as const),
  ]
}

/**
 * The key that signs at once in place of an active key that is revoked: a pending one, or one that must be made
 * (`kid` null).
 * @returns null where none is needed
 */
export function successorOf(
  kid: string,
  keys: readonly KeyLife[],
  { algorithms }: Pick<KeyRules, 'algorithms'>,
): { algorithm: string; kid: string | null } | null {
  const key = keys.find(one => one.kid === kid)
  if (key?.state !== 'active') return null
  const others = keys.filter(one => one !== key)
  const signed = new Set(withState(others, 'active').map(one => one.algorithm))
  const unsigned = algorithms.filter(algorithm => !signed.has(algorithm))
  const algorithm = unsigned.find(one => one === key.algorithm) ?? unsigned[0]
  if (algorithm === undefined) return null
  return { algorithm, kid: pendingOf(algorithm, others)?.kid ?? null }
}

/** The key that is to sign next. */
export function pendingOf<Key extends KeyLife>(algorithm: string, keys: readonly Key[]): Key | null {
  return withState(keys, 'pending').find(key => key.algorithm === algorithm) ?? null
}

function rotationOf(algorithm: string, keys: readonly KeyLife[], { interval }: KeyRules, now: number): KeyStep[] {
  const active = withState(keys, 'active').filter(key => key.algorithm === algorithm)
  const pending = pendingOf(algorithm, keys)
  if (pending) {
    if (Math.max(pending.activatesAt ?? 0, publishedAt(pending)) > now) return []
    const retired = active.map(({ kid }) => ({ act: 'retire', kid }) as const)
    return [...retired, { act: 'activate', kid: pending.kid }]
  }
  const due = active.length > 0 ? Math.max(...active.map(key => key.activatedAt ?? 0)) + interval * second : now
  if (now < due - Math.min(lead, (interval * second) / 2)) return []
  return [{ act: 'make', algorithm, activatesAt: Math.max(due, now + publication) }]
}

function withState<Key extends KeyLife>(keys: readonly Key[], state: KeyState): Key[] {
  return keys.filter(key => key.state === state)
}

/** How long one secret seals tickets, in ms. Tickets expire within an hour. */
export const ticketKeyLife = 30 * 86_400_000

/** Secrets that can be revoked. The chain of the audit log has one too, but would break with another. */
export const revocableSecrets = ['refresh', 'device'] as const
export type RevocableSecret = (typeof revocableSecrets)[number]
