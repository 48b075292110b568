// One session and one device of anybody, looked at closely: whose they are, how they stand, and what happened to them.
import { refuse } from '../../protocol/errors.js';
import { publicDevice } from './public-session.js';
/** How much of what happened is shown. */
const shown = 50;
const latest = Number.MAX_SAFE_INTEGER;
export function createDetails(deps) {
    const { database, deviceStore, sessions, sessionList, auditLog, incidents, names } = deps;
    const entriesOf = (kind, id) => auditLog.search({ before: latest, limit: shown, subject: { kind, id } });
    async function named(entries, found) {
        return { entries, incidents: found, names: await names.ofActors(entries.map(entry => entry.actor)) };
    }
    return {
        /** @throws not_found */
        async session(id) {
            const found = await sessions.require(id);
            const { deviceId, endedBy } = found.session;
            const device = await deviceStore.find(database, deviceId);
            const enders = await names.ofActors([endedBy]);
            return {
                ...found,
                device: device && publicDevice(device),
                endedByUsername: endedBy === null ? null : (enders.get(endedBy) ?? null),
            };
        },
        async sessionHistory({ id }) {
            const spent = await incidents.page({ sessionId: id }, { limit: shown });
            return named(await entriesOf('session', id), spent.results.map(one => one.incident));
        },
        /** @throws not_found */
        async device(id) {
            const device = await deviceStore.find(database, id);
            if (!device)
                throw refuse('not_found');
            const { results } = await sessionList.page({ deviceId: id }, { limit: shown });
            const username = (await names.ofUsers([device.userId])).get(device.userId) ?? '';
            return { device: publicDevice(device), username, sessions: results };
        },
        /** Theirs, and what happened to their sessions and devices. */
        async userHistory(id) {
            const { results } = await auditLog.ofPerson(id, latest, shown);
            return { entries: results, names: await names.ofActors(results.map(entry => entry.actor)) };
        },
        deviceHistory: async ({ id }) => named(await entriesOf('device', id), []),
    };
}
//# sourceMappingURL=details.js.map