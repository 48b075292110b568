// The feed on the wire: server-sent events (WHATWG HTML §9.2), as protocol/log/feed.ts defines them.
import type { ErrorCode } from '../protocol/errors.js'
import { feedEntry, positionText } from '../protocol/log/feed.js'
import type { LogAnswer } from '../protocol/log/projection.js'
import type { Revocation } from '../protocol/log/revocation.js'

export const ping = Buffer.from(': ping\n\n')
/** The event `reset`: the entries that follow replace all that the reader holds. */
export const reset = Buffer.from('event: reset\ndata: {}\n\n')
/** Event around the rows of one piece of a snapshot, which moves no position. */
export const pieceBegin = Buffer.from('event: log\ndata: {"after":0,"upto":0,"entries":[')
export const pieceEnd = Buffer.from(']}\n\n')

/** Entries with commas between them. */
export function rowsText(entries: readonly Revocation[]): string {
  return entries.map(entry => JSON.stringify(feedEntry(entry))).join(',')
}

export function stretchEvent(log: string, { after, upto, entries }: LogAnswer): Buffer {
  const data = `{"after":${after},"upto":${upto},"entries":[${rowsText(entries)}]}`
  return Buffer.from(`event: log\nid: ${positionText({ log, seq: upto })}\ndata: ${data}\n\n`)
}

export function endEvent(code: ErrorCode): Buffer {
  return Buffer.from(`event: end\ndata: ${JSON.stringify({ code })}\n\n`)
}
