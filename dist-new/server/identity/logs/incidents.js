import { incidentList } from '../../storage/log-lists.js';
import { publicDevice, publicSession } from '../devices/public-session.js';
import { cursorIn, listed } from '../listing.js';
/** Refresh tokens that were used again, as an administrator reads them. */
export function createIncidents({ database, logListStore, sessionStore, deviceStore, names }) {
    return {
        /** Newest first. @throws invalid_fields */
        async page(filter, page) {
            const after = cursorIn(incidentList, page);
            const scanned = await logListStore.incidents.page(database, filter, { ...page, after });
            const { rows } = scanned;
            const owners = await sessionStore.some(database, [...new Set(rows.map(row => row.sessionId))]);
            const known = await deviceStore.some(database, [...new Set([...owners.values()].map(one => one.deviceId))]);
            const usernames = await names.ofUsers(rows.map(row => row.userId));
            const results = rows.map((incident) => {
                const session = owners.get(incident.sessionId);
                const device = session && known.get(session.deviceId);
                return {
                    incident,
                    username: usernames.get(incident.userId) ?? '',
                    session: session ? publicSession(session) : null,
                    device: device ? publicDevice(device) : null,
                };
            });
            return listed(scanned, results);
        },
        count: (filter) => logListStore.incidents.count(database, filter),
    };
}
//# sourceMappingURL=incidents.js.map