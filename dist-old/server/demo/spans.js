const hour = 3_600_000;
const day = 24 * hour;
/** All in epoch ms, spans in ms. */
export function demoTimes(now, policy) {
    const idle = policy.refresh_token_lifetime * 1000;
    const absolute = policy.session_absolute_lifetime * 1000;
    // For some weeks sessions might lie idle for longer; since the day before yesterday they may not. What was last seen in
    // between is over by the policy in force, though its row does not say so yet.
    const longerIdle = 3 * idle <= absolute ? 3 * idle : idle;
    const longer = { from: now - 20 * day, upto: now - idle - 12 * hour };
    return {
        now,
        absolute,
        idle,
        access: policy.access_token_lifetime * 1000,
        /** Users came from then on, and signed in from then on. */
        firstUser: now - 300 * day,
        firstSignIn: now - Math.min(60 * day, Math.floor(0.8 * policy.ended_session_retention * 1000)),
        longer: { ...longer, idle: longerIdle },
        /** How long a session might lie idle by the policy that was in force at an instant. */
        idleRuleAt: (at) => (at >= longer.from && at < longer.upto ? longerIdle : idle),
    };
}
/** Is this an hour at which people in Tashkent sign in? From 0 to 1. */
export function liveliness(at) {
    const local = new Date(at + 5 * hour);
    const weekend = local.getUTCDay() === 0 || local.getUTCDay() === 6;
    return byHour[local.getUTCHours()] * (weekend ? 0.35 : 1);
}
// biome-ignore format: one for each hour
const byHour = [
    0.06, 0.04, 0.03, 0.03, 0.04, 0.08, 0.2, 0.45, 0.85, 1, 0.95, 0.85,
    0.7, 0.75, 0.85, 0.85, 0.75, 0.65, 0.55, 0.5, 0.45, 0.35, 0.22, 0.12,
];
/** More would not fit into a process's memory at once. */
export const mostDemoUsers = 500_000;
export const mostDemoSessions = 2_000_000;
//# sourceMappingURL=spans.js.map