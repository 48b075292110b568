export const dayLength = 86_400_000;
export function createLegacyCounts({ database, legacyTokenStore, now }) {
    /** By day and what. */
    let counted = new Map();
    function add({ day, what, value }) {
        const known = counted.get(`${day} ${what}`);
        if (known)
            known.value += value;
        else
            counted.set(`${day} ${what}`, { day, what, value });
    }
    return {
        count(what) {
            const at = now();
            add({ day: at - (at % dayLength), what, value: 1 });
        },
        /** What cannot be written is kept for the next time. */
        async flush() {
            if (counted.size === 0)
                return;
            // In one order, so that two processes cannot deadlock.
            const taken = [...counted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
            counted = new Map();
            try {
                await legacyTokenStore.count(database, taken);
            }
            catch (error) {
                for (const one of taken)
                    add(one);
                throw error;
            }
        },
    };
}
//# sourceMappingURL=legacy-counts.js.map