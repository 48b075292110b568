import { feedEntry, positionText } from '../protocol/log/feed.js';
export const ping = Buffer.from(': ping\n\n');
/** Everything that the reader holds is replaced by what follows. */
export const reset = Buffer.from('event: reset\ndata: {}\n\n');
/** Around the rows of one piece of all live entries, which moves no position. */
export const pieceBegin = Buffer.from('event: log\ndata: {"after":0,"upto":0,"entries":[');
export const pieceEnd = Buffer.from(']}\n\n');
/** Entries with commas between them. */
export function rowsText(entries) {
    return entries.map(entry => JSON.stringify(feedEntry(entry))).join(',');
}
export function stretchEvent(log, { after, upto, entries }) {
    const data = `{"after":${after},"upto":${upto},"entries":[${rowsText(entries)}]}`;
    return Buffer.from(`event: log\nid: ${positionText({ log, seq: upto })}\ndata: ${data}\n\n`);
}
export function endEvent(code) {
    return Buffer.from(`event: end\ndata: ${JSON.stringify({ code })}\n\n`);
}
//# sourceMappingURL=feed-text.js.map