// The feed: publishes the revocation log to resource servers, first a snapshot of all entries, then each stretch as
// soon as it is applied here. It contains what the database has committed and this process has applied, in the order of
// its numbers.
import { setImmediate } from 'node:timers/promises'
import { codeOfReason } from '../policy/revocation.js'
import type { AccessClaims } from '../protocol/claims.js'
import { type ErrorCode, refuse } from '../protocol/errors.js'
import type { FeedPosition } from '../protocol/log/feed.js'
import type { Projection } from '../protocol/log/projection.js'
import { type Revocation, type RevocationKind, refusalCode } from '../protocol/log/revocation.js'
import { createOutlet, type Sink } from './feed-outlet.js'
import { createFeedPages } from './feed-pages.js'
import { createReader, type Reader } from './feed-reader.js'
import { createFeedRing } from './feed-ring.js'
import { rowsText } from './feed-text.js'
import type { HighWater } from './high-water.js'
import type { Tail } from './tail.js'

/** Limits of connections to one process: of all applications, and of one. */
const most = { all: 2_000, ofOne: 200 }
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

/**
 * The reader: an application, by a token that the key `kid` has signed; `name` is that of the verifier, if it has
 * one.
 */
export type FeedTerms = { name: string | null; claims: AccessClaims; kid: string }

/** Callbacks of a connection. */
export type FeedEnds = { drained(): void; closed(): void }

type Open = FeedTerms & { reader: Reader; openedAt: number }

export function createFeed({ projection, tail, highWater, now, monotonic, log, limits = {} }: FeedDeps) {
  const { all: mostOfAll, ofOne: mostOfOne } = { ...most, ...limits }
  const ring = createFeedRing(limits.ring)
  const pages = createFeedPages({ projection })
  const readers = new Set<Open>()
  /** Connections by application, also those that read everything once. */
  const counts = new Map<string, number>()
  let count = 0
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
      let told = 0
      for (const { reader } of [...readers]) {
        reader.advance()
        if (++told % perTurn === 0) await setImmediate()
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

  /** @throws too_many_streams, streams_exhausted, stopping */
  function enter({ claims: { client_id: id }, name }: FeedTerms): void {
    if (isLeaving) throw refuse('stopping', { retryAfter: 1 })
    const same = (one: Open) => name !== null && one.name === name && one.claims.client_id === id
    // The dead connection of the verifier with this name has not timed out yet: the new one replaces it.
    if ((counts.get(id) ?? 0) >= mostOfOne) [...readers].find(same)?.reader.end('too_many_streams')
    if ((counts.get(id) ?? 0) >= mostOfOne) throw refuse('too_many_streams', { retryAfter: 10 })
    if (count >= mostOfAll) throw refuse('streams_exhausted', { retryAfter: 5 })
    counts.set(id, (counts.get(id) ?? 0) + 1)
    count++
  }

  function leave({ claims: { client_id: id }, name }: FeedTerms, openedAt: number, why: string): void {
    const left = counts.get(id)! - 1
    if (left === 0) counts.delete(id)
    else counts.set(id, left)
    count--
    const seconds = Math.round((monotonic() - openedAt) / 1_000)
    log.info({ application: id, verifier: name, why, seconds }, 'a reader of the revocation log disconnected')
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
     */
    open(terms: FeedTerms, from: FeedPosition | null, sink: Sink): FeedEnds {
      enter(terms)
      const openedAt = monotonic()
      const next = isComplete && from !== null && from.log === tail.logId ? ring.after(from.seq) : null
      const closed = (why: string) => {
        readers.delete(one)
        leave(terms, openedAt, why)
        if (readers.size > 0) return
        clearInterval(ticking)
        ticking = undefined
      }
      const whyOver = () => refusalOf(terms)
      const reader = createReader({ ring, pages, start, mayTell: mayPublish, whyOver, monotonic, sink, closed }, next)
      const one: Open = { ...terms, reader, openedAt }
      readers.add(one)
      ticking ??= setInterval(tick, tickInterval).unref()
      reader.greet()
      reader.advance()
      return reader
    },

    /**
     * Writes every live entry once, as JSON: complete up to the number that comes first. Entries that are added
     * meanwhile come after, as they may subsume removed ones.
     */
    writeOnce(terms: FeedTerms, sink: Sink): FeedEnds {
      if (!mayPublish()) throw refuse('database_unavailable', { retryAfter: 1 })
      enter(terms)
      const openedAt = monotonic()
      const outlet = createOutlet({ sink, monotonic, drained() {}, closed: why => leave(terms, openedAt, why) })
      const dead = setInterval(() => {
        if (outlet.silentFor() > 30_000) outlet.cut('it took nothing')
      }, 5_000).unref()
      void writeAll(outlet).finally(() => clearInterval(dead))
      return outlet
    },

    /** Ends every stream, so that the server can close, and refuses new ones. */
    leave(): void {
      isLeaving = true
      for (const { reader } of readers) reader.end('stopping')
      clearInterval(ticking)
    },
  }

  async function writeAll(outlet: ReturnType<typeof createOutlet>): Promise<void> {
    const seq = projection.position
    const { log: logId, position } = start()
    let written = false
    const write = (rows: Uint8Array) => {
      if (rows.length === 0) return
      outlet.write(written ? [comma, rows] : [rows])
      written = true
    }
    outlet.write([Buffer.from(`{"log":${JSON.stringify(logId)},"seq":${seq},"now":${now()},"entries":[`)])
    for (let page = 0; page < pages.count(); page++) {
      if (!(await outlet.writable())) return
      if (tail.logId !== logId) return outlet.cut('the log is another one now')
      write(pages.rows(page, position))
      await setImmediate()
    }
    const meanwhile = since(position)
    if (meanwhile === null || tail.logId !== logId) return outlet.cut('it fell behind')
    for (const entries of meanwhile) {
      if (!(await outlet.writable())) return
      write(Buffer.from(rowsText(entries)))
    }
    if (await outlet.writable()) outlet.end('it has everything', Buffer.from(']}'))
  }

  function since(position: number): (readonly Revocation[])[] | null {
    const first = ring.after(position)
    if (first === null) return null
    const found: (readonly Revocation[])[] = []
    for (let index = first; index < ring.end; index++) found.push(ring.stretch(index)!.entries)
    return found
  }
}

const comma = Buffer.from(',')

export type Feed = ReturnType<typeof createFeed>
