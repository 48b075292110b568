// Follows (polls) the revocation log. The database is the source of truth, and only its own answer makes this process
// fresh: one to a read that was sent less than a second ago, with the log applied up to it.
import { setImmediate } from 'node:timers/promises'
import { refuse } from '../protocol/errors.js'
import type { LogAnswer, Projection } from '../protocol/log/projection.js'
import type { Revocation } from '../protocol/log/revocation.js'
import type { Clock } from '../storage/clock.js'
import type { Database } from '../storage/database.js'
import type { LogPosition, RevocationStore } from '../storage/revocations.js'
import { createFreshness } from './freshness.js'
import type { EvidenceSource, HighWater } from './high-water.js'
import type { LogMemory } from './log-memory.js'
import type { Outages } from './outages.js'

/** How often the log's head is read, in ms. */
const pollInterval = 250
/**
 * How long a request waits to become fresh, in ms: less than a statement's timeout, and far less than the grace
 * period. A client that gets its 503 by then has time to try another server.
 */
const readTimeout = 1_500
/** Batch size, in entries, of reading and of applying. */
const batchSize = 2_000

/** Carries entries from process to process faster than polling the database. It never makes a process fresh. */
export type Transport = {
  /** Publishes what this process has committed. Not awaited. */
  tell(logId: string, entries: readonly Revocation[]): void
  /** Every entry in (after, upto], or null where one is missing. */
  between(logId: string, after: number, upto: number): Promise<Revocation[] | null>
}

export type TailDeps = {
  database: Database
  revocationStore: RevocationStore
  outages: Outages
  projection: Projection
  highWater: HighWater
  transport?: Transport | null
  /** Marks of the log on this machine; omitted where none are kept. */
  memory?: Pick<LogMemory, 'recall' | 'knownOf'>
  /** Epoch ms by the database's clock. */
  now: () => number
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

/** Called for what this process applies, in order. */
export type Listener = {
  /** The log has another id now, and is read from its beginning. */
  entered(logId: string): void
  /** Every entry in (after, upto] that is still live; it begins where the last stretch ended. */
  applied(stretch: LogAnswer): void
  /** All that the database has was applied. */
  caughtUp(): void
}

type Follower = (head: LogPosition) => Promise<void>

export function createTail(deps: TailDeps) {
  const { database, revocationStore, outages, projection, highWater, transport, memory } = deps
  const { now, monotonic, wall, observe, log } = deps
  const followers: { version: (head: LogPosition) => unknown; known: unknown; follow: Follower }[] = []
  /** Id of the log that is projected; '' before the first read. */
  let logId = ''
  let listener: Listener | null = null
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

  async function read(): Promise<void> {
    const isFirst = logId === ''
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
    const wentBack = await highWater.judge(head, before, head.logId === logId ? held : null)
    if (wentBack) freshness.lose()
    else await readUpTo(head)
    await notifyListeners(head)
    if (wentBack) return
    listener?.caughtUp()
    lastHead = { logId: head.logId, seq: head.seq, accessLifetime: head.accessLifetime, askedAt }
    outages.answered()
    freshness.answered(asked)
  }

  /**
   * Applies the log stretch by stretch, so that the process answers meanwhile; the read counts only when all of it is
   * applied.
   */
  async function readUpTo(head: LogPosition): Promise<void> {
    if (head.logId !== logId) enter(head)
    while (projection.position < head.seq) {
      apply(await stretchAfter(projection.position, head.seq))
      // SQLite answers without leaving this turn of the event loop.
      if (projection.position < head.seq) await setImmediate()
    }
  }

  async function stretchAfter(after: number, upto: number): Promise<LogAnswer> {
    // From the beginning only the database is read: it alone knows that entries before the oldest one have expired.
    const told = after > 0 && upto - after <= batchSize ? await transport?.between(logId, after, upto) : null
    if (told) return { after, upto, entries: told }
    return revocationStore.stretch(database, after, upto, batchSize, now())
  }

  /** Starts over for a log with another id: policy and keys may differ too, whatever their versions. */
  function enter(head: LogPosition): void {
    if (logId !== '')
      log.info({ logId: head.logId, seq: head.seq }, 'the revocation log has a new id and is read again')
    // Until the whole log is applied this process is not fresh.
    freshness.lose()
    projection.reset()
    highWater.hold(null)
    for (const follower of followers) follower.known = undefined
    logId = head.logId
    listener?.entered(logId)
  }

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

  async function notifyListeners(head: LogPosition): Promise<void> {
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
      return logId
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

    /** Sets the only listener. */
    listen(to: Listener): void {
      listener = to
    },

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
      return answer.after === projection.position && apply(answer)
    },

    /** Applies what this process has just committed; the numbers in between, if any, are read. */
    async take(itsLog: string, entries: readonly Revocation[]): Promise<void> {
      const last = entries.at(-1)
      if (!last) return
      transport?.tell(itsLog, entries)
      if (itsLog === logId && apply({ after: entries[0]!.seq - 1, upto: last.seq, entries })) return
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
