import { nameDevice } from '../devices/device-name.js';
/** Tells at a sign-in which device it comes from. */
export function createKnownDevices({ deviceStore, inspect, now, uuid }) {
    /** The live device of this user that was proven, or null. */
    async function provenDevice(tx, userId, proof) {
        if (proof?.userId !== userId)
            return null;
        const device = await deviceStore.find(tx, proof.deviceId);
        return device && device.userId === userId && device.endedAt === null ? device : null;
    }
    return {
        /** Checks a token; once for a whole sign-in. */
        deviceProofIn(deviceToken) {
            const said = deviceToken === undefined ? null : inspect.device(deviceToken);
            return said && { userId: Number(said.userId), deviceId: said.deviceId };
        },
        provenDevice,
        /** Whether it is there and not ended. What is seen of whoever redeems a code says nothing about the device. */
        async isOpen(tx, userId, { deviceId }) {
            return (await provenDevice(tx, userId, { userId, deviceId })) !== null;
        },
        /** The device that the client proves or names, among this user's alone; a new one where it does neither. */
        async recognise(tx, userId, { deviceProof, clientDevice, otherwise }, origin) {
            const seen = { ...nameDevice(origin.userAgent), address: origin.address, lastSeenAt: now() };
            const known = (await provenDevice(tx, userId, deviceProof)) ??
                (clientDevice === undefined ? null : await deviceStore.findByClient(tx, userId, clientDevice));
            if (known) {
                // The name that its owner gave it stays.
                const named = known.name !== nameDevice(known.userAgent).name;
                const present = { ...seen, name: named ? known.name : seen.name };
                if (await deviceStore.update(tx, known.id, present))
                    return { id: known.id, isNew: false };
            }
            const firstSeen = { firstSeenAt: seen.lastSeenAt, endedAt: null, clientDevice: clientDevice ?? null };
            const isNamed = origin.userAgent !== '' || otherwise === undefined;
            const name = isNamed ? seen.name : otherwise;
            const device = { id: uuid(), userId, ...seen, name, ...firstSeen };
            await deviceStore.insert(tx, device);
            return { id: device.id, isNew: true };
        },
    };
}
//# sourceMappingURL=known-devices.js.map