/** More are not remembered: what is left out is seen again. */
const mostRemembered = 100_000;
const batch = 250;
export function createLastSeen({ database, deviceStore, now }) {
    let seen = new Map();
    return {
        note(deviceId) {
            if (seen.size < mostRemembered || seen.has(deviceId))
                seen.set(deviceId, now());
        },
        /** Writes down what was seen since. What cannot be written is forgotten: the devices come again. */
        async flush() {
            // In the order of ids, so that two processes cannot deadlock.
            const taken = [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
            seen = new Map();
            for (let from = 0; from < taken.length; from += batch)
                await deviceStore.seen(database, taken.slice(from, from + batch));
        },
    };
}
//# sourceMappingURL=last-seen.js.map