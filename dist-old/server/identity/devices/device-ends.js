import { chunked, findSelected, whyLeftOut, } from '../bulk.js';
export const mostDevicesAtOnce = 5_000;
export function createDeviceEnds(deps) {
    const { database, userStore, deviceStore, deviceListStore, sessionListStore, sessions, states, rights, now } = deps;
    /** Those of the selection that are not ended and were there at `at`, by their owners. @throws invalid_fields */
    async function find(selection, at, keep) {
        const found = await findSelected(selection, {
            most: mostDevicesAtOnce,
            what: 'devices',
            named: async (ids) => [...(await deviceStore.some(database, ids)).values()].filter(one => one.endedAt === null),
            filtered: async (filter, page) => {
                if (filter.state === 'ended')
                    return { rows: [], next: null };
                return deviceListStore.page(database, { ...filter, firstSeenUpto: at, open: true }, states.terms(), page);
            },
        });
        const byOwner = new Map();
        for (const { id, userId } of found) {
            if (id === keep)
                continue;
            const known = byOwner.get(userId);
            if (known)
                known.add(id);
            else
                byOwner.set(userId, new Set([id]));
        }
        return byOwner;
    }
    return {
        /** @throws invalid_fields when there are more than can be ended at once */
        async preview(selection, actor, { keep, asOf } = {}) {
            const at = asOf ?? now();
            const byOwner = await find(selection, at, keep);
            const leftOut = [];
            for (const { id, username } of await rights.deniedAmong(database, actor, byOwner.keys())) {
                leftOut.push({ userId: id, username, count: byOwner.get(id).size, why: 'permission_denied' });
                byOwner.delete(id);
            }
            const ids = [...byOwner.values()].flatMap(some => [...some]);
            let open = 0;
            for (const some of chunked(ids))
                for (const count of (await sessionListStore.openOn(database, some)).values())
                    open += count;
            return { at, count: ids.length, users: byOwner.size, userIds: [...byOwner.keys()], sessions: open, leftOut };
        },
        /** Ends what was previewed, one owner's devices after the other's. @throws invalid_fields */
        async run(selection, previewed, actor, { keep, why } = {}) {
            const byOwner = await find(selection, previewed.at, keep);
            const leftOut = [];
            const ended = { done: 0, users: 0, sessions: 0 };
            for (const [userId, ids] of byOwner) {
                try {
                    const one = await sessions.endDevicesOf(userId, ids, actor, why);
                    ended.done += one.devices.length;
                    ended.sessions += one.sessions;
                    if (one.devices.length > 0)
                        ended.users++;
                }
                catch (error) {
                    const why = whyLeftOut(error);
                    if (why === 'not_found')
                        continue;
                    const username = (await userStore.names(database, [userId])).get(userId) ?? '';
                    leftOut.push({ userId, username, count: ids.size, why });
                }
            }
            return { ...ended, differ: ended.done - previewed.count, leftOut };
        },
    };
}
//# sourceMappingURL=device-ends.js.map