// Where one user is signed in: their live sessions and their devices, page by page and counted. Nobody reads all at once.
import { absoluteEnd, accessSpans, idleEnd } from '../../policy/session.js';
import { deviceListOf } from '../../storage/device-lists.js';
import { devicesOfOne, sessionsOfOne } from '../../storage/own-lists.js';
import { grouped } from '../../storage/statement.js';
import { cursorIn, listed } from '../listing.js';
import { publicDevice, publicSession } from './public-session.js';
export function createWhereSignedIn(deps) {
    const { database, sessionStore, deviceStore, ownListStore, deviceListStore, states, policy } = deps;
    async function liveDevices(ids) {
        const records = await deviceStore.some(database, ids);
        return withSessions(ids.flatMap(id => records.get(id) ?? []));
    }
    async function withSessions(records) {
        const ids = records.map(device => device.id);
        const found = await ownListStore.sessionsOn(database, ids, states.terms());
        const byDevice = grouped(found, session => session.deviceId);
        return records.flatMap(device => {
            // It ended while it was read.
            if (device.endedAt !== null)
                return [];
            const own = byDevice.get(device.id) ?? [];
            const lastSeenAt = Math.max(device.lastSeenAt, ...own.map(one => one.lastSeenAt));
            return [{ device: publicDevice(device), sessions: own, lastSeenAt }];
        });
    }
    return {
        /** Oldest first. @throws invalid_fields */
        async sessions(userId, page) {
            const after = cursorIn(sessionsOfOne, page);
            const scanned = await ownListStore.sessions(database, userId, states.terms(), { ...page, after });
            const records = await sessionStore.some(database, scanned.rows.map(row => row.id));
            const known = await deviceStore.some(database, [...new Set([...records.values()].map(one => one.deviceId))]);
            const rows = scanned.rows.flatMap(({ id }) => {
                const session = records.get(id);
                if (!session || session.endedAt !== null)
                    return [];
                const rules = policy.of(session);
                const endsAt = Math.min(idleEnd(session, rules), absoluteEnd(session, rules));
                const device = known.get(session.deviceId);
                return [{ session: publicSession(session), device: device ? publicDevice(device) : null, endsAt }];
            });
            return listed(scanned, rows);
        },
        countSessions: async (userId) => (await countLive(userId)).sessions,
        /** The one known longest first. @throws invalid_fields */
        async devices(userId, page) {
            const scanned = await ownListStore.devices(database, userId, { ...page, after: cursorIn(devicesOfOne, page) });
            return listed(scanned, await liveDevices(scanned.rows.map(row => row.id)));
        },
        devicesLastSeen,
        /** The few that were seen last, and how many there are of all. */
        async firstDevices(userId, limit) {
            const found = await ownListStore.lastSeen(database, userId, limit);
            if (found)
                return { devices: (await withSessions(found.devices)).sort(seenLastFirst), count: found.count.count };
            const { results } = await devicesLastSeen(userId, { limit });
            return { devices: results, count: (await ownListStore.countDevices(database, userId)).count };
        },
        /** One of the user's own that is not ended, or null. */
        async device(userId, id) {
            const [found] = await liveDevices([id]);
            return found?.device.userId === userId ? found : null;
        },
        countDevices: (userId) => ownListStore.countDevices(database, userId),
        countLive,
    };
    /** The one seen last first, as people look for them. @throws invalid_fields */
    async function devicesLastSeen(userId, page) {
        const filter = { userId, open: true };
        const after = cursorIn(deviceListOf(filter), page);
        const scanned = await deviceListStore.page(database, filter, states.terms(), { ...page, after });
        const found = await liveDevices(scanned.rows.map(row => row.id));
        return listed(scanned, found.sort(seenLastFirst));
    }
    /**
     * How many live sessions a user has, and how many access tokens of theirs may be live, each counted up to 10,000: one of
     * each session, but of those that sleep and of our own pages.
     */
    function countLive(userId) {
        const spans = accessSpans(policy.eras());
        return ownListStore.countLive(database, userId, states.terms(), spans);
    }
}
/** When one was last seen is written down once a minute; its sessions know it to the millisecond. */
const seenLastFirst = (a, b) => b.lastSeenAt - a.lastSeenAt;
//# sourceMappingURL=where-signed-in.js.map