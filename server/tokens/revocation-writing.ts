// Writes the revocation log, for the unit of work (changes.ts): what is locked when a trigger is recorded, the entries once
// the log's head is locked, and what is done when they are committed.
import { type Actor, nameOf } from '../policy/actor.js'
import { entryExpiry, type Trigger, triggers } from '../policy/revocation.js'
import type { RevocationKind } from '../protocol/log/revocation.js'
import type { Tail } from '../revocation/tail.js'
import type { ApplicationStore } from '../storage/applications.js'
import type { Database, Queries } from '../storage/database.js'
import type { RevocationHead } from '../storage/log-heads.js'
import type { RevocationRecord, RevocationStore } from '../storage/revocations.js'
import type { Superseded } from '../storage/session-tidying.js'
import type { SessionStore } from '../storage/sessions.js'
import type { UserStore } from '../storage/users.js'

export type Recorded = {
  /** A session id, a user id, a role's name …: as the trigger's kind says; '' for everybody. */
  subject: string
  /** The session that stays, where the trigger ends the others. */
  exceptSid?: string | undefined
}

/** A trigger that was recorded; its entry is written at the end of the transaction. */
export type Pending = Recorded & { trigger: Trigger }

export type RevocationWritingDeps = {
  database: Database
  revocationStore: RevocationStore
  sessionStore: SessionStore
  userStore: UserStore
  applicationStore: ApplicationStore
  tail: Tail
  now: () => number
  /** Runs on by itself what may be done after the answer. */
  afterwards: (work: () => Promise<void>) => void
}

/** How many superseded rows are marked in one statement. */
const markBatch = 500

export function createRevocationWriting(deps: RevocationWritingDeps) {
  const { database, revocationStore, sessionStore, userStore, applicationStore, tail, now, afterwards } = deps

  const lockOf: Partial<Record<RevocationKind, (tx: Queries, one: Pending, actor: Actor) => Promise<boolean>>> = {
    session: (tx, { subject, trigger }, actor) => sessionStore.end(tx, subject, now(), trigger, nameOf(actor)),
    async user(tx, { subject, exceptSid }) {
      await userStore.lock(tx, Number(subject))
      // Its `seq` is raised under the head's lock, which somebody who ends this very session may be waiting for.
      if (exceptSid) await sessionStore.lock(tx, exceptSid)
      return true
    },
    async application(tx, { subject }) {
      await applicationStore.lock(tx, subject)
      return true
    },
  }

  /** Ending all sessions of somebody is one integer, whatever their number; written once the entry has its own. */
  const supersede: Partial<Record<RevocationKind, (tx: Queries, entry: RevocationRecord) => Promise<void>>> = {
    async user(tx, { seq, subject, exceptSid }) {
      // The one that stays is raised first, while the earlier ends that may have superseded it can still be seen.
      if (exceptSid) await sessionStore.raiseSeq(tx, exceptSid, seq)
      await userStore.update(tx, Number(subject), { endedSeq: seq })
    },
    application: (tx, { seq, subject }) => applicationStore.raiseEndedSeq(tx, subject, seq),
    all: (tx, { seq }) => revocationStore.raiseEndedSeq(tx, seq),
  }

  const isSuperseding = ({ kind, effect }: RevocationRecord) => effect === 'end' && kind in supersede

  /** The rows of sessions that an "end all" superseded are marked in batches, for the lists. */
  function markLater({ kind, subject, createdAt, reason, actor }: RevocationRecord): void {
    const whose = { kind, subject } as Superseded
    afterwards(async () => {
      while ((await sessionStore.markSuperseded(database, whose, createdAt, reason, actor, markBatch)) === markBatch);
    })
  }

  return {
    /** Locks, or ends, what a trigger is about. @returns for one session: whether it was open until now */
    lock: async (tx: Queries, one: Pending, actor: Actor): Promise<boolean> =>
      (await lockOf[triggers[one.trigger].kind]?.(tx, one, actor)) ?? true,

    /** The log's last step before the commit. @param head locked; there must be one pending at least */
    async write(
      tx: Queries,
      head: RevocationHead,
      actor: Actor,
      pending: readonly Pending[],
    ): Promise<RevocationRecord[]> {
      const createdAt = now()
      const entries = pending.map(({ trigger, subject, exceptSid }, index): RevocationRecord => {
        const { kind, effect } = triggers[trigger]
        const seq = head.seq + 1 + index
        const expiresAt = entryExpiry(kind, createdAt, head.accessLifetime, head.horizon)
        const about = { kind, subject, effect, exceptSid: exceptSid ?? null, reason: trigger }
        return { seq, ...about, actor: nameOf(actor), createdAt, expiresAt }
      })
      await revocationStore.insertAll(tx, entries)
      await revocationStore.moveTo(tx, entries.at(-1)!.seq)
      for (const entry of entries) if (isSuperseding(entry)) await supersede[entry.kind]!(tx, entry)
      return entries
    },

    /** What was committed is enforced here and told to the others; the rows that it superseded are marked in batches afterwards. */
    async finish(logId: string, entries: readonly RevocationRecord[]): Promise<void> {
      await tail.take(logId, entries)
      for (const entry of entries) if (isSuperseding(entry)) markLater(entry)
    },
  }
}

export type RevocationWriting = ReturnType<typeof createRevocationWriting>
