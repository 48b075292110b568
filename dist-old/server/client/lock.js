// One refresh at a time over all tabs of an origin (Web Locks). The lock saves requests and is not needed to be right: a tab that
// has waited too long refreshes without it, and the server answers every tab within the grace with the same refresh token.
/** Web Locks, where there are any: pages without https and old browsers have none. */
export function webLock() {
    const { navigator } = globalThis;
    const locks = navigator?.locks;
    return locks ? (name, signal, work) => locks.request(name, { signal }, work) : null;
}
/**
 * @param wait for the lock at most, in ms
 * @returns what `work` does, which is run exactly once
 */
export async function whileLocked(lock, name, wait, work) {
    let begun = null;
    const once = () => {
        begun ??= work();
        return begun;
    };
    if (lock === null)
        return once();
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), wait);
    try {
        return await lock(name, waiting.signal, () => {
            clearTimeout(timer);
            return once();
        });
    }
    catch {
        // The failure of the work is told, that of the lock is not.
        return await once();
    }
    finally {
        clearTimeout(timer);
    }
}
//# sourceMappingURL=lock.js.map