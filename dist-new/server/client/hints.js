export const noHints = { tell() { }, close() { } };
/** @param hear is told of what other tabs did, never of one's own; null: something was done, and not said what */
export function openHints(name, hear) {
    const channel = openChannel(name);
    // A message may overtake the change that it is about: browsers bring what is in localStorage to other processes in their own
    // time, and this event comes with it.
    const { addEventListener, removeEventListener } = globalThis;
    const stored = ({ key }) => {
        if (key === name || key === null)
            hear(null);
    };
    addEventListener?.('storage', stored);
    if (channel) {
        channel.onmessage = ({ data }) => {
            const hint = hintIn(data);
            if (hint)
                hear(hint);
        };
        // Node: nobody stays for it.
        channel.unref?.();
    }
    return {
        tell(hint) {
            try {
                channel?.postMessage(hint);
            }
            catch {
                // Closed: the others see it when they look.
            }
        },
        close() {
            removeEventListener?.('storage', stored);
            channel?.close();
        },
    };
}
function openChannel(name) {
    const { BroadcastChannel: Made } = globalThis;
    try {
        return Made ? new Made(name) : null;
    }
    catch {
        return null;
    }
}
const names = new Set(['refreshed', 'signed_in', 'signed_out']);
function hintIn(data) {
    const { changed, reason } = (data ?? {});
    if (!names.has(changed))
        return null;
    return { changed: changed, reason: typeof reason === 'string' ? reason.slice(0, 60) : undefined };
}
//# sourceMappingURL=hints.js.map