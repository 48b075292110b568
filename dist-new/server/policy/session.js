// When a session is over. Judged at sign-in, refresh and in lists against the policy in force, so that a tightened policy
// needs no mass update and can be undone. Times are epoch ms.
import { anyOther } from './eras.js';
/** What lists tell of a session: that it lives, or why it is over. */
export const sessionStates = ['live', 'ended', 'superseded', 'idle', 'absolute'];
/** Why the session is over, or null while it lives. */
export function sessionEnd(session, ended, now, policy) {
    if (session.endedAt !== null)
        return 'ended';
    if (session.seq < Math.max(ended.user, ended.application, ended.log))
        return 'superseded';
    if (now >= absoluteEnd(session, policy))
        return 'absolute';
    if (now >= idleEnd(session, policy))
        return 'idle';
    return null;
}
export function sessionTerms(now, eras) {
    const applications = [...eras.overrides.keys()].map(id => ({ id, lifetimes: lifetimesOf(id, eras) }));
    return { now, lifetimes: lifetimesOf(anyOther, eras), applications };
}
function lifetimesOf(applicationId, { list, of }) {
    const lifetimes = [];
    for (const { from, upto } of list) {
        const policy = of({ policyVersion: from, applicationId });
        const [idle, absolute] = [policy.refresh_token_lifetime * 1000, policy.session_absolute_lifetime * 1000];
        const last = lifetimes.at(-1);
        if (last?.idle === idle && last.absolute === absolute)
            last.upto = upto;
        else
            lifetimes.push({ from, upto, idle, absolute });
    }
    return lifetimes;
}
export function accessSpans({ list, overrides, of }) {
    const overriding = [...overrides.keys()];
    const spansOf = (applicationId, only) => list.map(({ from, upto }) => {
        const lifetime = of({ policyVersion: from, applicationId }).access_token_lifetime * 1000;
        return { from, upto, lifetime, only, except: only === null ? overriding : [] };
    });
    return [...spansOf(anyOther, null), ...overriding.flatMap(id => spansOf(id, id))];
}
/** With rotation each refresh moves the idle end; without, it stands where the sign-in put it. */
export function idleEnd(session, policy) {
    return Math.min(session.expiresAt, session.rotatedAt + policy.refresh_token_lifetime * 1000);
}
export function absoluteEnd(session, policy) {
    return session.createdAt + policy.session_absolute_lifetime * 1000;
}
//# sourceMappingURL=session.js.map