// The live entries of the revocation log in memory: verifiers search them without I/O. Only applied-log.ts writes them. Sized
// for millions: packed-entries.ts stores them, subjects.ts finds them, and here are the rules.

import { flatText } from './flat-text.js'
import { createEntries, noSlot } from './packed-entries.js'
import { type RevocableClaims, type Revocation, type RevocationKind, refuses, revocationKinds } from './revocation.js'
import { createSubjects, type Subjects } from './subjects.js'

/** One stretch of the log without a gap: every entry in (after, upto] that is still live. */
export type LogAnswer = { after: number; upto: number; entries: readonly Revocation[] }

type BySubject = Record<RevocationKind, Subjects>

/** @param reasons that the writer of the log uses */
export function createProjection(reasons: readonly string[] = []) {
  const entries = createEntries(reasons)
  const bySubject = Object.fromEntries(revocationKinds.map(kind => [kind, createSubjects()])) as BySubject
  let position = 0

  function add(entry: Revocation): void {
    const subjects = bySubject[entry.kind]
    const first = subjects.first(entry.subject)
    if (isSubsumed(entry, first)) return
    const subject = first === noSlot ? flatText(entry.subject) : entries.subject(first)
    const slot = entries.add(entry, subject, entry.exceptSid === null ? null : flatText(entry.exceptSid))
    const last = retainMatching(subjects, subject, first, other => {
      const earlier = entries.show(other)
      const subsumed = earlier.seq < entry.seq && subsumes(entry, earlier)
      // Never dropped earlier than the entry that it subsumes.
      if (subsumed) entries.keepUntil(slot, Math.max(entries.expiry(slot), entries.expiry(other)))
      return !subsumed
    })
    if (last === noSlot) subjects.set(subject, slot)
    else entries.link(last, slot)
  }

  /** Whether there is a later entry already that subsumes this one: a snapshot has no order. */
  function isSubsumed(entry: Revocation, first: number): boolean {
    for (let slot = first; slot !== noSlot; slot = entries.next(slot)) {
      const other = entries.show(slot)
      if (other.seq < entry.seq || !subsumes(other, entry)) continue
      const until = Math.ceil(entry.expiresAt / 1000)
      if (until > entries.expiry(slot)) entries.keepUntil(slot, until)
      return true
    }
    return false
  }

  /** Keeps those of one subject's entries for which `stays` is true. @returns the last of them */
  function retainMatching(
    subjects: Subjects,
    subject: string,
    first: number,
    stays: (slot: number) => boolean,
  ): number {
    let last = noSlot
    for (let slot = first, next = noSlot; slot !== noSlot; slot = next) {
      next = entries.next(slot)
      if (stays(slot)) {
        last = slot
        continue
      }
      if (last === noSlot) subjects.set(subject, next)
      else entries.link(last, next)
      entries.drop(slot)
    }
    return last
  }

  /** The first entry of this subject that ends the token, else `found`, else the first that makes it stale. */
  function look(found: number, kind: RevocationKind, subject: string, claims: RevocableClaims): number {
    if (found !== noSlot && entries.show(found).effect === 'end') return found
    for (let slot = bySubject[kind].first(subject); slot !== noSlot; slot = entries.next(slot)) {
      const entry = entries.show(slot)
      if (!refuses(entry, claims)) continue
      if (entry.effect === 'end') return slot
      if (found === noSlot) found = slot
    }
    return found
  }

  return {
    get position() {
      return position
    },

    /** Applies a stretch that begins at our position. @returns false, and does nothing, when it begins later */
    apply(answer: LogAnswer): boolean {
      if (answer.after > position) return false
      for (const entry of answer.entries) if (entry.seq > position) add(entry)
      position = Math.max(position, answer.upto)
      return true
    },

    /**
     * The entry that refuses a token with these claims, signed by this key; null when none does. `end` takes
     * precedence over `refresh`. Allocates nothing until an entry is found.
     */
    find(claims: RevocableClaims, kid: string): Revocation | null {
      let found = look(noSlot, 'key', kid, claims)
      found = look(found, 'all', '', claims)
      found = look(found, 'token', claims.jti, claims)
      if (claims.sid !== undefined) {
        found = look(found, 'session', claims.sid, claims)
        // A user's entries concern only tokens of that user.
        found = look(found, 'user', claims.sub, claims)
      }
      found = look(found, 'application', claims.client_id, claims)
      // RFC 8693 §4.1: the session of an exchanged token belongs to the innermost application.
      for (let act = claims.act?.act; act !== undefined; act = act.act)
        found = look(found, 'application', act.sub, claims)
      for (let at = 0; at < claims.roles.length; at++) found = look(found, 'role', claims.roles[at]!, claims)
      return found === noSlot ? null : { ...entries.show(found) }
    },

    /** Until when an entry is kept (epoch ms): its own expiry, or longer where it subsumes one that expires later. */
    keptUntil({ kind, subject, seq, expiresAt }: Revocation): number {
      for (let slot = bySubject[kind].first(subject); slot !== noSlot; slot = entries.next(slot))
        if (entries.show(slot).seq === seq) return Math.max(expiresAt, entries.expiry(slot) * 1000)
      return expiresAt
    },

    /**
     * Drops entries that no live token can match any more at `now` (epoch ms), a page in each turn of the event loop;
     * the log may advance in between.
     */
    async forget(now: number): Promise<void> {
      const seconds = Math.floor(now / 1000)
      const forgetSubject = (slot: number) => {
        const { kind, subject } = entries.show(slot)
        const subjects = bySubject[kind]
        retainMatching(subjects, subject, subjects.first(subject), other => entries.expiry(other) > seconds)
      }
      for (let page = 0; page < entries.pageCount(); page++) {
        if (entries.expired(page, seconds, forgetSubject) > 0) await pause()
      }
    },

    /** How many pages the entries lie on; an entry stays on its page as long as it is kept. */
    pageCount: () => entries.pageCount(),

    /** Calls `visit` with every entry of one page; a caller that keeps one copies it. */
    eachOfPage: (page: number, visit: (entry: Revocation) => void): void => entries.each(page, visit),

    /** Drops everything: the log has another id now, and is read from its beginning. */
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

/** Whether the later entry refuses all that the earlier one of the same subject refuses, no less strictly. */
function subsumes(later: Revocation, earlier: Revocation): boolean {
  if (earlier.effect === 'end' && later.effect !== 'end') return false
  return later.exceptSid === null || later.exceptSid === earlier.exceptSid
}

/** Yields to the event loop, so that other requests are served in between. */
function pause(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
