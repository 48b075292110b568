// What a change of the policy would end, before it is made. However many sessions there are, an answer comes soon: they are
// counted exactly up to ten thousand.
import { setImmediate } from 'node:timers/promises';
import { foldEras, withOverrides } from '../../policy/eras.js';
import { endedByChange, leastLimit, tightenings, whatStays, } from '../../policy/policy-preview.js';
import { accessSpans } from '../../policy/session.js';
import { grouped } from '../../storage/statement.js';
const countedUpTo = 10_000;
const sampleSize = 20;
/** How many rows one statement passes over, and of how many users it reads all sessions. */
const stretchSize = 2_000;
const usersAtOnce = 100;
/** How many sessions of crowded users are looked at, whether they end or not. */
const mostLookedAt = 200_000;
export function createPolicyPreview(deps) {
    const { database, sessionSurveyStore, userStore, deviceStore, policy, now } = deps;
    return {
        /** What would be over at its next refresh under other rules, and is not under these. */
        async ends(before, after) {
            const { endings, more } = await findEndings(before, after, now());
            return countsOf(endings, more);
        },
        /**
         * @param inUse the versions that sessions are judged by now
         * @param withSample also tell of some sessions whose they are
         */
        async preview(inUse, { next, eras }, withSample) {
            const { overrides } = policy.eras();
            const before = foldEras(inUse, overrides);
            const after = withOverrides(eras, overrides);
            const at = now();
            const { endings, more } = await findEndings(before, after, at);
            const differing = next.changed.filter(name => before.latest[name] !== next.policy[name]);
            return {
                version: before.version,
                apply: next.apply,
                changes: differing.map(name => ({ name, before: before.latest[name], after: next.policy[name] })),
                unchanged: next.changed.filter(name => !differing.includes(name)),
                ends: countsOf(endings, more),
                staleAccessTokens: next.apply === 'now' ? await countStale(before, at) : null,
                sample: withSample ? await describe(sampleOf(endings)) : null,
                stays: whatStays(next, before),
            };
        },
    };
    async function findEndings(before, after, at) {
        const crowded = await endingsOfCrowded(before, after, at);
        const others = await endingsOfOthers(before, after, at, crowded.userIds);
        return { endings: [...crowded.endings, ...others.endings], more: crowded.more || others.more };
    }
    /** Of users who may be over a limit, before or after: all their sessions count. */
    async function endingsOfCrowded(before, after, at) {
        const endings = [];
        const userIds = new Set();
        const least = leastLimit(before, after);
        if (least === Infinity)
            return { endings, userIds, more: false };
        let lookedAt = 0;
        for await (const stretch of sessionSurveyStore.byUser(database, stretchSize)) {
            const crowded = await sessionSurveyStore.crowded(database, stretch, least);
            for (const userId of crowded)
                userIds.add(userId);
            for (let begin = 0; begin < crowded.length; begin += usersAtOnce) {
                const sessions = await sessionSurveyStore.ofUsers(database, crowded.slice(begin, begin + usersAtOnce), at);
                for (const open of grouped(sessions, session => session.userId).values())
                    endings.push(...endedByChange(open, before, after, at));
                lookedAt += sessions.length;
                await setImmediate();
                if (endings.length > countedUpTo || lookedAt > mostLookedAt)
                    return { endings, userIds, more: true };
            }
        }
        return { endings, userIds, more: false };
    }
    /** Of everybody else: each session counts by itself. */
    async function endingsOfOthers(before, after, at, crowded) {
        const endings = [];
        const tightened = tightenings(before, after);
        if (tightened.length === 0)
            return { endings, more: false };
        for await (const stretch of sessionSurveyStore.byId(database, stretchSize)) {
            for (const session of await sessionSurveyStore.outliving(database, stretch, tightened, at))
                if (!crowded.has(session.userId))
                    endings.push(...endedByChange([session], before, after, at));
            if (endings.length > countedUpTo)
                return { endings, more: true };
        }
        return { endings, more: false };
    }
    async function countStale(before, at) {
        const spans = accessSpans(before);
        let found = 0;
        for await (const stretch of sessionSurveyStore.byId(database, stretchSize)) {
            found += await sessionSurveyStore.withAccess(database, stretch, spans, at);
            if (found > countedUpTo)
                break;
        }
        return capped(found);
    }
    async function describe(sample) {
        const usernames = new Map((await userStore.some(database, [...new Set(sample.map(one => one.session.userId))])).map(user => [
            user.id,
            user,
        ]));
        return Promise.all(sample.map(async ({ session: { id, userId, deviceId }, reason }) => ({
            id,
            userId,
            username: usernames.get(userId)?.username ?? '',
            reason,
            device: (await deviceStore.find(database, deviceId))?.name ?? null,
        })));
    }
}
/** All that was found, though some of it is not counted when there is more. */
function countsOf(endings, more) {
    const count = (found) => ({ ...capped(found), ...(more && { more: true }) });
    const of = (reason) => count(endings.filter(one => one.reason === reason).length);
    return {
        sessions: count(endings.length),
        users: count(new Set(endings.map(one => one.session.userId)).size),
        idle: of('idle'),
        absolute: of('absolute'),
        limit: of('limit'),
    };
}
function capped(found) {
    return { count: Math.min(found, countedUpTo), more: found > countedUpTo };
}
/** Some of each reason, if there are any. */
function sampleOf(endings) {
    const byReason = [...grouped(endings, one => one.reason).values()];
    const turns = Array.from({ length: sampleSize }, (_, turn) => byReason.flatMap(found => found[turn] ?? []));
    return turns.flat().slice(0, sampleSize);
}
//# sourceMappingURL=policy-preview.js.map