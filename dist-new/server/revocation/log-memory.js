export function createLogMemory({ logMarkStore, log }) {
    let remembered = [];
    /** Ids that the log has had, the present one last. */
    let ids = [];
    /** What was written down last, and whether it was found there afterwards: another process may write at the same time. */
    let noted = { seq: -1, id: '', isSure: false };
    let complained = false;
    function complain(error) {
        if (complained)
            return;
        complained = true;
        const { code = 'not readable' } = error;
        const message = 'how far the revocation log has come cannot be kept in DATA_DIR: a restored database may go unnoticed';
        log.warn({ reason: code }, message);
    }
    return {
        /** Whether this process writes marks. */
        get isKept() {
            return noted.id !== '';
        },
        /** To be called before the head is asked for: a mark that is newer than the answer proves nothing. */
        async recall() {
            try {
                remembered = await logMarkStore.readAll();
            }
            catch (error) {
                complain(error);
            }
        },
        /**
         * The number up to which a log is known to have come that stands at this head now; null where none is known.
         * @param anywhere whether it counts also where the log was in another database: restored to a new machine, or a copy
         */
        knownOf({ logId, seq }, anywhere) {
            const isHere = (mark) => mark.database === logMarkStore.database;
            const mark = remembered.find(one => one.ids.includes(logId) && (anywhere || isHere(one)));
            if (mark) {
                ids = mark.ids;
                // It has had another id since: `log advance` is undone.
                return mark.ids.at(-1) === logId ? mark.seq : Math.max(mark.seq, seq + 1);
            }
            // Advanced while nobody was here; or a database that was made anew.
            const before = remembered.find(one => isHere(one) && one.seq <= seq);
            ids = [...(before?.ids ?? []), logId];
            return null;
        },
        /** Writes down where the log stands. Nothing waits for it, and it may fail. */
        async note(logId, seq) {
            if (logId === '')
                return;
            if (noted.isSure && noted.seq === seq && noted.id === logId)
                return;
            if (ids.at(-1) !== logId)
                ids = [...ids.filter(id => id !== logId), logId];
            const isSure = noted.seq === seq && noted.id === logId;
            try {
                await logMarkStore.note(ids, seq);
                noted = { seq, id: logId, isSure };
                complained = false;
            }
            catch (error) {
                complain(error);
            }
        },
    };
}
//# sourceMappingURL=log-memory.js.map