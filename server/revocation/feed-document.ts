// The whole log as one JSON document: every live entry, complete up to the number that comes first. Entries that are
// added meanwhile come after, as they may subsume removed ones.
import { setImmediate } from 'node:timers/promises'
import type { Projection } from '../protocol/log/projection.js'
import type { Revocation } from '../protocol/log/revocation.js'
import { createOutlet, type Outlet, type Sink } from './feed-outlet.js'
import type { FeedPages } from './feed-pages.js'
import type { FeedRing } from './feed-ring.js'
import { rowsText } from './feed-text.js'
import type { Tail } from './tail.js'

/** How long a reader may take no data at all, and how often that is checked, in ms. */
const [stallTimeout, stallInterval] = [30_000, 5_000]

const comma = Buffer.from(',')

export type FeedDocumentDeps = {
  ring: FeedRing
  pages: FeedPages
  projection: Projection
  tail: Pick<Tail, 'logId'>
  /** The log's id, and a position from which on the ring buffer has everything. */
  start: () => { log: string; position: number }
  /** Epoch ms by the database's clock. */
  now: () => number
  /** Monotonic clock, in ms. */
  monotonic: () => number
}

/** @returns a function that writes the document to a connection */
export function createFeedDocument({ ring, pages, projection, tail, start, now, monotonic }: FeedDocumentDeps) {
  async function writeAll(outlet: Outlet): Promise<void> {
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
      if (tail.logId !== logId) return outlet.cut('the log has a new id')
      write(pages.rows(page, position))
      await setImmediate()
    }
    const meanwhile = since(position)
    if (tail.logId !== logId) return outlet.cut('the log has a new id')
    if (meanwhile === null) return outlet.cut('the reader is too slow')
    for (const entries of meanwhile) {
      if (!(await outlet.writable())) return
      write(Buffer.from(rowsText(entries)))
    }
    if (await outlet.writable()) outlet.end('the document is complete', Buffer.from(']}'))
  }

  function since(position: number): (readonly Revocation[])[] | null {
    const first = ring.after(position)
    if (first === null) return null
    const found: (readonly Revocation[])[] = []
    for (let index = first; index < ring.end; index++) found.push(ring.stretch(index)!.entries)
    return found
  }

  return function writeDocument(sink: Sink, closed: (why: string) => void): Outlet {
    const outlet = createOutlet({ sink, monotonic, drained() {}, closed })
    const stalled = setInterval(() => {
      if (outlet.silentFor() > stallTimeout) outlet.cut('the reader has stalled')
    }, stallInterval).unref()
    void writeAll(outlet).finally(() => clearInterval(stalled))
    return outlet
  }
}
