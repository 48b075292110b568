// One reader of the log: first a snapshot of all live entries, unless it can resume from its position; then stretch by
// stretch. Its cursor is a number of the ring buffer, so that a slow reader costs no more memory than its connection;
// one that falls behind the ring is disconnected, and resumes.
import { setImmediate } from 'node:timers/promises'
import type { ErrorCode } from '../protocol/errors.js'
import { createOutlet, type OutletDeps } from './feed-outlet.js'
import type { FeedPages } from './feed-pages.js'
import type { FeedRing } from './feed-ring.js'
import { endEvent, pieceBegin, pieceEnd, ping, reset, stretchEvent } from './feed-text.js'

/** Ping interval, in ms: some proxies close connections that are silent for a minute (nginx: proxy_read_timeout). */
const pingInterval = 15_000
/** How long a reader may take no data at all, in ms. */
const stallTimeout = 30_000
/** How much is written in one turn of the event loop, in bytes. */
const mostAtOnce = 512 * 1_024

export type ReaderDeps = Omit<OutletDeps, 'drained'> & {
  ring: FeedRing
  pages: FeedPages
  /** The log's id, and a position from which on the ring buffer has everything. */
  start: () => { log: string; position: number }
  /** Whether the log in this process is complete and did not go back, so that it may be sent. */
  mayPublish: () => boolean
  /** The code by which the reader's own token is refused now, or null; called where an entry may concern it. */
  whyOver: () => ErrorCode | null
}

/** @param from the number of the next stretch; null: from the beginning */
export function createReader(deps: ReaderDeps, from: number | null) {
  const { ring, pages, start, mayPublish, whyOver, monotonic } = deps
  let next = from
  /** How often the snapshot was started again. */
  let round = 0
  let isSendingSnapshot = false
  let wasReset = false
  let mustJudge = true
  let pingAt = monotonic() + pingInterval
  const outlet = createOutlet({ ...deps, drained: advance })

  /** Writes all that is due and that the connection can take. */
  function advance(): void {
    if (mustJudge && !outlet.over) judge()
    if (outlet.over || outlet.blocked || isSendingSnapshot || !mayPublish()) return
    if (next === null) {
      isSendingSnapshot = true
      void sendSnapshot().finally(() => {
        isSendingSnapshot = false
        if (!outlet.over) advance()
      })
      return
    }
    const events: Buffer[] = []
    for (let size = 0; next < ring.end && size < mostAtOnce; next++) {
      const event = ring.event(next)
      if (event === null) {
        outlet.cut('the reader is too slow')
        return
      }
      events.push(event)
      size += event.length
    }
    if (events.length > 0) outlet.write(events)
    if (next < ring.end && !outlet.blocked) globalThis.setImmediate(advance)
  }

  async function sendSnapshot(): Promise<void> {
    const ours = round
    const { log, position } = start()
    if (!wasReset) outlet.write([reset])
    wasReset = false
    for (let page = 0; page < pages.count(); page++) {
      if (!(await outlet.writable()) || ours !== round) return
      const rows = pages.rows(page, position)
      if (rows.length > 0) outlet.write([pieceBegin, rows, pieceEnd])
      // Yields to other readers between two pages.
      await setImmediate()
    }
    if (!(await outlet.writable()) || ours !== round) return
    next = ring.after(position)
    if (next === null) outlet.cut('the reader is too slow')
    else outlet.write([stretchEvent(log, { after: 0, upto: position, entries: [] })])
  }

  function judge(): void {
    mustJudge = false
    const code = whyOver()
    if (code) end(code)
  }

  function end(code: ErrorCode): void {
    outlet.end(code, endEvent(code))
  }

  return {
    advance,
    end,
    drained: outlet.drained,
    closed: outlet.closed,

    /** Makes the reader check its token again before the next write. */
    judgeNext(): void {
      mustJudge = true
    },

    /** The log has another id now: the reader gets a reset, and a new snapshot. */
    restart(): void {
      round++
      next = null
      wasReset = !outlet.blocked
      if (wasReset) outlet.write([reset])
    },

    /** Sends a ping, and closes a dead connection. */
    tick(): void {
      if (outlet.silentFor() > stallTimeout) outlet.cut('the reader has stalled')
      else if (monotonic() >= pingAt) {
        pingAt = monotonic() + pingInterval
        if (!outlet.blocked && !isSendingSnapshot) outlet.write([ping])
      }
    },

    /** Writes the first bytes, so that every proxy on the way forwards the headers. */
    greet: () => outlet.write([ping]),
  }
}

export type Reader = ReturnType<typeof createReader>
