/** After so long without an answer, in ms, the outage is written down before anybody is judged by it. */
const silence = 2_000;
export function createOutages({ database, heartbeatStore, now, elapsed }) {
    let answeredAt = Number.NEGATIVE_INFINITY;
    let own = null;
    /** Seen, and perhaps not written down. */
    let owed = false;
    async function settle() {
        if (!owed)
            return;
        await heartbeatStore.beat(database, now());
        owed = false;
    }
    return {
        /**
         * The database has just answered. The first client may be back before the next beat; without the outage its lost answer
         * would look like a stolen one. Nothing waits for that write: where it fails, what is read is fresh all the same.
         */
        answered() {
            const at = elapsed();
            const silent = at - answeredAt;
            if (silent > silence) {
                owed = true;
                settle().catch(() => { });
            }
            // The others may have served meanwhile: whoever comes only to us had no answer all the same.
            if (silent > silence && Number.isFinite(silent))
                own = { startedAt: now() - silent, endedAt: now() };
            answeredAt = at;
        },
        /**
         * The latest of either kind, null where there was none.
         * @throws database_unavailable rather than judge somebody by less
         */
        async known() {
            await settle();
            return [own, await heartbeatStore.outage(database)];
        },
    };
}
//# sourceMappingURL=outages.js.map