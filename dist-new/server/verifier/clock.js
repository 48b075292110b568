export function createClock({ clocks, clockTolerance }) {
    /** What the server said, and when it was asked. */
    let told = null;
    const instant = () => ({ monotonic: clocks.monotonic(), wall: clocks.wall() });
    /** At the least, which only grows while the machine runs. */
    const ran = (since) => clocks.monotonic() - since.monotonic;
    /** At the most; a wall clock that somebody has set counts by how far. */
    const elapsed = (since) => Math.max(ran(since), Math.abs(clocks.wall() - since.wall));
    return {
        instant,
        elapsed,
        /** Takes the server's time (epoch ms), as it was at some instant after `at`. */
        take(at, now) {
            if (told === null || at.monotonic >= told.at.monotonic)
                told = { at, now };
        },
        /** Whether the server has told what time it is. */
        isTold: () => told !== null,
        /** Epoch ms; before the server has told anything by this machine's clock, as much earlier as it may be wrong. */
        now: () => (told ? told.now + ran(told.at) : clocks.wall() - clockTolerance * 1_000),
        /** The latest that it may be. */
        latest: () => (told ? told.now + elapsed(told.at) : clocks.wall() - clockTolerance * 1_000),
    };
}
//# sourceMappingURL=clock.js.map