// Follows the revocation log. The database is the truth, and only an answer of its own makes this process fresh: one that
// was asked for less than a second ago, with the log applied up to it.
import type { Revocation } from '../policy/revocation.js'
import { refuse } from '../protocol/errors.js'
import type { Database } from '../storage/database.js'
import type { Heartbeats } from '../storage/heartbeats.js'
import type { LogPosition, Revocations } from '../storage/revocations.js'
import type { Projection } from './projection.js'

/** How often the log's head is read, in ms. */
const pollInterval = 250
/** After so long without an answer, in ms, the outage is written down before anybody is judged by it. */
const silence = 2_000
/** How old the question behind the last answer may be, in ms. */
const freshFor = 1_000

export type TailDeps = {
  database: Database
  revocations: Revocations
  heartbeats: Heartbeats
  projection: Projection
  /** Epoch ms by the database's clock. */
  now: () => number
  /** ms that only ever grow, also while this process is stopped. */
  monotonic: () => number
  /** Epoch ms by this machine's clock, which goes on while the machine is suspended, and which somebody may set. */
  wall: () => number
  observe: (databaseNow: number, sentAt: number, answeredAt: number) => void
  log: { warn(details: object, message: string): void; info(details: object, message: string): void }
}

type Follower = (head: LogPosition) => Promise<void>

export function createTail(deps: TailDeps) {
  const { database, revocations, heartbeats, projection, now, monotonic, wall, observe, log } = deps
  const followers: { version: (head: LogPosition) => unknown; known: unknown; follow: Follower }[] = []
  let askedAt = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY }
  let answeredAt = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY }
  let reading: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  let silent = false

  /** By two clocks: a suspended machine shows only on the wall's, and one that was set back tells nothing. */
  function isFresh(): boolean {
    return monotonic() - askedAt.monotonic < freshFor && Math.abs(wall() - askedAt.wall) < freshFor
  }

  async function read(): Promise<void> {
    const asked = { monotonic: monotonic(), wall: wall() }
    // Not where we stand when the answer comes: a commit of our own may have overtaken it.
    const stoodAt = projection.position
    const head = await revocations.head(database)
    if (head.databaseNow !== null) observe(head.databaseNow, asked.monotonic, monotonic())
    if (head.seq < stoodAt) throw refuse('database_unavailable', { cause: new Error('the revocation log went back') })
    if (head.seq > projection.position) {
      const after = projection.position
      const entries = await revocations.between(database, after, head.seq, now())
      projection.apply({ after, upto: head.seq, entries })
    }
    for (const follower of followers) {
      const version = follower.version(head)
      if (version === follower.known) continue
      await follower.follow(head)
      follower.known = version
    }
    await noteOutage()
    askedAt = asked
  }

  /**
   * The first client may be back before the next beat; without the outage its lost answer would look like theft. By real
   * clocks, both: a stopped process shows on the first, a suspended machine on the second.
   */
  async function noteOutage(): Promise<void> {
    const answered = { monotonic: monotonic(), wall: Date.now() }
    const silent = Math.max(answered.monotonic - answeredAt.monotonic, answered.wall - answeredAt.wall)
    if (silent > silence) await heartbeats.beat(database, now())
    answeredAt = answered
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
      if (!silent) log.warn({ err: error }, 'the revocation log cannot be read')
      silent = true
    }
    timer = setTimeout(poll, pollInterval).unref()
  }

  return {
    isFresh,

    /** Calls `follow` at each read that finds `version` changed, before the read counts; the first read finds it so. */
    follow(version: (head: LogPosition) => unknown, follow: Follower): void {
      followers.push({ version, known: undefined, follow })
    },

    /** Reads everything once, then again every quarter of a second. */
    async start(): Promise<void> {
      await readOnce()
      timer = setTimeout(poll, pollInterval).unref()
    },

    stop(): void {
      clearTimeout(timer)
    },

    /**
     * Waits, only when this process is not fresh, for one read that all who wait share.
     * @throws database_unavailable: better no answer than one that may be out of date
     */
    async freshen(): Promise<void> {
      if (isFresh()) return
      if (reading !== null) await reading
      // A read that was asked for after this call is fresh enough for it, however slow the answer was.
      if (!isFresh()) await readOnce()
    },

    /** One read that was asked for after this call. */
    async readNow(): Promise<void> {
      await reading?.catch(() => {})
      await readOnce()
    },

    /** Takes in what this process has just committed; the numbers in between, if any, are read. */
    async take(entries: readonly Revocation[]): Promise<void> {
      const last = entries.at(-1)
      if (!last || projection.apply({ after: entries[0]!.seq - 1, upto: last.seq, entries })) return
      try {
        while (projection.position < last.seq) await readOnce()
      } catch {
        // Committed all the same. Until the database answers again this process must not think itself fresh.
        askedAt = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY }
      }
    },
  }
}

export type Tail = ReturnType<typeof createTail>
