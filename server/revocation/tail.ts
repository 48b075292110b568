// Follows (polls) the revocation log. The database is the source of truth, and only its own answer makes this process
// fresh: one to a read that was sent less than a second ago, with the log applied up to it.
import { refuse } from '../protocol/errors.js'
import type { LogAnswer } from '../protocol/log/projection.js'
import type { Revocation } from '../protocol/log/revocation.js'
import type { Clock } from '../storage/clock.js'
import type { LogPosition } from '../storage/revocations.js'
import { type AppliedLogDeps, createAppliedLog } from './applied-log.js'
import { createFreshness } from './freshness.js'
import type { EvidenceSource } from './high-water.js'
import type { LogMemory } from './log-memory.js'
import type { Outages } from './outages.js'

/** How often the log's head is read, in ms. */
const pollInterval = 250
/**
 * How long a request waits to become fresh, in ms: less than a statement's timeout, and far less than the grace
 * period. A client that gets its 503 by then has time to try another server.
 */
const readTimeout = 1_500

export type TailDeps = AppliedLogDeps & {
  outages: Outages
  /** Marks of the log on this machine; omitted where none are kept. */
  memory?: Pick<LogMemory, 'recall' | 'knownOf'>
  /** Monotonic clock, in ms; it goes on while this process is stopped. */
  monotonic: () => number
  /**
   * Epoch ms by this machine's clock, which goes on while the machine is suspended, and which an administrator may
   * set.
   */
  wall: () => number
  observe: Clock['observe']
  log: { warn(details: object, message: string): void; info(details: object, message: string): void }
}

/** `askedAt`: epoch ms by the database's clock, an instant before it was read; the lifetime in seconds. */
export type FollowedHead = { logId: string; seq: number; accessLifetime: number; askedAt: number }

type Follower = (head: LogPosition) => Promise<void>

