import { chunked, countLeftOut, findSelected, } from '../bulk.js';
/** More are ended by one entry of the log: an application's, or everybody's. */
export const mostSessionsAtOnce = 10_000;
/** How many are ended in one transaction: others wait for it. */
const batch = 50;
export function createSessionEnds(deps) {
    const { database, sessionStore, sessionListStore, states, rights, changes, now } = deps;
    /** Those of the selection that are not marked as ended and were there at `at`. @throws invalid_fields */
    async function find(selection, at, { keep }) {
        const found = await findSelected(selection, {
            most: mostSessionsAtOnce,
            what: 'sessions',
            named: async (ids) => [...(await sessionStore.some(database, ids)).values()].filter(one => one.endedAt === null),
            filtered: (filter, page) => {
                const until = Math.min(filter.until ?? at + 1, at + 1);
                return sessionListStore.page(database, { ...filter, until, open: true }, states.terms(), page);
            },
        });
        return found.filter(one => one.id !== keep);
    }
    async function leaveOut(tx, found, actor) {
        const owners = found.map(one => one.userId);
        const denied = new Map((await rights.deniedAmong(tx, actor, owners)).map(user => [user.id, user]));
        const leftOut = new Map();
        const reached = found.filter(({ userId }) => {
            const user = denied.get(userId);
            if (user)
                countLeftOut(leftOut, { userId, username: user.username, count: 1, why: 'permission_denied' });
            return !user;
        });
        return { reached, leftOut: [...leftOut.values()] };
    }
    /** What the actor may do counts at the moment of the change. */
    function endSome(some, actor, why) {
        return changes.run(actor, async (tx, { recordEnds, note }) => {
            const { reached, leftOut } = await leaveOut(tx, some, actor);
            const over = await recordEnds(reached.map(one => [one.id, 'session_ended']));
            const ended = reached.filter(one => over.has(one.id));
            for (const one of ended) {
                const before = { user: one.userId, device: one.deviceId };
                note({ action: 'session_ended', subject: one.id, before, ...(why && { after: { why } }) });
            }
            return { ended, leftOut };
        });
    }
    return {
        /** @throws invalid_fields when there are more than can be ended at once */
        async preview(selection, actor, options = {}) {
            const at = options.asOf ?? now();
            const { reached, leftOut } = await leaveOut(database, await find(selection, at, options), actor);
            const userIds = [...new Set(reached.map(one => one.userId))];
            return {
                at,
                count: reached.length,
                leftOut,
                userIds,
                users: userIds.length,
                devices: new Set(reached.map(one => one.deviceId)).size,
            };
        },
        /** Ends what was previewed, in batches. @throws invalid_fields */
        async run(selection, previewed, actor, options = {}) {
            const found = await find(selection, previewed.at, options);
            // In the order of ids, as every other transaction about many locks them.
            found.sort((a, b) => (a.id < b.id ? -1 : 1));
            const users = new Set();
            const leftOut = new Map();
            let done = 0;
            for (const some of chunked(found, batch)) {
                const part = await endSome(some, actor, options.why);
                for (const { userId } of part.ended)
                    users.add(userId);
                for (const one of part.leftOut)
                    countLeftOut(leftOut, one);
                done += part.ended.length;
            }
            return { done, users: users.size, differ: done - previewed.count, leftOut: [...leftOut.values()] };
        },
    };
}
//# sourceMappingURL=session-ends.js.map