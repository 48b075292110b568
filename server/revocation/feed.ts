// The feed: publishes the revocation log to resource servers, first a snapshot of all entries, then each stretch as
// soon as it is applied here. It contains what the database has committed and this process has applied, in the order of
// its numbers.
import { setImmediate } from 'node:timers/promises'
import { codeOfReason } from '../policy/revocation.js'
import { type ErrorCode, refuse } from '../protocol/errors.js'
import type { FeedPosition } from '../protocol/log/feed.js'
import type { Projection } from '../protocol/log/projection.js'
import { type Revocation, type RevocationKind, refusalCode } from '../protocol/log/revocation.js'
import { createFeedConnections, type FeedTerms } from './feed-connections.js'
import { createFeedDocument } from './feed-document.js'
import type { Sink } from './feed-outlet.js'
import { createFeedPages } from './feed-pages.js'
import { createReader, type Reader } from './feed-reader.js'
import { createFeedRing } from './feed-ring.js'
import type { HighWater } from './high-water.js'
import type { Tail } from './tail.js'

/** How long readers that begin share one start position, in ms. */
const sharedFor = 1_000
/** Interval of the checks for expired tokens and dead connections, in ms. */
const tickInterval = 500
/** How many readers are written to in one iteration of the event loop. */
const perTurn = 64

/** Kinds of entries that can refuse an application's own token; it has no session, no user and no roles. */
const concernsPrograms: ReadonlySet<RevocationKind> = new Set(['token', 'application', 'key', 'all'])

export type FeedDeps = {
  projection: Projection
  tail: Tail
  highWater: Pick<HighWater, 'wentBack'>
  /** Epoch ms by the database's clock. */
  now: () => number
  /** Monotonic clock, in ms. */
  monotonic: () => number
  log: { info(details: object, message: string): void }
  /** For tests. */
  limits?: { ring?: number; all?: number; ofOne?: number } | undefined
}

/** Callbacks of a connection. */
export type FeedEnds = { drained(): void; closed(): void }

type Open = FeedTerms & { reader: Reader }

