// Where a client keeps the key that its tokens are bound to (RFC 9449). The private half cannot be read, also not by what stands
// on the page with it: it signs, and leaves nowhere.
/** The key is gone with the page or the process, and so is the use of what is bound to it. */
export function memoryKeys() {
    const kept = new Map();
    return {
        keep(name, make) {
            const made = kept.get(name) ?? make();
            kept.set(name, made);
            // One that could not be made is made again.
            made.catch(() => kept.delete(name));
            return made;
        },
    };
}
const table = 'keys';
/** Shared by all tabs of an origin, and outlives them. @returns null where there is none, as in Node */
export function indexedDbKeys() {
    const { indexedDB } = globalThis;
    if (!indexedDB)
        return null;
    function open() {
        const opening = indexedDB.open('darvoza');
        opening.onupgradeneeded = () => opening.result.createObjectStore(table);
        return done(opening);
    }
    async function within(work) {
        const database = await open();
        try {
            return await work(database.transaction(table, 'readwrite').objectStore(table));
        }
        finally {
            database.close();
        }
    }
    return {
        async keep(name, make) {
            const kept = await within(objects => done(objects.get(name)));
            if (isPair(kept))
                return kept;
            const made = await make();
            // Fails where another tab was faster: that one's is taken.
            await within(objects => done(objects.add(made, name))).catch(() => { });
            const first = await within(objects => done(objects.get(name)));
            return isPair(first) ? first : made;
        },
    };
}
function done(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = event => {
            // The promise rejects; without this the error event would bubble and abort the transaction.
            event.preventDefault();
            reject(request.error);
        };
    });
}
function isPair(value) {
    return typeof value === 'object' && value !== null && 'privateKey' in value && 'publicKey' in value;
}
//# sourceMappingURL=key-store.js.map