export function createEvents() {
    const listeners = new Map();
    return {
        /** @returns what ends it */
        on(name, listener) {
            const those = listeners.get(name) ?? new Set();
            listeners.set(name, those.add(listener));
            return () => void those.delete(listener);
        },
        /** @returns whether anybody listens */
        tell(name, about) {
            const those = [...(listeners.get(name) ?? [])];
            for (const listener of those) {
                try {
                    listener(about);
                }
                catch {
                    // Its own business.
                }
            }
            return those.length > 0;
        },
        clear: () => listeners.clear(),
    };
}
//# sourceMappingURL=events.js.map