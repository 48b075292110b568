import { diceOf, uuidOf } from './dice.js';
import { demoRoles } from './plan.js';
import { anAttackersAgent, carrier } from './surroundings.js';
/** Ends that are no entry of the revocation log: time ran out. */
const silent = new Set(['expired']);
/** Ends of all that a user has are one entry. */
const ofUser = new Set(['user_disabled', 'user_deleted', 'password_changed', 'all_ended']);
export function historyOf(plan, { seed, boss, applications, policyChanges, }) {
    const { users, times } = plan;
    const helper = users.find(user => user.roles.includes('support')) ?? null;
    const revocations = [];
    const roles = Object.entries(demoRoles).map(([name, permissions]) => ({
        at: times.firstUser,
        action: 'role_created',
        user: null,
        more: { name, permissions },
    }));
    const made = applications.map(more => ({
        at: times.firstUser,
        action: 'application_created',
        user: null,
        more,
    }));
    const events = [...roles, ...made, ...policyChanges];
    for (const user of users) {
        events.push({ at: user.createdAt, action: 'user_imported', user });
        for (const session of user.sessions) {
            for (let tries = session.failures; tries > 0; tries--)
                events.push({ at: session.createdAt - tries * 9_000, action: 'sign_in_failed', user, session });
            events.push({ at: session.createdAt, action: 'signed_in', user, session });
            const { end } = session;
            if (end === null || silent.has(end.why) || ofUser.has(end.why))
                continue;
            const trigger = end.why;
            const actor = end.why === 'refresh_token_reused' ? 'system' : `user:${endedBy(session, user, helper).id}`;
            revocations.push({ at: end.at, trigger, subject: session.id, exceptSid: null, actor });
            const action = sessionActions[end.why];
            if (action)
                events.push({ at: end.at, action, user, session });
        }
        for (const device of user.devices) {
            const [session] = device.sessions;
            if (device.endedAt !== null)
                events.push({ at: device.endedAt, action: 'device_ended', user, session: session });
        }
        if (user.fate) {
            const { what, at, keptBy } = user.fate;
            const actor = what === 'password_changed' ? `user:${user.id}` : boss;
            revocations.push({ at, trigger: what, subject: String(user.id), exceptSid: keptBy?.id ?? null, actor });
            events.push({ at, action: fateActions[what], user });
        }
    }
    const attack = anAttack(plan, diceOf(seed, 'attack'));
    for (const event of attack)
        events.push(event);
    revocations.sort((a, b) => a.at - b.at);
    events.sort((a, b) => a.at - b.at);
    return { revocations, events, helper, boss, attack };
}
/** Who made all this. */
export const demoActor = 'operator:demo';
const sessionActions = {
    sign_out: 'signed_out',
    session_ended: 'session_ended',
    refresh_token_reused: 'refresh_token_reused',
};
const fateActions = {
    user_disabled: 'user_disabled',
    user_deleted: 'user_deleted',
    password_changed: 'password_changed',
    all_ended: 'sessions_ended',
};
export function endedBy(session, user, helper) {
    // Nobody helps somebody who may do more.
    return session.end?.why === 'session_ended' && helper && mayHelp(user) ? helper : user;
}
function mayHelp({ roles }) {
    return !roles.some(role => role === 'auditor');
}
/** One night somebody tried the same passwords with many names, from one address. */
function anAttack({ users, times }, dice) {
    const address = carrier(dice);
    const from = times.now - 3 * 86_400_000 - dice.below(3_600_000);
    const there = users.filter(user => user.createdAt < from && user.fate?.what !== 'user_deleted');
    const count = Math.min(2_000, there.length, 20 + Math.floor(users.length / 20));
    return Array.from({ length: count }, (_, index) => ({
        at: from + index * 700,
        action: 'sign_in_failed',
        user: dice.pick(there),
        more: { address, userAgent: anAttackersAgent },
    }));
}
/** The request that an event came in. */
export function requestIdOf(seed, event) {
    return uuidOf(seed, 'request', event.at, event.user?.id ?? 0, event.action);
}
//# sourceMappingURL=history.js.map