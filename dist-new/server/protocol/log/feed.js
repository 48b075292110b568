// How the revocation log is told to resource servers: what the server writes and the verifier reads. Server-sent events
// (WHATWG HTML §9.2) named `log`, whose data is one stretch of the log; their id is the position behind it.
//
// A reader that resumes gets what follows its position. Any other gets the event `reset` first, then every live entry in
// pieces that move no position ({ after: 0, upto: 0 }), in no order; the last piece has the position and the id. What was
// written meanwhile may stand in a piece and comes again in a later stretch.
import { isJsonObject } from '../json.js';
import { revocationKinds } from './revocation.js';
/** How long a lease is, in ms. */
export const leaseTime = 2_000;
/** How old what a server knows of the log may be when it says what a token is worth, in ms (revocation/freshness.ts). */
export const freshTime = 1_000;
/** `LOG:SEQ`, as in `Last-Event-ID`. */
export function positionText({ log, seq }) {
    return `${log}:${seq}`;
}
/** @returns null where the text is no position */
export function readPosition(text) {
    const [, log, seq] = /^([0-9a-f]{1,64}):(0|[1-9]\d{0,15})$/.exec(text) ?? [];
    return log !== undefined && Number.isSafeInteger(Number(seq)) ? { log, seq: Number(seq) } : null;
}
export function feedEntry({ seq, kind, subject, effect, exceptSid, expiresAt }) {
    return { seq, kind, subject, effect, except_sid: exceptSid, expires_at: Math.ceil(expiresAt / 1000) };
}
/** @returns null where it is no stretch: a reader that took half of one would think itself complete */
export function readStretch(value) {
    if (!isJsonObject(value))
        return null;
    const { after, upto, entries } = value;
    if (!isCount(after) || !isCount(upto) || after > upto || !Array.isArray(entries))
        return null;
    const read = entries.map(readEntry);
    return read.every(entry => entry !== null) ? { after, upto, entries: read } : null;
}
function readEntry(value) {
    if (!isJsonObject(value))
        return null;
    const { seq, kind, subject, effect, except_sid: exceptSid, expires_at: expiresAt } = value;
    const isRight = isCount(seq) &&
        revocationKinds.some(one => one === kind) &&
        typeof subject === 'string' &&
        (effect === 'end' || effect === 'refresh') &&
        (exceptSid === null || typeof exceptSid === 'string') &&
        isCount(expiresAt);
    if (!isRight)
        return null;
    const known = { seq, kind: kind, subject, effect, exceptSid, reason: '' };
    return { ...known, expiresAt: expiresAt * 1000 };
}
function isCount(value) {
    return Number.isSafeInteger(value) && value >= 0;
}
//# sourceMappingURL=feed.js.map