import { every } from '../identity/listing.js';
import { problem } from '../protocol/problems.js';
import { addCommand } from './command-line.js';
import { orMissing } from './failures.js';
import { firstOf, withLimit } from './listing.js';
import { printedTime } from './output.js';
export function addDeviceCommands(program, { open, actor, output }) {
    const device = program.command('device').description('browsers and installed apps on which users have signed in');
    withLimit(addCommand(device, 'list', "list a user's devices"))
        .requiredOption('--user <name>', 'whose')
        .action(async ({ user, limit, ...format }) => {
        const { people: { users }, devices: { whereSignedIn }, } = await open();
        const { id } = await users.requireByName(user);
        const found = await firstOf(every(page => whereSignedIn.devices(id, page)), limit, output);
        const columns = ['id', 'name', 'platform', 'address', 'first_seen_at', 'last_seen_at', 'sessions'];
        await output.table(found.map(printedDevice), columns, format);
    });
    addCommand(device, 'end <id>', 'end a device: its sessions, and its proof for the next sign-in').action(async (id, format) => {
        const { sessions } = (await open()).devices;
        await orMissing(sessions.endDevice(id, null, actor), problem('unknown_device', { id }));
        await output.done(`ended device ${id}`, { id, ended: true }, format);
    });
}
function printedDevice({ device, sessions, lastSeenAt }) {
    return {
        id: device.id,
        name: device.name,
        browser: device.browser,
        platform: device.platform,
        address: device.address,
        first_seen_at: printedTime(device.firstSeenAt),
        last_seen_at: printedTime(lastSeenAt),
        sessions: sessions.map(session => session.id),
    };
}
//# sourceMappingURL=device.js.map