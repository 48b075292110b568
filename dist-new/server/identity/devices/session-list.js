import { sessionList } from '../../storage/session-lists.js';
import { cursorIn, every, listed } from '../listing.js';
import { publicDevice, publicSession } from './public-session.js';
export function createSessionList({ database, sessionStore, sessionListStore, deviceStore, states, names, }) {
    /** Newest sign-in first. @throws invalid_fields */
    async function page(filter, page) {
        const terms = states.terms();
        const after = cursorIn(sessionList, page);
        const scanned = await sessionListStore.page(database, filter, terms, { ...page, after });
        const ids = scanned.rows.map(row => row.id);
        if (ids.length === 0)
            return listed(scanned, []);
        const standings = await sessionStore.standings(database, ids);
        const known = await deviceStore.some(database, [...new Set(scanned.rows.map(row => row.deviceId))]);
        const enders = await names.ofActors([...standings.values()].map(one => one.session.endedBy));
        const rows = ids.flatMap((id) => {
            const standing = standings.get(id);
            if (!standing)
                return [];
            const { session, user } = standing;
            const state = states.of(standing, terms);
            // It ended while it was read.
            if (filter.state !== undefined && state !== filter.state)
                return [];
            const endedByUsername = session.endedBy === null ? null : (enders.get(session.endedBy) ?? null);
            const device = known.get(session.deviceId);
            return [
                {
                    session: publicSession(session),
                    username: user.username,
                    device: device ? publicDevice(device) : null,
                    state,
                    endsAt: states.endsAt(session),
                    endedByUsername,
                },
            ];
        });
        return listed(scanned, rows);
    }
    return {
        page,
        count: (filter) => sessionListStore.count(database, filter, states.terms()),
        /** All of them, for a file. */
        every: (filter) => every(next => page(filter, next)),
    };
}
//# sourceMappingURL=session-list.js.map