export function createTail(deps: TailDeps) {
  const { database, revocationStore, outages, projection, highWater, transport, memory } = deps
  const { now, monotonic, wall, observe, log } = deps
  const followers: { version: (head: LogPosition) => unknown; known: unknown; follow: Follower }[] = []
  let lastHead: FollowedHead | null = null
  let reading: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  let silent = false
  /**
   * Whether this process is a server. A command reads any database that it is given; only a server compares it with
   * marks that another database had for this log.
   */
  let serves = false
  const freshness = createFreshness({ monotonic, wall })
  const { isFresh } = freshness
  const applied = createAppliedLog(deps, startOver)

  async function read(): Promise<void> {
    const isFirst = applied.id === ''
    if (isFirst) await memory?.recall()
    const asked = freshness.ask()
    const askedAt = now()
    // Taken before the read: when the answer arrives, a commit of our own may have superseded it.
    const mark = highWater.mark(projection.position)
    const { held } = highWater
    const head = await revocationStore.head(database, held?.seq)
    const answeredAt = monotonic()
    // Where the database has no clock (SQLite) this machine's wall clock is followed.
    if (head.databaseNow === null) observe(wall(), answeredAt, answeredAt, head.beatAt)
    else observe(head.databaseNow, asked.monotonic, answeredAt, head.beatAt)
    const known = (isFirst && memory?.knownOf(head, serves)) || 0
    if (known > 0) highWater.show(known, 'a mark in DATA_DIR')
    const before = known > mark.seq ? highWater.mark(0) : mark
    const wentBack = await highWater.judge(head, before, head.logId === applied.id ? held : null)
    if (wentBack) freshness.lose()
    else await applied.readUpTo(head)
    await notifyFollowers(head)
    if (wentBack) return
    applied.caughtUp()
    lastHead = { logId: head.logId, seq: head.seq, accessLifetime: head.accessLifetime, askedAt }
    outages.answered()
    freshness.answered(asked)
  }

  /** Starts over for a log with another id: policy and keys may differ too, whatever their versions. */
  function startOver({ logId, seq }: LogPosition, former: string): void {
    if (former !== '') log.info({ logId, seq }, 'the revocation log has a new id and is read again')
    // Until the whole log is applied this process is not fresh.
    freshness.lose()
    for (const follower of followers) follower.known = undefined
  }

  async function notifyFollowers(head: LogPosition): Promise<void> {
    for (const follower of followers) {
      const version = follower.version(head)
      if (version === follower.known) continue
      await follower.follow(head)
      follower.known = version
    }
  }

  /** Joins the read that is under way, or starts one. */
  function readOnce(): Promise<void> {
    reading ??= read().finally(() => {
      reading = null
    })
    return reading
  }

  async function poll(): Promise<void> {
    try {
      await readOnce()
      if (silent) log.info({}, 'the database answers again')
      silent = false
    } catch (error) {
      if (!silent) log.warn({ err: error }, 'the database does not answer: requests that need it are refused')
      silent = true
    }
    timer = setTimeout(poll, pollInterval).unref()
  }

  /** One read that is requested after this call. */
  async function readNow(): Promise<void> {
    await reading?.catch(() => {})
    await readOnce()
  }

  /**
   * One read that is requested after this call, before a request is refused because of a row that the database lacks.
   * @throws log_went_back, database_unavailable
   */
  async function requireForward(): Promise<void> {
    await readNow()
    if (highWater.wentBack) throw wentBackRefusal()
  }

  return {
    isFresh,

    /** Id of the log that is projected; '' before the first read. */
    get logId() {
      return applied.id
    },

    /** The number up to which the log is applied here. */
    get position() {
      return projection.position
    },

    /** The last head that all followers have processed: their caches are at least as new. */
    get lastHead() {
      return lastHead
    },

    /** Calls `follow` at each read that finds `version` changed, before the read counts; the first read finds it so. */
    follow(version: (head: LogPosition) => unknown, follow: Follower): void {
      followers.push({ version, known: undefined, follow })
    },

    listen: applied.listen,

    /** Reads everything once, then again every quarter of a second. */
    async start(): Promise<void> {
      serves = true
      await readOnce()
      timer = setTimeout(poll, pollInterval).unref()
    },

    stop(): void {
      clearTimeout(timer)
    },

    /**
     * Waits for one read if this process is not fresh; concurrent callers share it.
     * @throws database_unavailable: better no answer than one that may be out of date; log_went_back
     */
    async readIfOld(): Promise<void> {
      if (isFresh()) return
      await inTime(async () => {
        if (reading !== null) await reading
        // A read that was requested after this call is fresh enough for it, however slow the answer was.
        if (!isFresh()) await readOnce()
      })
      if (highWater.wentBack) throw wentBackRefusal()
    },

    readNow,

    /**
     * Takes trusted evidence (a token that we signed, an entry that another server published) of a number of the log
     * that is not here yet. This process may merely be behind: a read that is requested after the call decides, and
     * concurrent callers share it.
     * @throws log_went_back when the database has not got so far either; database_unavailable
     */
    async reach(seq: number, by: EvidenceSource): Promise<void> {
      if (seq <= projection.position) return
      highWater.show(seq, by)
      await requireForward()
    },

    requireForward,

    /**
     * The head of a read that is requested after this call; concurrent callers share it.
     * @throws log_went_back, database_unavailable also when it takes too long
     */
    async headNow(): Promise<FollowedHead> {
      await inTime(requireForward)
      return lastHead!
    },

    /** Applies what another process has committed, if it begins exactly at our position. */
    applyRemote(answer: LogAnswer): boolean {
      return answer.after === projection.position && applied.apply(answer)
    },

    /** Applies what this process has just committed; the numbers in between, if any, are read. */
    async take(itsLog: string, entries: readonly Revocation[]): Promise<void> {
      const last = entries.at(-1)
      if (!last) return
      transport?.publish(itsLog, entries)
      if (itsLog === applied.id && applied.apply({ after: entries[0]!.seq - 1, upto: last.seq, entries })) return
      try {
        while (projection.position < last.seq && !highWater.wentBack) await readOnce()
      } catch {
        // The commit stands. This process is not fresh until the database answers again.
        freshness.lose()
      }
    },
  }
}

export type Tail = ReturnType<typeof createTail>

/** @throws database_unavailable after a timeout; the read itself goes on, for later callers */
async function inTime(read: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(refuse('database_unavailable', { retryAfter: 1, cause: new Error('no answer in time') }))
    }, readTimeout)
  })
  try {
    await Promise.race([read(), late])
  } finally {
    clearTimeout(timer)
  }
}

function wentBackRefusal() {
  return refuse('log_went_back', { retryAfter: 5 })
}
