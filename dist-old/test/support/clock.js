import { parseDuration } from '../../server/policy/durations.js';
export function aClock(start = Date.parse('2026-01-05T09:00:00Z')) {
    let now = start;
    return {
        now: () => now,
        advance(duration) {
            const milliseconds = /^(\d+)ms$/.exec(duration);
            now += milliseconds ? Number(milliseconds[1]) : parseDuration(duration) * 1000;
        },
    };
}
/** The real one, with what a test adds to it: for programs beside the server that look at the time themselves. */
export function aRunningClock() {
    const ahead = aClock(0);
    return { now: () => Date.now() + ahead.now(), advance: ahead.advance };
}
//# sourceMappingURL=clock.js.map