// The last step of a restore, and the only remedy once the database went back. The log gets a new id and continues far
// above every number that there is evidence of, with an entry that ends everything older: it covers revocations that
// the restored database has lost. Must work in any state of the log, so it does not use tokens/changes.ts, which checks
// that state first.
import { type Actor, nameOf } from '../policy/actor.js'
import type { AuditNote } from '../policy/audit.js'
import { longestAccessLifetime } from '../policy/policies.js'
import { entryExpiry, triggers } from '../policy/revocation.js'
import type { Revocation } from '../protocol/log/revocation.js'
import { mostAhead } from '../revocation/high-water.js'
import type { RedisLog } from '../revocation/redis-log.js'
import type { Tail } from '../revocation/tail.js'
import type { Database, Queries } from '../storage/database.js'
import type { LogHeadStore } from '../storage/log-heads.js'
import type { LogPosition, RevocationRecord, RevocationStore } from '../storage/revocations.js'
import type { UserStore } from '../storage/users.js'
import type { Audited } from './audit-lines.js'
import type { AuditTrail } from './audit-trail.js'
import type { RevocationWriting } from './revocation-writing.js'
import type { Sweeping } from './sweeping.js'

export type LogAdvanceDeps = {
  database: Database
  revocationStore: RevocationStore
  userStore: UserStore
  logHeadStore: LogHeadStore
  auditTrail: AuditTrail
  revocationWriting: RevocationWriting
  sweeping: Sweeping
  tail: Tail
  /** null where no Redis is set. */
  redisLog: RedisLog | null
  audited: Audited
  now: () => number
  random: (size: number) => Buffer
}

export type Advanced = {
  before: { logId: string; seq: number }
  after: { logId: string; seq: number }
  /** The highest number that there is evidence of. */
  seen: number
  /** Entries in Redis that the restored database lacks; null where Redis did not answer. */
  lost: Revocation[] | null
  /** The ids of new users are above this one. */
  lastUserId: number
}

const trigger = 'log_advanced'

export function createLogAdvance(deps: LogAdvanceDeps) {
  const { database, revocationStore, userStore, logHeadStore, auditTrail, revocationWriting, sweeping } = deps
  const { tail, redisLog, now, random } = deps

  /** Entries that Redis has above the head of the database's log. */
  async function lostSince(head: LogPosition): Promise<Revocation[] | null> {
    try {
      return (await redisLog?.above(head.logId, head.seq)) ?? null
    } catch {
      return null
    }
  }

  /** Locks in the order of every other change: rows, the audit log's head, the revocation log's. */
  async function write(tx: Queries, actor: Actor, lost: Revocation[] | null, options: AdvanceOptions) {
    const lastUserId = await userStore.skipIds(tx, options.userIds)
    const { audit } = await logHeadStore.lock(tx)
    const { logId, seq, seenSeq, horizon } = await revocationStore.head(tx)
    const seen = Math.max(seq, seenSeq, options.seen, ...(lost ?? []).map(entry => entry.seq))
    const before = { logId, seq }
    const after = { logId: random(8).toString('hex'), seq: seen + mostAhead }
    const note: AuditNote = {
      action: trigger,
      subject: after.logId,
      before: { log_id: logId, seq },
      after: { log_id: after.logId, seq: after.seq, seen, last_user_id: lastUserId },
    }
    await auditTrail.write(tx, audit, auditTrail.prepare(actor, [note]))
    await revocationStore.advance(tx, after)
    const entry = endAllEntry(after.seq, actor, horizon)
    await revocationStore.insert(tx, entry)
    await sweeping.write(tx, entry)
    return { before, after, seen, lost, lastUserId, entry, note }
  }

  function endAllEntry(seq: number, actor: Actor, horizon: number): RevocationRecord {
    const { kind, effect } = triggers[trigger]
    const createdAt = now()
    // A longer lifetime that was set after the backup was made is lost too: the longest possible lifetime counts.
    const expiresAt = entryExpiry(kind, createdAt, longestAccessLifetime, horizon)
    const about = { kind, subject: '', effect, exceptSid: null, reason: trigger }
    return { seq, ...about, actor: nameOf(actor), createdAt, expiresAt }
  }

  /**
   * Ends every session and every token, and makes the log go on under a new id.
   * @throws database_unavailable
   */
  return async function advance(options: AdvanceOptions, actor: Actor): Promise<Advanced> {
    // Also loads the key of the audit log; it is no error here that the database went back.
    await tail.readNow()
    const lost = await lostSince(await revocationStore.head(database))
    const { entry, note, ...advanced } = await database.transaction(tx => write(tx, actor, lost, options))
    deps.audited(actor, note)
    await revocationWriting.finish(advanced.after.logId, [entry])
    return advanced
  }
}

export type AdvanceOptions = {
  /** A number that the log is known to have reached, 0 for none. */
  seen: number
  /** How many user ids are left out: those that were given out after the backup was made must not name others. */
  userIds: number
}

export type LogAdvance = ReturnType<typeof createLogAdvance>
