// Writes the revocation log, for the unit of work (changes.ts): locks when a trigger is recorded, the entries once the
// log's head is locked, and enforcement when they are committed.
import { type Actor, nameOf } from '../policy/actor.js'
import { mayBeOffline } from '../policy/application-metadata.js'
import { endsApiKeys, entryExpiry, keepsOffline, type Trigger, triggers } from '../policy/revocation.js'
import type { RevocationKind } from '../protocol/log/revocation.js'
import type { Tail } from '../revocation/tail.js'
import type { ApiKeyStore } from '../storage/api-keys.js'
import type { ApplicationStore } from '../storage/applications.js'
import type { Queries } from '../storage/database.js'
import type { RevocationHead } from '../storage/log-heads.js'
import type { RevocationRecord, RevocationStore } from '../storage/revocations.js'
import type { SessionStore } from '../storage/sessions.js'
import type { UserStore } from '../storage/users.js'
import type { DeliveryWriting } from './delivery-writing.js'
import { endsAll, type Sweeping } from './sweeping.js'

export type Recorded = {
  /** A session id, a user id, a role's name …: as the trigger's kind says; '' for everybody. */
  subject: string
  /** The id of the session that stays, where the trigger ends the others. */
  exceptSid?: string | undefined
  /** A made-up subject of a test: no row has this name, and there is nothing to lock or to end beside the entry. */
  madeUp?: true
}

/** A trigger that was recorded; its entry is written at the end of the transaction. */
export type Pending = Recorded & { trigger: Trigger }

export type RevocationWritingDeps = {
  revocationStore: RevocationStore
  sessionStore: SessionStore
  userStore: UserStore
  apiKeyStore: ApiKeyStore
  applicationStore: ApplicationStore
  deliveryWriting: DeliveryWriting
  sweeping: Sweeping
  tail: Tail
  now: () => number
}

export function createRevocationWriting(deps: RevocationWritingDeps) {
  const { revocationStore, sessionStore, userStore, apiKeyStore, applicationStore, deliveryWriting, sweeping } = deps
  const { tail, now } = deps

  const lockOf: Partial<Record<RevocationKind, (tx: Queries, one: Pending) => Promise<void>>> = {
    async user(tx, { subject, exceptSid, trigger }) {
      await userStore.lock(tx, Number(subject))
      // Its `seq` is raised under the head's lock: another transaction may hold this row, to end it, and wait for the head.
      if (exceptSid) await sessionStore.lock(tx, exceptSid)
      // After the user's lock, which a new API key and a change that is made by one take as well.
      if (endsApiKeys(trigger)) await apiKeyStore.endOfUser(tx, Number(subject), now(), trigger)
    },
    application: (tx, { subject }) => applicationStore.lock(tx, subject),
  }

  /**
   * Ends sessions, and with a browser session its children: its row is locked before its children are read, as a code
   * that is redeemed meanwhile holds that row until its session exists. All browser sessions come before all
   * children, both by their ids: all transactions lock in the same order.
   * @returns those that were open until now, and their children that were
   */
  async function endSessions(tx: Queries, ends: readonly Pending[], actor: Actor): Promise<Pending[]> {
    const ended: Pending[] = []
    const end = async (one: Pending) => {
      const wasOpen = await sessionStore.end(tx, one.subject, now(), one.trigger, nameOf(actor))
      if (wasOpen) ended.push(one)
      return wasOpen
    }
    // For a single session there is no need to know: a child has no children.
    const named =
      ends.length > 1
        ? await sessionStore.areChildren(
            tx,
            ends.map(one => one.subject),
          )
        : new Set<string>()
    const parents = ends.filter(one => !named.has(one.subject)).sort(bySubject)
    for (const one of parents) {
      // The session is over already, such as an expired one: its children may live on.
      if (!(await end(one))) await sessionStore.lock(tx, one.subject)
    }
    const children = new Map(ends.filter(one => named.has(one.subject)).map(one => [one.subject, one]))
    for (const one of await childrenOf(tx, parents)) if (!children.has(one.subject)) children.set(one.subject, one)
    for (const one of [...children.values()].sort(bySubject)) await end(one)
    // After the sessions, the lock order of all transactions.
    await deliveryWriting.ofSessions(
      tx,
      ended.map(one => one.subject),
    )
    await deliveryWriting.ofBrowsers(
      tx,
      parents.map(one => one.subject),
    )
    return ended
  }

  /** The children that end with their browser sessions. */
  async function childrenOf(tx: Queries, parents: readonly Pending[]): Promise<Pending[]> {
    const triggerOf = new Map(parents.map(one => [one.subject, one.trigger]))
    const found = await sessionStore.childrenOf(tx, [...triggerOf.keys()])
    const offlineSessions = found.filter(one => one.offline && keepsOffline(triggerOf.get(one.browserSid)!))
    // A session is offline as long as its application may have offline sessions.
    const applications = new Set(offlineSessions.map(one => one.applicationId))
    const offline = new Set<string>()
    if (applications.size > 0)
      for (const { id, metadata } of await applicationStore.some(tx, [...applications]))
        if (mayBeOffline(metadata)) offline.add(id)
    const stay = new Set(offlineSessions.filter(one => offline.has(one.applicationId)).map(one => one.id))
    return found
      .filter(one => !stay.has(one.id))
      .map(({ id, browserSid }) => ({ subject: id, trigger: triggerOf.get(browserSid)! }))
  }

  /**
   * An end of all sessions of a subject is one integer, whatever their number; written once the entry has its number.
   */
  const supersede: Partial<Record<RevocationKind, (tx: Queries, entry: RevocationRecord) => Promise<void>>> = {
    async user(tx, { seq, subject, exceptSid }) {
      // The session that stays is raised first, while the earlier ends that may have superseded it can still be seen.
      if (exceptSid) await sessionStore.raiseSeq(tx, exceptSid, seq)
      await userStore.update(tx, Number(subject), { endedSeq: seq })
    },
    application: (tx, { seq, subject }) => applicationStore.raiseEndedSeq(tx, subject, seq),
    all: (tx, { seq }) => revocationStore.raiseEndedSeq(tx, seq),
  }

  return {
    endSessions,

    /**
     * Locks, or ends, the subject of a trigger. @returns what is to be written: nothing where a session was over
     * already
     */
    async lock(tx: Queries, one: Pending, actor: Actor): Promise<Pending[]> {
      if (one.madeUp) return [one]
      const { kind } = triggers[one.trigger]
      if (kind === 'session') return endSessions(tx, [one], actor)
      await lockOf[kind]?.(tx, one)
      return [one]
    },

    /**
     * Writes the entries, the last step of the log before the commit. @param head locked; there must be one pending
     * at least
     */
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
      for (const entry of entries.filter(endsAll)) {
        await supersede[entry.kind]!(tx, entry)
        await sweeping.write(tx, entry)
      }
      return entries
    },

    /**
     * After the commit: applies the entries here, publishes them to other processes, and marks superseded rows in the
     * background.
     */
    async finish(logId: string, entries: readonly RevocationRecord[]): Promise<void> {
      await tail.take(logId, entries)
      if (entries.some(endsAll)) sweeping.begin()
    },
  }
}

export type RevocationWriting = ReturnType<typeof createRevocationWriting>

const bySubject = (one: Recorded, other: Recorded) => (one.subject < other.subject ? -1 : 1)
