// Writes the revocation log. Whoever changes something that a token says does it in `transaction` here and records the
// trigger; the table in policy/revocation.ts says what that ends.
import { entryExpiry, type Trigger, triggers } from '../policy/revocation.js'
import type { Tail } from '../revocation/tail.js'
import type { Database, Queries } from '../storage/database.js'
import type { RevocationRecord, Revocations } from '../storage/revocations.js'
import type { Sessions } from '../storage/sessions.js'
import type { Users } from '../storage/users.js'

export type Recorded = {
  /** A session id or a user id, as the trigger's kind says. */
  subject: string
  /** Who did it: `user:7`, `operator:NAME` or `system`. */
  actor: string
  /** The session that stays, where the trigger ends the others. */
  exceptSid?: string | undefined
}

/** @returns for one session: whether it was open until now (if not, nothing is written) */
export type RecordTrigger = (trigger: Trigger, recorded: Recorded) => Promise<boolean>

export type RevokeDeps = {
  database: Database
  revocations: Revocations
  sessions: Sessions
  users: Users
  tail: Tail
  now: () => number
  /** Runs on by itself what may be done after the answer. */
  afterwards: (work: () => Promise<void>) => void
}

/** How many overtaken rows are marked in one statement. */
const markBatch = 500

export function createRevoke({ database, revocations, sessions, users, tail, now, afterwards }: RevokeDeps) {
  /**
   * Runs `work` in a transaction in which triggers can be recorded. Their rows are locked as they are recorded, the log
   * is raised last (lock order: user, device, session, head), and once it is committed this process enforces it.
   */
  async function transaction<T>(work: (tx: Queries, record: RecordTrigger) => Promise<T>): Promise<T> {
    const { result, entries } = await database.transaction(async tx => {
      const pending: (Recorded & { trigger: Trigger })[] = []
      const result = await work(tx, async (trigger, recorded) => {
        if (triggers[trigger].kind === 'user') {
          await users.lock(tx, Number(recorded.subject))
          // Its `seq` is raised under the head's lock, which somebody who ends this very session may be waiting for.
          if (recorded.exceptSid) await sessions.lock(tx, recorded.exceptSid)
        } else if (!(await sessions.end(tx, recorded.subject, now(), trigger, recorded.actor))) return false
        pending.push({ ...recorded, trigger })
        return true
      })
      return { result, entries: await write(tx, pending) }
    })
    await tail.take(entries)
    for (const entry of entries) if (entry.kind === 'user' && entry.effect === 'end') markLater(entry)
    return result
  }

  async function write(tx: Queries, pending: (Recorded & { trigger: Trigger })[]): Promise<RevocationRecord[]> {
    if (pending.length === 0) return []
    const { seq: last, horizon, accessLifetime } = await revocations.raise(tx, pending.length)
    const createdAt = now()
    const expiresAt = entryExpiry(createdAt, accessLifetime, horizon)
    const entries = pending.map(({ trigger, subject, actor, exceptSid }, index): RevocationRecord => {
      const { kind, effect } = triggers[trigger]
      const seq = last - pending.length + 1 + index
      return { seq, kind, subject, effect, exceptSid: exceptSid ?? null, reason: trigger, actor, createdAt, expiresAt }
    })
    for (const entry of entries) {
      await revocations.insert(tx, entry)
      if (entry.kind === 'user' && entry.effect === 'end') {
        // The one that stays is raised first, while the earlier ends that may have overtaken it can still be seen.
        if (entry.exceptSid) await sessions.raiseSeq(tx, entry.exceptSid, entry.seq)
        // Ending all of a user's sessions is one integer, whatever their number.
        await users.update(tx, Number(entry.subject), { endedSeq: entry.seq })
      }
    }
    return entries
  }

  /** The rows of sessions that an "end all" overtook are marked in batches, for the lists. */
  function markLater({ subject, createdAt, reason, actor }: RevocationRecord): void {
    afterwards(async () => {
      while (
        (await sessions.markOvertaken(database, Number(subject), createdAt, reason, actor, markBatch)) === markBatch
      );
    })
  }

  return { transaction }
}

export type Revoke = ReturnType<typeof createRevoke>
