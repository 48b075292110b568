// One who follows the log: first all live entries, unless what it holds already can be gone on from; then stretch by stretch.
// Its place is a number of the ring, so that however slow it is it costs no more than what its connection holds; who falls
// behind the ring is cut off, and resumes.
import { setImmediate } from 'node:timers/promises';
import { createOutlet } from './feed-outlet.js';
import { endEvent, pieceBegin, pieceEnd, ping, reset, stretchEvent } from './feed-text.js';
/** Some proxies close what is silent for a minute (nginx: proxy_read_timeout); ms. */
const pingInterval = 15_000;
/** How long a reader may take nothing at all, in ms. */
const patience = 30_000;
/** How much is written in one turn of the event loop. */
const mostAtOnce = 512 * 1_024;
/** @param from the number of the next stretch; null: from the beginning */
export function createReader(deps, from) {
    const { ring, pages, start, mayTell, whyOver, monotonic } = deps;
    let next = from;
    /** How often it was begun anew. */
    let round = 0;
    let isTellingAll = false;
    let wasReset = false;
    let mustJudge = true;
    let pingAt = monotonic() + pingInterval;
    const outlet = createOutlet({ ...deps, drained: advance });
    /** Whatever is due and can be written. */
    function advance() {
        if (mustJudge && !outlet.over)
            judge();
        if (outlet.over || outlet.blocked || isTellingAll || !mayTell())
            return;
        if (next === null) {
            isTellingAll = true;
            void tellAll().finally(() => {
                isTellingAll = false;
                if (!outlet.over)
                    advance();
            });
            return;
        }
        const events = [];
        for (let size = 0; next < ring.end && size < mostAtOnce; next++) {
            const event = ring.event(next);
            if (event === null) {
                outlet.cut('it fell behind');
                return;
            }
            events.push(event);
            size += event.length;
        }
        if (events.length > 0)
            outlet.write(events);
        if (next < ring.end && !outlet.blocked)
            globalThis.setImmediate(advance);
    }
    async function tellAll() {
        const ours = round;
        const { log, position } = start();
        if (!wasReset)
            outlet.write([reset]);
        wasReset = false;
        for (let page = 0; page < pages.count(); page++) {
            if (!(await outlet.writable()) || ours !== round)
                return;
            const rows = pages.rows(page, position);
            if (rows.length > 0)
                outlet.write([pieceBegin, rows, pieceEnd]);
            // Others are served between two pages.
            await setImmediate();
        }
        if (!(await outlet.writable()) || ours !== round)
            return;
        next = ring.after(position);
        if (next === null)
            outlet.cut('it fell behind');
        else
            outlet.write([stretchEvent(log, { after: 0, upto: position, entries: [] })]);
    }
    function judge() {
        mustJudge = false;
        const code = whyOver();
        if (code)
            end(code);
    }
    function end(code) {
        outlet.end(code, endEvent(code));
    }
    return {
        advance,
        end,
        drained: outlet.drained,
        closed: outlet.closed,
        /** Its token is judged before it is told anything more. */
        judgeNext() {
            mustJudge = true;
        },
        /** What it was told is of another log: it is told everything anew. */
        restart() {
            round++;
            next = null;
            wasReset = !outlet.blocked;
            if (wasReset)
                outlet.write([reset]);
        },
        /** Keeps the connection alive, and gives up one that is dead. */
        tick() {
            if (outlet.silentFor() > patience)
                outlet.cut('it took nothing');
            else if (monotonic() >= pingAt) {
                pingAt = monotonic() + pingInterval;
                if (!outlet.blocked && !isTellingAll)
                    outlet.write([ping]);
            }
        },
        /** The first bytes, so that every proxy on the way hands on the headers. */
        greet: () => outlet.write([ping]),
    };
}
//# sourceMappingURL=feed-reader.js.map