// Maintains the copy of the log in Redis, and repairs it after Redis has lost data.
import type { Database } from '../storage/database.js'
import { RedisFailure } from '../storage/redis-failure.js'
import type { RevocationStore } from '../storage/revocations.js'
import { keptEntries, type RedisLog } from './redis-log.js'
import type { Tail } from './tail.js'

export type RedisCopyDeps = {
  redisLog: RedisLog
  database: Database
  revocationStore: RevocationStore
  tail: Tail
  /** Epoch ms by the database's clock. */
  now: () => number
  log: { info(details: object, message: string): void }
}

export function createRedisCopy({ redisLog, database, revocationStore, tail, now, log }: RedisCopyDeps) {
  let failure: RedisFailure | null = null
  /**
   * The position one heartbeat ago: the process that committed those entries has written them to the copy by now, or
   * never will.
   */
  let settled = { logId: '', upto: 0 }
  /** The number from which on every entry was live at the last check, and so must be in the copy. */
  let whole = { logId: '', from: 0 }

  async function putRight(logId: string, upto: number): Promise<void> {
    const after = Math.max(0, upto - keptEntries)
    const live = () => revocationStore.between(database, after, upto, now())
    let entries = whole.logId === logId ? null : await live()
    if (entries) whole = { logId, from: upto - gaplessAtTheEnd(entries, upto) }
    const from = Math.max(after, whole.from)
    const isThere = (await redisLog.count(logId, from, upto)) === upto - from
    if (isThere && !redisLog.needsRebuild && !redisLog.refused) return redisLog.trim(logId, upto)
    entries ??= await live()
    // Entries expire meanwhile; expired ones need not be in the copy.
    whole = { logId, from: upto - gaplessAtTheEnd(entries, upto) }
    await redisLog.restore(logId, after, upto, entries)
    log.info({ logId, upto, entries: entries.length }, 'the copy of the revocation log in Redis was repaired')
  }

  return {
    /** Why Redis refused at the last repair; null where it did not, or where the database did not answer. */
    get failure() {
      return failure
    },

    /** Entries up to the present position must be in the copy at the next repair. */
    settle(): void {
      settled = { logId: tail.logId, upto: tail.position }
    },

    /** @returns whether the repair succeeded: if not, it is retried soon */
    async repair(): Promise<boolean> {
      try {
        // Entries in Redis that the database lacks stay there: they are evidence that it went back, and `log advance`
        // reads them.
        await tail.reach(await redisLog.highest(tail.logId), 'Redis')
        await tail.readIfOld()
        if (settled.logId === tail.logId) await putRight(settled.logId, settled.upto)
        failure = null
        return true
      } catch (error) {
        failure = error instanceof RedisFailure ? error : null
        return false
      }
    },
  }
}

export type RedisCopy = ReturnType<typeof createRedisCopy>

/** How many numbers at the end are consecutive: expired entries leave gaps. */
function gaplessAtTheEnd(entries: readonly { seq: number }[], upto: number): number {
  let count = 0
  while (entries.at(-1 - count)?.seq === upto - count) count++
  return count
}
