// Writes the revocation log and the audit log. Whoever changes something that a token says, or that somebody will ask
// about, does it in `transaction` here: it records the triggers, whose effects stand in policy/revocation.ts, and notes
// what was changed.
import { type Actor, nameOf } from '../policy/actor.js'
import type { AuditNote } from '../policy/audit.js'
import { entryExpiry, type Trigger, triggers } from '../policy/revocation.js'
import { refuse } from '../protocol/errors.js'
import type { RevocationKind } from '../protocol/log/revocation.js'
import type { Tail } from '../revocation/tail.js'
import type { ApplicationStore } from '../storage/applications.js'
import type { Database, Queries } from '../storage/database.js'
import type { RevocationRecord, RevocationStore } from '../storage/revocations.js'
import type { Superseded } from '../storage/session-tidying.js'
import type { SessionStore } from '../storage/sessions.js'
import type { UserStore } from '../storage/users.js'
import type { Audited } from './audit-lines.js'
import type { AuditTrail } from './audit-trail.js'
import type { Count } from './counters.js'
import { type Credentials, PolicyMoved, type Subjects } from './credential.js'

export type Recorded = {
  /** A session id, a user id, a role's name …: as the trigger's kind says; '' for everybody. */
  subject: string
  /** The session that stays, where the trigger ends the others. */
  exceptSid?: string | undefined
}

export type Change = {
  /** @returns for one session: whether it was open until now (if not, nothing is written) */
  record: (trigger: Trigger, recorded: Recorded) => Promise<boolean>
  /** Tells the audit log. */
  note: (note: AuditNote) => void
}

export type ChangesDeps = {
  database: Database
  revocationStore: RevocationStore
  sessionStore: SessionStore
  userStore: UserStore
  applicationStore: ApplicationStore
  auditTrail: AuditTrail
  credentials: Credentials
  tail: Tail
  count: Count
  now: () => number
  /** Told of each change that is noted, once it is committed. */
  audited: Audited
  /** Runs on by itself what may be done after the answer. */
  afterwards: (work: () => Promise<void>) => void
}

type Pending = Recorded & { trigger: Trigger }

/** How often a change begins again because the policy changed under it. */
const tries = 5

/** How many superseded rows are marked in one statement. */
const markBatch = 500

export function createChanges(deps: ChangesDeps) {
  const {
    database,
    revocationStore,
    sessionStore,
    userStore,
    applicationStore,
    auditTrail,
    credentials,
    tail,
    now,
    afterwards,
  } = deps

  /** What is locked, or ended, as soon as a trigger is recorded. */
  const lock: Partial<Record<RevocationKind, (tx: Queries, one: Pending, actor: Actor) => Promise<boolean>>> = {
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

  /**
   * Runs `work` in a transaction in which triggers can be recorded and changes noted. Their rows are locked as they are
   * recorded, then the audit log's head, the revocation log's last; once it is committed this process enforces it.
   * Before anything else the actor is judged, by what the rows say now.
   * @param subjects whom and what `work` will lock; they are locked together with the actor, in one order
   * @throws what Credentials.judge throws, and what `work` throws
   */
  async function run<T>(
    actor: Actor,
    work: (tx: Queries, change: Change) => Promise<T>,
    subjects: Subjects = {},
  ): Promise<T> {
    // The chain's key comes with the first read of the log's head.
    if (!tail.isFresh()) await tail.freshen()
    for (let attempt = 1; attempt <= tries; attempt++) {
      try {
        return await once(actor, work, subjects)
      } catch (error) {
        if (!(error instanceof PolicyMoved)) throw error
        await tail.readNow()
      }
    }
    throw refuse('database_unavailable', { retryAfter: 1 })
  }

  async function once<T>(
    actor: Actor,
    work: (tx: Queries, change: Change) => Promise<T>,
    subjects: Subjects,
  ): Promise<T> {
    const { result, notes, logId, entries } = await database.transaction(async tx => {
      const requireStill = await credentials.judge(tx, actor, subjects)
      const pending: Pending[] = []
      const notes: AuditNote[] = []
      const result = await work(tx, {
        async record(trigger, recorded) {
          const one = { ...recorded, trigger }
          const open = (await lock[triggers[trigger].kind]?.(tx, one, actor)) ?? true
          if (open) pending.push(one)
          return open
        },
        note: note => notes.push(note),
      })
      await auditTrail.write(tx, actor, notes)
      if (notes.length > 0) await requireStill?.(tx)
      return { result, notes, ...(await write(tx, actor, pending)) }
    })
    for (const note of notes) deps.audited(actor, note)
    await finish(logId, entries)
    deps.count('revocations', entries.length)
    return result
  }

  /** What was committed is enforced here and told to the others; the rows that it superseded are marked by and by. */
  async function finish(logId: string, entries: readonly RevocationRecord[]): Promise<void> {
    await tail.take(logId, entries)
    for (const entry of entries) if (isSuperseding(entry)) markLater(entry)
  }

  async function write(
    tx: Queries,
    actor: Actor,
    pending: readonly Pending[],
  ): Promise<{ logId: string; entries: RevocationRecord[] }> {
    if (pending.length === 0) return { logId: '', entries: [] }
    const { logId, seq: last, horizon, accessLifetime } = await revocationStore.raise(tx, pending.length)
    const createdAt = now()
    const entries = pending.map(({ trigger, subject, exceptSid }, index): RevocationRecord => {
      const { kind, effect } = triggers[trigger]
      const seq = last - pending.length + 1 + index
      const expiresAt = entryExpiry(kind, createdAt, accessLifetime, horizon)
      const about = { kind, subject, effect, exceptSid: exceptSid ?? null, reason: trigger }
      return { seq, ...about, actor: nameOf(actor), createdAt, expiresAt }
    })
    for (const entry of entries) {
      await revocationStore.insert(tx, entry)
      if (isSuperseding(entry)) await supersede[entry.kind]!(tx, entry)
    }
    return { logId, entries }
  }

  const isSuperseding = ({ kind, effect }: RevocationRecord) => effect === 'end' && kind in supersede

  /** The rows of sessions that an "end all" superseded are marked in batches, for the lists. */
  function markLater({ kind, subject, createdAt, reason, actor }: RevocationRecord): void {
    const whose = { kind, subject } as Superseded
    afterwards(async () => {
      while ((await sessionStore.markSuperseded(database, whose, createdAt, reason, actor, markBatch)) === markBatch);
    })
  }

  return { run, finish }
}

export type Changes = ReturnType<typeof createChanges>
