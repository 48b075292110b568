/** Nobody honest shows a number beyond; the log needs numbers to go on to. */
export const farthest = 2 ** 50;
/** Two histories that both have a number tell nothing about how far the other went; further than this is not believed. */
export const farAhead = 2 ** 20;
export function createHighWater({ database, revocationStore, log }) {
    let shown = { seq: 0, by: 'this process' };
    let held = null;
    let wentBack = false;
    /** Is what we hold under a number what the database has there now? A row that is gone has expired. */
    function isOurs({ held: there }, asked) {
        if (!asked || !there || there.seq !== asked.seq)
            return true;
        return ['kind', 'subject', 'effect', 'reason', 'expiresAt'].every(name => there[name] === asked[name]);
    }
    async function writeDown(seq) {
        try {
            await revocationStore.noteSeen(database, seq);
        }
        catch (error) {
            // Tried again at the next read; this process knows it meanwhile.
            log.warn({ err: error }, 'how far the revocation log had come could not be written down');
        }
    }
    /** Somebody whom we believe has shown that the log came to this number. */
    function show(seq, by) {
        if (seq > shown.seq)
            shown = { seq, by };
    }
    return {
        get wentBack() {
            return wentBack;
        },
        /** The last entry that was taken in; null where it is not known, or the log is another. */
        hold(entry) {
            held = entry;
        },
        get held() {
            return held;
        },
        show,
        /** What the next answer is judged by; to be asked for before the question is sent, or an answer that is merely old looks false. */
        mark(position) {
            return position > shown.seq ? { seq: position, by: 'this process' } : shown;
        },
        /**
         * Judges the head of the log against what was known when it was asked for. Numbers only grow, over ids of the log too.
         * @param asked the entry whose row was asked for, where the log is still the same
         * @returns whether the database went back
         */
        async judge(head, mark, asked) {
            if (!isOurs(head, asked))
                show(head.seq + farAhead, 'an entry that is another now');
            const known = shown.by === 'an entry that is another now' ? shown : mark;
            const highest = head.seenSeq > known.seq ? { seq: head.seenSeq, by: 'the record' } : known;
            if (head.seq >= highest.seq) {
                if (wentBack)
                    log.info({ seq: head.seq, logId: head.logId }, 'the database has what was missing: it goes on');
                wentBack = false;
                return false;
            }
            if (!wentBack) {
                log.error({ seq: head.seq, seen: highest.seq, by: highest.by, logId: head.logId }, 'the database went back: it lacks revocations that were already told. Nothing is issued or accepted until `darvoza log advance`');
            }
            wentBack = true;
            if (head.seenSeq < highest.seq)
                await writeDown(highest.seq);
            return true;
        },
    };
}
//# sourceMappingURL=high-water.js.map