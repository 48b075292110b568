// A streaming response that bypasses Koa: writes wait only for the client to read (back-pressure).
import type { FeedEnds } from '../../revocation/feed.js'
import type { Sink } from '../../revocation/feed-outlet.js'
import type { Context } from '../handler.js'

/** How long a client may take to read the rest of a stream that has ended, in ms. */
const endTimeout = 5_000

/**
 * Answers with what `begin` writes, now or later.
 * @param begin throws if there is nothing to write; the refusal is answered like any other
 * @returns resolves when the connection is closed, by either side
 */
export function stream(ctx: Context, type: string, begin: (sink: Sink) => FeedEnds): Promise<void> {
  const { res } = ctx
  let endTimer: NodeJS.Timeout | undefined

  function sendHead(): void {
    ctx.respond = false
    res.statusCode = 200
    // No proxy buffers or compresses the stream (RFC 9111 §5.2.2.6; nginx: proxy_buffering).
    ctx.set({ 'Content-Type': type, 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' })
    res.flushHeaders()
  }

  const sink: Sink = {
    write(parts) {
      if (!res.headersSent) sendHead()
      res.cork()
      for (const part of parts) res.write(part)
      // `cork` and `uncork`: all parts are sent in one packet.
      res.uncork()
      return !res.writableNeedDrain
    },
    end() {
      res.end()
      endTimer = setTimeout(() => res.destroy(), endTimeout).unref()
    },
    cut: () => void res.destroy(),
  }
  const closed = new Promise<void>(resolve => res.once('close', resolve))
  const ends = begin(sink)
  res.on('drain', ends.drained)
  // The client closed the connection before the `close` listener was set.
  if (res.destroyed) ends.closed()
  return closed.then(() => {
    clearTimeout(endTimer)
    ends.closed()
  })
}