export function createFeed({ projection, tail, highWater, now, monotonic, log, limits = {} }: FeedDeps) {
  const ring = createFeedRing(limits.ring)
  const pages = createFeedPages({ projection })
  const readers = new Set<Open>()
  const connections = createFeedConnections({ monotonic, replace, log, limits })
  const writeDocument = createFeedDocument({ ring, pages, projection, tail, start, now, monotonic })
  /** Whether the log was read completely since its id changed. */
  let isComplete = false
  let isHeld = false
  let isLeaving = false
  let pumping: 'no' | 'once' | 'again' = 'no'
  let ticking: NodeJS.Timeout | undefined
  let shared = { position: -1, at: 0 }

  tail.listen({
    entered(logId) {
      ring.clear(logId)
      pages.clear()
      shared = { position: -1, at: 0 }
      isComplete = false
      for (const { reader } of readers) reader.restart()
    },
    applied(stretch) {
      ring.push({ ...stretch, entries: stretch.entries.map(asKept) })
      if (readers.size === 0) return
      if (stretch.entries.some(({ kind }) => concernsPrograms.has(kind)))
        for (const { reader } of readers) reader.judgeNext()
      wake()
    },
    caughtUp() {
      if (isComplete && !isHeld) return
      isComplete = true
      isHeld = false
      wake()
    },
  })

  /**
   * An entry with the expiry that it has here: a reader in the middle of a snapshot may never get the entry that this
   * one subsumes, if that was removed from a page that the reader has not got yet.
   */
  function asKept(entry: Revocation): Revocation {
    const expiresAt = projection.keptUntil(entry)
    // Expiry is stored in whole seconds.
    return expiresAt - entry.expiresAt < 1_000 ? entry : { ...entry, expiresAt }
  }

  /** Asynchronous: the commit of a change does not wait until readers are written to. */
  function wake(): void {
    if (pumping === 'once') pumping = 'again'
    if (pumping !== 'no' || readers.size === 0) return
    pumping = 'once'
    void pump()
  }

  async function pump(): Promise<void> {
    do {
      await setImmediate()
      pumping = 'once'
      let advanced = 0
      for (const { reader } of [...readers]) {
        reader.advance()
        if (++advanced % perTurn === 0) await setImmediate()
      }
    } while ((pumping as string) === 'again')
    pumping = 'no'
  }

  /** Not once the database has gone back: what it writes under its new numbers is another history. */
  function mayPublish(): boolean {
    if (highWater.wentBack) isHeld = true
    return isComplete && !highWater.wentBack
  }

  /**
   * Readers that connect at about the same time start at one position: pages that were encoded for one serve the
   * others.
   */
  function start(): { log: string; position: number } {
    if (monotonic() - shared.at > sharedFor || ring.after(shared.position) === null)
      shared = { position: projection.position, at: monotonic() }
    return { log: tail.logId, position: shared.position }
  }

  function refusalOf({ claims, kid }: FeedTerms): ErrorCode | null {
    if (claims.exp * 1_000 <= now()) return 'token_expired'
    const entry = projection.find(claims, kid)
    return entry && refusalCode(entry, codeOfReason)
  }

  function tick(): void {
    const time = now()
    for (const { claims, reader } of readers) {
      if (claims.exp * 1_000 <= time) reader.end('token_expired')
      else reader.tick()
    }
  }

  function replace({ claims, name }: FeedTerms): void {
    if (name === null) return
    const isSame = (one: Open) => one.name === name && one.claims.client_id === claims.client_id
    ;[...readers].find(isSame)?.reader.end('too_many_streams')
  }

  /** @throws stopping, too_many_streams, streams_exhausted */
  function enter(terms: FeedTerms): (why: string) => void {
    if (isLeaving) throw refuse('stopping', { retryAfter: 1 })
    return connections.enter(terms)
  }

  /** A reader's position beyond ours shows that this process is behind, or that the database is. */
  async function requireReached(from: FeedPosition): Promise<void> {
    if (from.log !== tail.logId || from.seq <= tail.position) return
    const { logId, seq } = await tail.headNow()
    if (from.log === logId && from.seq > seq) throw refuse('log_went_back', { retryAfter: 5 })
  }

  return {
    /** How many readers follow the log here. */
    size: () => readers.size,

    requireReached,

    /**
     * Starts to serve a reader: from its position where the ring buffer still has it, else with a reset and a
     * snapshot.
     * @throws stopping, too_many_streams, streams_exhausted
     */
    open(terms: FeedTerms, from: FeedPosition | null, sink: Sink): FeedEnds {
      const release = enter(terms)
      const next = isComplete && from !== null && from.log === tail.logId ? ring.after(from.seq) : null
      const closed = (why: string) => {
        readers.delete(one)
        release(why)
        if (readers.size > 0) return
        clearInterval(ticking)
        ticking = undefined
      }
      const whyOver = () => refusalOf(terms)
      const reader = createReader({ ring, pages, start, mayPublish, whyOver, monotonic, sink, closed }, next)
      const one: Open = { ...terms, reader }
      readers.add(one)
      ticking ??= setInterval(tick, tickInterval).unref()
      reader.greet()
      reader.advance()
      return reader
    },

    /** Writes every live entry once, as a JSON document. @throws like `open`; database_unavailable */
    writeOnce(terms: FeedTerms, sink: Sink): FeedEnds {
      if (!mayPublish()) throw refuse('database_unavailable', { retryAfter: 1 })
      return writeDocument(sink, enter(terms))
    },

    /** Ends every stream, so that the server can close, and refuses new ones. */
    leave(): void {
      isLeaving = true
      for (const { reader } of readers) reader.end('stopping')
      clearInterval(ticking)
    },
  }
}

export type Feed = ReturnType<typeof createFeed>
