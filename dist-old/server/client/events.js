// What a client tells those who listen.
export function createEvents() {
    const listeners = new Map();
    return {
        /** @returns what stops it */
        on(name, listener) {
            const those = listeners.get(name) ?? new Set();
            listeners.set(name, those.add(listener));
            return () => void those.delete(listener);
        },
        emit(name, event) {
            for (const listener of (listeners.get(name) ?? [])) {
                try {
                    listener(event);
                }
                catch (error) {
                    // A mistake of the listener's: it is reported as one of an EventTarget's is, and stops nobody here.
                    queueMicrotask(() => {
                        throw error;
                    });
                }
            }
        },
    };
}
//# sourceMappingURL=events.js.map