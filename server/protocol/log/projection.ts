// The live entries of the revocation log in memory: what a verifier asks, without I/O. Filled by tail.ts alone. Sized for
// millions: packed-entries.ts packs them, subjects.ts finds them, and here are the rules.

import { flat } from './flat-text.js'
import { createEntries, none } from './packed-entries.js'
import { type RevocableClaims, type Revocation, type RevocationKind, refuses, revocationKinds } from './revocation.js'
import { createSubjects, type Subjects } from './subjects.js'

/** One stretch of the log without a gap: everything in (after, upto] that still matters. */
export type LogAnswer = { after: number; upto: number; entries: readonly Revocation[] }

type BySubject = Record<RevocationKind, Subjects>

/** @param reasons that the writer of the log gives */
export function createProjection(reasons: readonly string[] = []) {
  const entries = createEntries(reasons)
  const bySubject = Object.fromEntries(revocationKinds.map(kind => [kind, createSubjects()])) as BySubject
  let position = 0

  function add(entry: Revocation): void {
    const subjects = bySubject[entry.kind]
    const first = subjects.first(entry.subject)
    if (isSpokenFor(entry, first)) return
    const subject = first === none ? flat(entry.subject) : entries.subject(first)
    const slot = entries.add(entry, subject, entry.exceptSid === null ? null : flat(entry.exceptSid))
    const last = sift(subjects, subject, first, other => {
      const earlier = entries.show(other)
      const spoken = earlier.seq < entry.seq && subsumes(entry, earlier)
      // Never forgotten earlier than what it stands for.
      if (spoken) entries.keepUntil(slot, Math.max(entries.expiry(slot), entries.expiry(other)))
      return !spoken
    })
    if (last === none) subjects.set(subject, slot)
    else entries.link(last, slot)
  }

  /** A snapshot has no order: is there already a later entry that subsumes this one? */
  function isSpokenFor(entry: Revocation, first: number): boolean {
    for (let slot = first; slot !== none; slot = entries.next(slot)) {
      const other = entries.show(slot)
      if (other.seq < entry.seq || !subsumes(other, entry)) continue
      const until = Math.ceil(entry.expiresAt / 1000)
      if (until > entries.expiry(slot)) entries.keepUntil(slot, until)
      return true
    }
    return false
  }

  /** Keeps of one subject's entries those that `stays` says. @returns the last of them */
  function sift(subjects: Subjects, subject: string, first: number, stays: (slot: number) => boolean): number {
    let last = none
    for (let slot = first, next = none; slot !== none; slot = next) {
      next = entries.next(slot)
      if (stays(slot)) {
        last = slot
        continue
      }
      if (last === none) subjects.set(subject, next)
      else entries.link(last, next)
      entries.drop(slot)
    }
    return last
  }

  /** The first entry under this subject that ends the token, else what was found, else the first that makes it stale. */
  function look(found: number, kind: RevocationKind, subject: string, claims: RevocableClaims): number {
    if (found !== none && entries.show(found).effect === 'end') return found
    for (let slot = bySubject[kind].first(subject); slot !== none; slot = entries.next(slot)) {
      const entry = entries.show(slot)
      if (!refuses(entry, claims)) continue
      if (entry.effect === 'end') return slot
      if (found === none) found = slot
    }
    return found
  }

  return {
    get position() {
      return position
    },

    /** Moves on by one answer that begins where we stand. @returns false, and does nothing, when it begins later */
    apply(answer: LogAnswer): boolean {
      if (answer.after > position) return false
      for (const entry of answer.entries) if (entry.seq > position) add(entry)
      position = Math.max(position, answer.upto)
      return true
    },

    /**
     * The entry that refuses a token with these claims, signed by this key; null when none does. `end` goes before
     * `refresh`. Costs no memory until something is found.
     */
    find(claims: RevocableClaims, kid: string): Revocation | null {
      let found = look(none, 'key', kid, claims)
      found = look(found, 'all', '', claims)
      found = look(found, 'token', claims.jti, claims)
      if (claims.sid !== undefined) {
        found = look(found, 'session', claims.sid, claims)
        // A user's entries are about what that user signed in to.
        found = look(found, 'user', claims.sub, claims)
      }
      found = look(found, 'application', claims.client_id, claims)
      // RFC 8693 §4.1: the session that an exchanged token stands on is one of the application at the end of these.
      for (let act = claims.act?.act; act !== undefined; act = act.act)
        found = look(found, 'application', act.sub, claims)
      for (let at = 0; at < claims.roles.length; at++) found = look(found, 'role', claims.roles[at]!, claims)
      return found === none ? null : { ...entries.show(found) }
    },

    /** Until when an entry is kept (epoch ms): as it says, or longer where it subsumes one with a later expiry. */
    keptUntil({ kind, subject, seq, expiresAt }: Revocation): number {
      for (let slot = bySubject[kind].first(subject); slot !== none; slot = entries.next(slot))
        if (entries.show(slot).seq === seq) return Math.max(expiresAt, entries.expiry(slot) * 1000)
      return expiresAt
    },

    /**
     * Drops what no live token can match any more at `now` (epoch ms), a page in each turn of the event loop; the log may
     * move on in between.
     */
    async forget(now: number): Promise<void> {
      const seconds = Math.floor(now / 1000)
      const forgetSubject = (slot: number) => {
        const { kind, subject } = entries.show(slot)
        const subjects = bySubject[kind]
        sift(subjects, subject, subjects.first(subject), other => entries.expiry(other) > seconds)
      }
      for (let page = 0; page < entries.pageCount(); page++) {
        if (entries.expired(page, seconds, forgetSubject) > 0) await pause()
      }
    },

    /** How many pages the entries lie on; one that was added to a page stays there as long as it is kept. */
    pageCount: () => entries.pageCount(),

    /** Shows every entry of one page in turn; a caller who keeps it copies it. */
    eachOfPage: (page: number, tell: (entry: Revocation) => void): void => entries.each(page, tell),

    /** Drops everything: the log is another one now, and is read from its beginning. */
    reset(): void {
      for (const subjects of Object.values(bySubject)) subjects.clear()
      entries.clear()
      position = 0
    },

    /** How many entries are kept. */
    size: () => entries.size(),
  }
}

export type Projection = ReturnType<typeof createProjection>

/** Does the later entry refuse all that the earlier one of the same subject refuses, and no more mildly? */
function subsumes(later: Revocation, earlier: Revocation): boolean {
  if (earlier.effect === 'end' && later.effect !== 'end') return false
  return later.exceptSid === null || later.exceptSid === earlier.exceptSid
}

/** Yields to the event loop, so that other requests are served in between. */
function pause(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
