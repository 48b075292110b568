// Where what is said to one reader goes. Nothing is queued for who does not take it: whoever says something waits until the
// reader can take more, and says what is due by then.
export function createOutlet({ sink, monotonic, drained, closed }) {
    let blockedSince = null;
    let over = false;
    let wake = null;
    function finish(why) {
        if (over)
            return;
        over = true;
        wake?.();
        closed(why);
    }
    return {
        get over() {
            return over;
        },
        get blocked() {
            return blockedSince !== null;
        },
        /** For how long it has taken nothing, in ms. */
        silentFor: () => (blockedSince === null ? 0 : monotonic() - blockedSince),
        write(parts) {
            if (!over && !sink.write(parts))
                blockedSince ??= monotonic();
        },
        /** @returns whether there is still somebody to write to */
        async writable() {
            if (!over && blockedSince !== null)
                await new Promise(resolve => {
                    wake = resolve;
                });
            wake = null;
            return !over;
        },
        /** With these last words, if anything is taken: who takes nothing would keep its connection for as long as it likes. */
        end(why, words) {
            if (over)
                return;
            if (blockedSince === null) {
                sink.write([words]);
                sink.end();
            }
            else
                sink.cut();
            finish(why);
        },
        cut(why) {
            if (!over)
                sink.cut();
            finish(why);
        },
        drained() {
            blockedSince = null;
            wake?.();
            if (!over)
                drained();
        },
        closed: () => finish('it hung up'),
    };
}
//# sourceMappingURL=feed-outlet.js.map