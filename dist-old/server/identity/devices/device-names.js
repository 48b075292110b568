import { refuse, refuseField } from '../../protocol/errors.js';
/** Longest name that a person may give a device, in characters. */
export const longestDeviceName = 60;
/** The names that people give to their own devices; a sign-in from the device keeps them (known-devices.ts). */
export function createDeviceNames({ userStore, deviceStore, changes }) {
    return {
        /** @throws invalid_fields; not_found, also when it is somebody else's or has ended */
        async rename(id, name, userId, actor) {
            const wanted = requireDeviceName(name);
            await changes.run(actor, async (tx, { note }) => {
                await userStore.lock(tx, userId);
                const device = await deviceStore.find(tx, id);
                if (!device || device.userId !== userId || device.endedAt !== null)
                    throw refuse('not_found');
                if (device.name === wanted)
                    return;
                await deviceStore.update(tx, id, { name: wanted });
                note({
                    action: 'device_renamed',
                    subject: id,
                    before: { user: userId, name: device.name },
                    after: { name: wanted },
                });
            });
        },
    };
}
function requireDeviceName(name) {
    const wanted = name.trim().replace(/\s+/g, ' ');
    if (wanted === '')
        throw refuseField('name', 'blank');
    if (/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(wanted))
        throw refuseField('name', 'control_characters');
    if ([...wanted].length > longestDeviceName)
        throw refuseField('name', 'too_long', { count: longestDeviceName });
    return wanted;
}
//# sourceMappingURL=device-names.js.map