// The unit of work. Changes of what tokens say, or of what the audit log must tell, are made in `run` here: it records the
// triggers, whose effects stand in policy/revocation.ts, and notes what was changed for the audit log. A transaction that does
// neither is a judged one (judged-transactions.ts), or a plain one.
import type { Actor } from '../policy/actor.js'
import type { AuditNote } from '../policy/audit.js'
import type { Trigger } from '../policy/revocation.js'
import type { AuditStore } from '../storage/audit.js'
import type { Queries } from '../storage/database.js'
import type { LogHeadStore } from '../storage/log-heads.js'
import type { RevocationRecord } from '../storage/revocations.js'
import type { Audited } from './audit-lines.js'
import type { AuditTrail } from './audit-trail.js'
import type { Count } from './counters.js'
import type { Subjects } from './credential.js'
import type { JudgedTransactions, RequireStill } from './judged-transactions.js'
import type { Pending, Recorded, RevocationWriting } from './revocation-writing.js'

export type Change = {
  /** @returns for one session: whether it, or one of its children, was open until now (if not, nothing is written) */
  record: (trigger: Trigger, recorded: Recorded) => Promise<boolean>
  /**
   * Ends many sessions at once, each by its own trigger. @returns ids of those that were open until now, and ended
   * with them
   */
  recordEnds: (ends: Iterable<readonly [sid: string, trigger: Trigger]>) => Promise<ReadonlySet<string>>
  /** Writes a note into the audit log. */
  note: (note: AuditNote) => void
}

export type ChangesDeps = {
  judgedTransactions: JudgedTransactions
  logHeadStore: LogHeadStore
  auditStore: AuditStore
  auditTrail: AuditTrail
  revocationWriting: RevocationWriting
  count: Count
  /** Called with each change that is noted, once it is committed. */
  audited: Audited
}

type Done = { notes: AuditNote[]; pending: Pending[] }
type Written = { logId: string; entries: RevocationRecord[] }

export function createChanges(deps: ChangesDeps) {
  const { judgedTransactions, logHeadStore, auditStore, auditTrail, revocationWriting, count, audited } = deps

  /**
   * Runs `work` in a transaction in which triggers can be recorded and changes noted. Their rows are locked as they are
   * recorded, the heads of both logs last; once it is committed this process enforces it. Before anything else the actor is
   * judged, by what the rows say now.
   * @param subjects whom and what `work` will lock; they are locked together with the actor, in one order
   * @throws what Credentials.judge throws, and what `work` throws
   */
  async function run<T>(
    actor: Actor,
    work: (tx: Queries, change: Change) => Promise<T>,
    subjects: Subjects = {},
  ): Promise<T> {
    const once = async (tx: Queries, requireStill: RequireStill) => {
      const done: Done = { notes: [], pending: [] }
      const result = await work(tx, changeOf(tx, actor, done))
      return { result, notes: done.notes, ...(await write(tx, actor, done, requireStill)) }
    }
    const { result, notes, logId, entries } = await judgedTransactions.run(actor, once, subjects)
    for (const note of notes) audited(actor, note)
    await revocationWriting.finish(logId, entries)
    count('revocations', entries.length)
    return result
  }

  function changeOf(tx: Queries, actor: Actor, { notes, pending }: Done): Change {
    return {
      async record(trigger, recorded) {
        const one = { ...recorded, trigger }
        const written = await revocationWriting.lock(tx, one, actor)
        pending.push(...written)
        return written.length > 0
      },
      async recordEnds(ends) {
        const each = [...ends].map(([subject, trigger]) => ({ subject, trigger }))
        const written = await revocationWriting.endSessions(tx, each, actor)
        pending.push(...written)
        return new Set(written.map(one => one.subject))
      },
      note: note => notes.push(note),
    }
  }

  /** All other changes wait for these row locks until the commit: all that can be read or computed before was. */
  async function write(tx: Queries, actor: Actor, done: Done, requireStill: RequireStill): Promise<Written> {
    const { notes, pending } = done
    if (notes.length === 0 && pending.length === 0) return { logId: '', entries: [] }
    const lines = auditTrail.prepare(actor, notes)
    if (pending.length === 0) {
      await auditTrail.write(tx, await auditStore.lockHead(tx), lines)
      await requireStill(tx)
      return { logId: '', entries: [] }
    }
    const heads = await logHeadStore.lock(tx)
    await auditTrail.write(tx, heads.audit, lines)
    if (notes.length > 0) await requireStill(tx)
    const entries = await revocationWriting.write(tx, heads.revocations, actor, pending)
    return { logId: heads.revocations.logId, entries }
  }

  return { run }
}

export type Changes = ReturnType<typeof createChanges>
