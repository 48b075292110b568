// A streaming response that bypasses Koa: its writes wait for nothing but the reader (back-pressure).
import type { FeedEnds } from '../../revocation/feed.js'
import type { Sink } from '../../revocation/feed-outlet.js'
import type { Context } from '../handler.js'

/** How long what was written before the end may take to be taken, in ms. */
const patience = 5_000

/**
 * Answers with whatever `begin` writes, from now on or later.
 * @param begin throws where there is nothing to be written; the refusal is answered as any other
 * @returns resolves when the connection is closed, by either side
 */
export function stream(ctx: Context, type: string, begin: (sink: Sink) => FeedEnds): Promise<void> {
  const { res } = ctx
  let dying: NodeJS.Timeout | undefined

  function sendHead(): void {
    ctx.respond = false
    res.statusCode = 200
    // Nothing on the way keeps it back or packs it (RFC 9111 §5.2.2.6; nginx: proxy_buffering).
    ctx.set({ 'Content-Type': type, 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' })
    res.flushHeaders()
  }

  const sink: Sink = {
    write(parts) {
      if (!res.headersSent) sendHead()
      res.cork()
      for (const part of parts) res.write(part)
      // One packet for all parts.
      res.uncork()
      return !res.writableNeedDrain
    },
    end() {
      res.end()
      dying = setTimeout(() => res.destroy(), patience).unref()
    },
    cut: () => void res.destroy(),
  }
  const closed = new Promise<void>(resolve => res.once('close', resolve))
  const ends = begin(sink)
  res.on('drain', ends.drained)
  // Hung up before anybody listened.
  if (res.destroyed) ends.closed()
  return closed.then(() => {
    clearTimeout(dying)
    ends.closed()
  })
}
