// The revocation log as far as this process has applied it: its id, the position, and the entries that are live.
import { setImmediate } from 'node:timers/promises'
import type { LogAnswer, Projection } from '../protocol/log/projection.js'
import type { Revocation } from '../protocol/log/revocation.js'
import type { Database } from '../storage/database.js'
import type { LogPosition, RevocationStore } from '../storage/revocations.js'
import type { HighWater } from './high-water.js'

/** Batch size, in entries, of reading and of applying. */
const batchSize = 2_000

/** Carries entries from process to process faster than polling the database. It never makes a process fresh. */
export type Transport = {
  /** Publishes what this process has committed. Not awaited. */
  publish(logId: string, entries: readonly Revocation[]): void
  /** Every entry in (after, upto], or null where one is missing. */
  between(logId: string, after: number, upto: number): Promise<Revocation[] | null>
}

/** Called for what this process applies, in order. */
export type Listener = {
  /** The log has another id now, and is read from its beginning. */
  entered(logId: string): void
  /** Every entry in (after, upto] that is still live; it begins where the last stretch ended. */
  applied(stretch: LogAnswer): void
  /** All that the database has was applied. */
  caughtUp(): void
}

export type AppliedLogDeps = {
  database: Database
  revocationStore: RevocationStore
  projection: Projection
  highWater: HighWater
  transport?: Transport | null
  /** Epoch ms by the database's clock. */
  now: () => number
}

/** @param replaced called for a log with another id, before anything of it is applied */
export function createAppliedLog(deps: AppliedLogDeps, replaced: (head: LogPosition, former: string) => void) {
  const { database, revocationStore, projection, highWater, transport, now } = deps
  /** Id of the log that is projected; '' before the first read. */
  let logId = ''
  let listener: Listener | null = null

  async function stretchAfter(after: number, upto: number): Promise<LogAnswer> {
    // From the beginning only the database is read: it alone knows that entries before the oldest one have expired.
    const copied = after > 0 && upto - after <= batchSize ? await transport?.between(logId, after, upto) : null
    if (copied) return { after, upto, entries: copied }
    return revocationStore.stretch(database, after, upto, batchSize, now())
  }

  function enter(head: LogPosition): void {
    replaced(head, logId)
    projection.reset()
    highWater.hold(null)
    logId = head.logId
    listener?.entered(logId)
  }

  /** @returns whether the entries follow those that were applied before */
  function apply(answer: LogAnswer): boolean {
    const after = projection.position
    if (!projection.apply(answer)) return false
    const last = answer.entries.at(-1)
    if (answer.upto === projection.position) highWater.hold(last?.seq === answer.upto ? last : null)
    if (listener !== null && answer.upto > after) {
      const entries = answer.after === after ? answer.entries : answer.entries.filter(({ seq }) => seq > after)
      listener.applied({ after, upto: answer.upto, entries })
    }
    return true
  }

  return {
    /** Id of the log that is projected; '' before the first read. */
    get id() {
      return logId
    },

    apply,

    /** Applies the log up to its head stretch by stretch, so that the process answers meanwhile. */
    async readUpTo(head: LogPosition): Promise<void> {
      if (head.logId !== logId) enter(head)
      while (projection.position < head.seq) {
        apply(await stretchAfter(projection.position, head.seq))
        // SQLite answers without leaving this turn of the event loop.
        if (projection.position < head.seq) await setImmediate()
      }
    },

    /** Reports to the listener that all that the database has was applied. */
    caughtUp: (): void => listener?.caughtUp(),

    /** Sets the only listener. */
    listen(to: Listener): void {
      listener = to
    },
  }
}
