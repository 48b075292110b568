// What was used recently, by its key. Two halves: when the young one is full it becomes the old one, and what nobody has asked
// for since is forgotten.
/** @param size how many are kept at the most; 0: none */
export function createRecent(size) {
    const half = Math.max(1, Math.floor(size / 2));
    let young = new Map();
    let old = new Map();
    function keep(key, value) {
        if (size === 0)
            return;
        if (young.size >= half) {
            old = young;
            young = new Map();
        }
        young.set(key, value);
    }
    return {
        keep,
        find(key) {
            const found = young.get(key);
            if (found !== undefined)
                return found;
            const older = old.get(key);
            if (older !== undefined)
                keep(key, older);
            return older;
        },
        forget(key) {
            young.delete(key);
            old.delete(key);
        },
        clear() {
            young = new Map();
            old = new Map();
        },
        size: () => young.size + old.size,
    };
}
//# sourceMappingURL=recent.js.map