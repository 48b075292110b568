// Makes room for a new session: the one it replaces ends, and what is too many by the policy's limits of sessions and of
// devices. Only a few at each sign-in: a backlog, as after an import or a lowered limit, is worked off little by little.
import { scopeWords } from '../../policy/application-metadata.js';
import { absoluteEnd, sessionEnd } from '../../policy/session.js';
import { countStaying, countsByItself, mostBeside } from '../../policy/session-limit.js';
import { refuse } from '../../protocol/errors.js';
/** How many end with one sign-in for being too many. */
const mostAtOnce = { sessions: 10, devices: 3, sessionsOfDevices: 15 };
/** How many of the oldest sessions are looked at: some are over and only not marked yet. */
const oldestLookedAt = 50;
/** How many sessions of one application codes may open on one device: more are those of tabs that are gone. */
const mostOnDevice = 25;
export function createSessionRoom({ sessionStore, deviceStore, now }) {
    const lives = (one, eras) => sessionEnd(one, one.ended, now(), eras.of(one)) === null;
    /** A password opened it for a client with a pair: not a browser's, which holds it by a cookie. */
    const hasPair = ({ grantType, refreshable }) => grantType === 'password' && refreshable;
    const counts = (one, eras) => countsByItself(one, one.browser !== null && lives(one.browser, eras));
    /**
     * Under the user's lock: whoever signs in at the same time comes after. What a code opens ends no older one: two tabs of
     * one application would sign each other out.
     * @throws session_limit_reached, and nothing is changed
     */
    async function make(tx, change, opening, { replaces, ended, eras }) {
        if (opening.browserSid !== null) {
            await change.recordEnds(await tooManyBeside(tx, opening, { ended, eras }));
            return;
        }
        const ends = new Map();
        if (replaces)
            for (const one of await sessionStore.ofApplicationOn(tx, opening.deviceId, opening.applicationId))
                if (hasPair(one) && lives({ ...one, ended }, eras))
                    ends.set(one.id, 'replaced');
        const ending = await findDevices(tx, opening, eras, ends);
        await findSessions(tx, opening, eras, ends);
        // Devices before sessions, each in the order of their ids, as others lock them.
        for (const { id, open } of ending) {
            if (!(await deviceStore.end(tx, id, now())))
                continue;
            const before = { user: opening.userId, sessions: open };
            change.note({ action: 'device_ended', subject: id, before, after: { reason: 'device_limit' } });
        }
        await change.recordEnds(ends);
    }
    /** First those that were never refreshed and whose only access token is over, then the one seen longest ago. */
    async function tooManyBeside(tx, opening, { ended, eras }) {
        const found = await sessionStore.ofApplicationOn(tx, opening.deviceId, opening.applicationId);
        const live = found.filter(one => lives({ ...one, ended }, eras));
        const isLeft = (one) => one.generation === 1 && one.rotatedAt + eras.of(one).access_token_lifetime * 1000 <= now();
        const missedLeastFirst = live.sort((a, b) => Number(isLeft(b)) - Number(isLeft(a)) || a.lastSeenAt - b.lastSeenAt || (a.id < b.id ? -1 : 1));
        return new Map(missedLeastFirst.slice(0, Math.max(0, live.length + 1 - mostOnDevice)).map(one => [one.id, 'replaced']));
    }
    /**
     * An application that has no refresh tokens comes back to the authorization endpoint each time: its session that is there
     * goes on, by what the code says of the sign-in.
     * @returns the session as it stands now; null where there is none, or its end has come while it was looked at
     */
    async function retake(tx, opening, { ended, eras }) {
        if (opening.browserSid === null || opening.refreshable)
            return null;
        const at = now();
        const alike = (await sessionStore.childrenAlike(tx, opening)).filter(one => {
            const rules = eras.of(one);
            // Not one whose tokens would be shorter for its age.
            const isYoung = absoluteEnd(one, rules) - at >= rules.access_token_lifetime * 1000;
            return isYoung && lives({ ...one, ended }, eras) && isAlike(one, opening);
        });
        const last = alike.sort((a, b) => b.createdAt - a.createdAt)[0];
        if (!last)
            return null;
        const { seq, authenticatedAt, address } = opening;
        const rules = eras.of(last);
        const expiresAt = Math.min(at + rules.refresh_token_lifetime * 1000, absoluteEnd(last, rules));
        const taken = { seq, authenticatedAt, address, rotatedAt: at, lastSeenAt: at, expiresAt };
        return (await sessionStore.retake(tx, last.id, taken)) ? { ...last, ...taken } : null;
    }
    /** A device with very many sessions loses some of them, and ends with a later sign-in. */
    async function findDevices(tx, { userId, deviceId }, eras, ends) {
        const most = eras.latest.max_devices_per_user;
        if (most === 0)
            return [];
        const ending = [];
        let left = mostAtOnce.sessionsOfDevices;
        for (const id of await deviceStore.overLimitOf(tx, userId, deviceId, most, mostAtOnce.devices)) {
            const open = (await sessionStore.onDevice(tx, id, left + 1)).map(session => session.id);
            for (const one of open.slice(0, left))
                ends.set(one, 'device_limit');
            if (open.length > left)
                break;
            left -= open.length;
            ending.push({ id, open });
        }
        return ending.sort((a, b) => (a.id < b.id ? -1 : 1));
    }
    async function findSessions(tx, opening, eras, ends) {
        const { max_sessions_per_user: most, at_session_limit } = eras.of(opening);
        const refusedFrom = most > 0 && at_session_limit === 'refuse' ? most : Infinity;
        const least = Math.min(refusedFrom - 1, ...eras.list.map(era => mostBeside(era.policy)));
        // By far most people have not so many, and the index alone says so.
        if (least === Infinity || !(await sessionStore.hasMoreThan(tx, opening.userId, least)))
            return;
        const staying = countStaying();
        staying.isOverLimit(eras.of(opening));
        const overLimit = [];
        let others = 0;
        for await (const one of sessionStore.newestOf(tx, opening.userId)) {
            if (ends.has(one.id) || !lives(one, eras) || !counts(one, eras))
                continue;
            if (++others >= refusedFrom)
                throw refuse('session_limit_reached');
            if (staying.isOverLimit(eras.of(one)))
                overLimit.push(one);
            if (overLimit.length === mostAtOnce.sessions && refusedFrom === Infinity)
                break;
        }
        const last = overLimit.at(-1);
        if (last && overLimit.length >= mostAtOnce.sessions) {
            // There may be more: then the oldest go first. Whatever is older than these is too many as well.
            for (const one of (await sessionStore.oldestOf(tx, opening.userId, oldestLookedAt)).reverse())
                if (isOlder(one, last) &&
                    !ends.has(one.id) &&
                    lives(one, eras) &&
                    counts(one, eras) &&
                    staying.isCrowdedFor(eras.of(one)))
                    overLimit.push(one);
        }
        for (const { id } of overLimit.slice(-mostAtOnce.sessions))
            ends.set(id, 'session_limit');
    }
    return { make, retake };
}
function isAlike(one, other) {
    const words = ({ scope, resources }) => JSON.stringify([scopeWords(scope).sort(), [...resources].sort()]);
    return words(one) === words(other) && one.dpopJkt === other.dpopJkt;
}
function isOlder(one, than) {
    return one.createdAt < than.createdAt || (one.createdAt === than.createdAt && one.id < than.id);
}
//# sourceMappingURL=session-room.js.map