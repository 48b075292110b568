// The live entries of the revocation log in memory: what a verifier asks, without I/O. Filled by tail.ts alone.
import {
  type RevocableClaims,
  type Revocation,
  type RevocationKind,
  refuses,
  revocationKinds,
} from '../policy/revocation.js'

/** One stretch of the log without a gap: everything in (after, upto] that still matters. */
export type LogAnswer = { after: number; upto: number; entries: readonly Revocation[] }

export function createProjection() {
  const bySubject = Object.fromEntries(
    revocationKinds.map(kind => [kind, new Map<string, Revocation[]>()]),
  ) as unknown as Record<RevocationKind, Map<string, Revocation[]>>
  let position = 0

  function add(entry: Revocation): void {
    const subjects = bySubject[entry.kind]
    const others = subjects.get(entry.subject) ?? []
    // An entry that excepts nobody says all that the earlier ones of no greater effect said.
    const kept =
      entry.exceptSid === null ? others.filter(other => other.effect === 'end' && entry.effect !== 'end') : others
    subjects.set(entry.subject, [...kept, entry])
  }

  function* matching(claims: RevocableClaims, kid: string): Generator<Revocation> {
    const { key, all, token, session, user, role, application } = bySubject
    yield* key.get(kid) ?? []
    yield* all.get('') ?? []
    yield* token.get(claims.jti) ?? []
    if (claims.sid !== undefined) {
      yield* session.get(claims.sid) ?? []
      // A user's entries are about what that user signed in to.
      yield* user.get(claims.sub) ?? []
    }
    yield* application.get(claims.client_id) ?? []
    if (role.size > 0) for (const name of claims.roles) yield* role.get(name) ?? []
  }

  return {
    get position() {
      return position
    },

    /** Moves on by one answer that begins where we stand. @returns false, and does nothing, when it begins later */
    apply({ after, upto, entries }: LogAnswer): boolean {
      if (after > position) return false
      for (const entry of entries) if (entry.seq > position) add(entry)
      position = Math.max(position, upto)
      return true
    },

    /** The entry that refuses a token with these claims, signed by this key; null when none does. `end` goes before `refresh`. */
    find(claims: RevocableClaims, kid: string): Revocation | null {
      let stale: Revocation | null = null
      for (const entry of matching(claims, kid)) {
        if (!refuses(entry, claims)) continue
        if (entry.effect === 'end') return entry
        stale ??= entry
      }
      return stale
    },

    /** Drops everything: the log is another, and is read from its beginning. */
    reset(): void {
      for (const subjects of Object.values(bySubject)) subjects.clear()
      position = 0
    },

    /** Drops what no live token can match any more. */
    forget(now: number): void {
      for (const subjects of Object.values(bySubject)) {
        for (const [subject, entries] of subjects) {
          const live = entries.filter(entry => entry.expiresAt > now)
          if (live.length === 0) subjects.delete(subject)
          else if (live.length < entries.length) subjects.set(subject, live)
        }
      }
    },

    /** How many entries are kept. */
    size(): number {
      let size = 0
      for (const subjects of Object.values(bySubject)) for (const entries of subjects.values()) size += entries.length
      return size
    },
  }
}

export type Projection = ReturnType<typeof createProjection>
