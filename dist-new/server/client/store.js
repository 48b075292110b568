// Where a client keeps its tokens. Whatever stands there is text under a name; both may be asked for at once by other tabs.
/** The default: gone with the page or the process, and out of reach of anything else on it. */
export function memoryStore() {
    const texts = new Map();
    return {
        read: name => texts.get(name) ?? null,
        write: (name, text) => void texts.set(name, text),
        remove: name => void texts.delete(name),
    };
}
/**
 * `webStore(() => localStorage)`: shared by all tabs of an origin, and outlives them. Take the function form: where a browser
 * forbids storage the mere name throws. Not for `sessionStorage` where a tab may be duplicated: the copies would each spend the
 * same refresh token, unknown to each other.
 */
export function webStore(storage) {
    const at = () => (typeof storage === 'function' ? storage() : storage);
    return {
        read: name => at().getItem(name),
        write: (name, text) => at().setItem(name, text),
        remove: name => at().removeItem(name),
    };
}
//# sourceMappingURL=store.js.map