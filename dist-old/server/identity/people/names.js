import { userOf } from '../../policy/actor.js';
/** What people and their sessions are called who stand in lists by their ids. */
export function createNames({ database, userStore, sessionStore, deviceStore, applications }) {
    return {
        /** By user id. */
        ofUsers: (ids) => userStore.names(database, [...new Set(ids)]),
        /** By the actor's own word (`user:7`); the command line and the server itself have none. */
        async ofActors(actors) {
            const ids = [...new Set(actors)].flatMap(actor => (actor === null ? [] : (userOf(actor) ?? [])));
            const names = await userStore.names(database, ids);
            return new Map([...names].map(([id, name]) => [`user:${id}`, name]));
        },
        /** By application id, from memory but for those that this process never met; one that is gone has none. */
        async ofApplications(ids) {
            const wanted = [...new Set(ids)];
            const unmet = wanted.filter(id => applications.find(id) === undefined);
            if (unmet.length > 0)
                await applications.load(unmet);
            return new Map(wanted.map(id => [id, applications.find(id)?.name || id]));
        },
        /** By session id; one that has been forgotten has none. */
        async ofSessions(ids) {
            const found = [...(await sessionStore.some(database, [...new Set(ids)])).values()];
            const [owners, known] = await Promise.all([
                userStore.names(database, [...new Set(found.map(session => session.userId))]),
                deviceStore.some(database, [...new Set(found.map(session => session.deviceId))]),
            ]);
            return new Map(found.map(({ id, userId, deviceId }) => [
                id,
                { username: owners.get(userId) ?? '', device: known.get(deviceId)?.name ?? '' },
            ]));
        },
        /** By device id; one that has been forgotten has none. */
        async ofDevices(ids) {
            const found = await deviceStore.some(database, [...new Set(ids)]);
            const owners = await userStore.names(database, [...new Set([...found.values()].map(device => device.userId))]);
            return new Map([...found].map(([id, { userId, name }]) => [id, { username: owners.get(userId) ?? '', device: name }]));
        },
    };
}
//# sourceMappingURL=names.js.map