import { deviceListOf, deviceStates, } from '../../storage/device-lists.js';
import { cursorIn, listed } from '../listing.js';
import { publicDevice } from './public-session.js';
export { deviceStates };
export function createDeviceList({ database, deviceStore, deviceListStore, states, names }) {
    return {
        /** The one seen last first. @throws invalid_fields */
        async page(filter, page) {
            const terms = states.terms();
            const after = cursorIn(deviceListOf(filter), page);
            const scanned = await deviceListStore.page(database, filter, terms, { ...page, after });
            const ids = scanned.rows.map(row => row.id);
            const records = await deviceStore.some(database, ids);
            const live = await deviceListStore.liveSessions(database, ids, terms);
            const usernames = await names.ofUsers(scanned.rows.map(row => row.userId));
            const rows = ids.flatMap((id) => {
                const device = records.get(id);
                if (!device)
                    return [];
                const liveSessions = live.get(id) ?? 0;
                const state = device.endedAt !== null ? 'ended' : liveSessions > 0 ? 'live' : 'signed_out';
                if (filter.state !== undefined && state !== filter.state)
                    return [];
                return [{ device: publicDevice(device), username: usernames.get(device.userId) ?? '', state, liveSessions }];
            });
            return listed(scanned, rows);
        },
        count: (filter) => deviceListStore.count(database, filter, states.terms()),
    };
}
//# sourceMappingURL=device-list.js.map