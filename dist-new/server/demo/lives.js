// One person's devices and sessions, from the first sign-in to the end of each, as the rules would have let them happen:
// a sign-in ends the device's older session of the application, time runs out where nobody refreshes, and an "end all" ends
// what is open.
import { ownApplicationId } from '../policy/application-metadata.js';
import { liveliness } from './spans.js';
import { anAddress, aUserAgent, placesOf } from './surroundings.js';
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** @param from since when there is the person; @param count of sign-ins */
export function aLife(dice, rules, from, count) {
    const { times, applicationIds, newId } = rules;
    const places = placesOf(dice);
    const devices = Array.from({ length: howManyDevices(dice, count) }, () => ({
        id: newId(),
        userAgent: aUserAgent(dice),
        sessions: [],
        endedAt: null,
    }));
    const sessions = signInTimes(dice, Math.max(from + 10 * minute, times.firstSignIn), times.now - 2 * minute, count).map((createdAt, index) => {
        const device = devices[index < devices.length ? index : Math.floor(devices.length * dice.next() ** 1.7)];
        const session = {
            id: newId(),
            device,
            applicationId: dice.pick(applicationIds),
            address: anAddress(dice, places),
            createdAt,
            ...{
                seenAt: createdAt,
                refreshes: 0,
                expiresAt: 0,
                end: null,
                failures: dice.chance(0.06) ? 1 + dice.below(3) : 0,
            },
        };
        device.sessions.push(session);
        return session;
    });
    const fate = aFate(dice, sessions, times);
    for (const device of devices) {
        const lastSignIn = device.sessions.at(-1).createdAt;
        const endedAt = lastSignIn + Math.ceil(dice.wait(20 * hour)) + 5 * minute;
        if (dice.chance(0.03) && endedAt < Math.min(times.now - minute, fate?.at ?? times.now))
            device.endedAt = endedAt;
    }
    for (const session of sessions)
        live(dice, rules, session, fate);
    return { devices, sessions, fate };
}
function howManyDevices(dice, count) {
    return Math.min(count, 1 + (dice.chance(0.6) ? 1 : 0) + (dice.chance(0.25) ? 1 : 0) + (dice.chance(0.08) ? 2 : 0));
}
/** Sorted, no two alike. */
function signInTimes(dice, from, upto, count) {
    const times = [];
    for (let tries = 0; times.length < count; tries++) {
        const at = Math.floor(from + dice.next() * (upto - from));
        if (dice.chance(liveliness(at)) || tries > 20 * count)
            times.push(at);
    }
    times.sort((a, b) => a - b);
    for (let index = 1; index < count; index++)
        times[index] = Math.max(times[index], times[index - 1] + 1);
    return times;
}
function aFate(dice, sessions, { now }) {
    const what = dice.weighted([
        [null, 915],
        ['user_disabled', 12],
        ['user_deleted', 4],
        ['password_changed', 60],
        ['all_ended', 9],
    ]);
    const last = sessions.at(-1);
    if (what === null || !last)
        return null;
    if (what === 'password_changed') {
        // It asks for a fresh sign-in, and the session it was changed in stays.
        const keptBy = dice.pick(sessions);
        const at = keptBy.createdAt + minute + dice.below(3 * minute);
        return at < now && !sessions.some(one => one.createdAt > keptBy.createdAt && one.createdAt <= at)
            ? { what, at, keptBy }
            : null;
    }
    const at = last.createdAt + Math.ceil(dice.wait(day)) + minute;
    return at < now - minute ? { what, at, keptBy: null } : null;
}
function live(dice, { times, reuse }, session, fate) {
    const { now, absolute, access } = times;
    const { device, createdAt, applicationId } = session;
    const isKept = fate?.keptBy === session;
    // Sessions that codes open stand side by side.
    const replacedAt = applicationId === ownApplicationId &&
        device.sessions.find(one => one.createdAt > createdAt && one.applicationId === applicationId);
    const cut = firstOf([
        ...(replacedAt ? [{ at: replacedAt.createdAt, why: 'replaced' }] : []),
        ...(device.endedAt === null ? [] : [{ at: device.endedAt, why: 'device_ended' }]),
        ...(fate && fate.at > createdAt && !isKept ? [{ at: fate.at, why: fate.what }] : []),
    ]);
    const horizon = Math.min(cut?.at ?? now, now);
    const isBusy = cut === null && dice.chance(0.55) && createdAt > now - absolute + hour;
    const wished = isBusy ? now - dice.next() * Math.min(access * 4, times.idle / 2) : createdAt + dice.wait(30 * hour);
    const latest = Math.min(horizon - 30_000, createdAt + absolute - minute);
    const seenAt = Math.floor(wished < latest ? wished : latest - dice.next() * Math.min(access, latest - createdAt));
    if (seenAt > createdAt + access / 2) {
        session.seenAt = seenAt;
        session.refreshes = 1 + Math.floor(((seenAt - createdAt) / access) * (0.2 + 0.3 * dice.next()));
    }
    const idleEnd = session.seenAt + times.idleRuleAt(session.seenAt);
    session.expiresAt = Math.min(idleEnd, createdAt + absolute);
    const endings = [
        ...(cut ? [cut] : []),
        // What ran out in these minutes has not been tidied away yet.
        ...(session.expiresAt <= now - 10 * minute ? [{ at: session.expiresAt, why: 'expired' }] : []),
        ...(isBusy || isKept ? [] : ownEnding(dice, session, reuse)),
    ];
    session.end = firstOf(endings.filter(one => one.at < now && mayEnd(session, one, times)));
}
/** Only what lives is replaced or signed out; what is over by its time alone can still be ended with all the others. */
function mayEnd({ seenAt, expiresAt }, { at, why }, times) {
    if (why === 'expired')
        return true;
    if (at >= expiresAt)
        return false;
    return !needsLife.has(why) || at < seenAt + times.idleRuleAt(at);
}
const needsLife = new Set(['replaced', 'sign_out', 'refresh_token_reused']);
/** Something that the person, an administrator or an attacker did while the session was open. */
function ownEnding(dice, { seenAt, refreshes }, reuse) {
    const at = seenAt + minute + dice.below(20 * minute);
    if (refreshes > 1 && dice.chance(reuse))
        return [{ at, why: 'refresh_token_reused' }];
    if (dice.chance(0.35))
        return [{ at, why: 'sign_out' }];
    return dice.chance(0.012) ? [{ at: at + hour, why: 'session_ended' }] : [];
}
function firstOf(endings) {
    return endings.reduce((first, one) => (first === null || one.at < first.at ? one : first), null);
}
//# sourceMappingURL=lives.js.map