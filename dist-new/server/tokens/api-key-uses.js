/** More are not remembered: what is left out is used again. */
const mostRemembered = 50_000;
const day = 86_400_000;
export function createApiKeyUses({ database, apiKeyStore, now }) {
    /** What is to be written, by key. */
    let used = new Map();
    /** Keys with addresses that were noted on a day. */
    let noted = { day: 0, of: new Set() };
    return {
        note({ id, lastUsedAt, lastUsedAddress }, address) {
            const at = now();
            const today = Math.floor(at / day);
            if (lastUsedAt !== null && Math.floor(lastUsedAt / day) >= today && lastUsedAddress === address)
                return;
            if (noted.day !== today)
                noted = { day: today, of: new Set() };
            const what = `${id} ${address}`;
            if (noted.of.has(what) || noted.of.size >= mostRemembered)
                return;
            noted.of.add(what);
            used.set(id, { at, address });
        },
        /** Writes down what was used since, one row a statement. What cannot be written is forgotten. */
        async flush() {
            const taken = used;
            used = new Map();
            for (const [id, { at, address }] of taken)
                await apiKeyStore.used(database, id, at, address);
        },
    };
}
//# sourceMappingURL=api-key-uses.js.map