import { deviceStates } from '../../../identity/devices/device-list.js';
import { browserUserOf } from '../../handler.js';
import { pageOf } from '../../lists/columns.js';
import { deviceColumns, deviceFilters } from '../../lists/devices.js';
import { readTyped } from '../../lists/filters.js';
import { sessionColumns } from '../../lists/sessions.js';
import { typedIn } from '../fields.js';
import { isFiltered, readCounted } from './lists.js';
import { doerText } from './people.js';
import { receiptText } from './receipts.js';
/** Devices of everybody, and one of them. */
export function createDevicePages(deps) {
    const { pages, users, userList, sessions, deviceList, details, receipts, names } = deps;
    return {
        async devicesPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t } = frame;
            const which = [];
            const filter = await readTyped(ctx, deviceFilters, { users, userList, frame, which });
            const { results, next, partial, counted } = await readCounted(ctx, page => deviceList.page(filter, page), () => deviceList.count(filter));
            await pages.show(ctx, 'admin/devices', {
                title: t('allDevices.title'),
                lead: t('allDevices.lead'),
                devices: results.map(one => pageOf(deviceColumns, one)),
                next,
                partial,
                counted,
                filtered: isFiltered(filter),
                states: deviceStates,
                which,
                own: browserUserOf(ctx).browser.session.deviceId,
            });
        },
        async devicePage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t, may } = frame;
            const { device, username, sessions: found } = await details.device(ctx.params.id);
            const applications = await names.ofApplications(found.map(one => one.session.applicationId));
            const happened = may('darvoza:audit:read') ? await details.deviceHistory(device) : null;
            const { id, userId, name, browser, platform, userAgent, address, firstSeenAt, lastSeenAt, endedAt } = device;
            await pages.show(ctx, 'admin/device', {
                title: name || t('allDevices.nameless'),
                crumbs: [{ label: t('nav.devices'), href: '/admin/devices' }],
                device: { id, userId, username, browser, platform, userAgent, address, firstSeenAt, lastSeenAt, endedAt },
                sessions: byApplication(found).map(one => ({
                    ...pageOf(sessionColumns, one),
                    application: applications.get(one.session.applicationId),
                })),
                inForce: receiptText(await receipts.ofSession(lastEnded(found)), frame),
                live: found.filter(one => one.state === 'live').length,
                history: happened?.entries.map(({ createdAt, action, actor, address }) => ({
                    at: createdAt,
                    action,
                    by: [doerText({ action, actor }, happened.names, t), address],
                })) ?? null,
            });
        },
        async endDevicePage(ctx) {
            const { t } = pages.frameOf(ctx);
            const { actor } = browserUserOf(ctx);
            const device = await sessions.endDevice(ctx.params.id, null, actor);
            const username = (await names.ofUsers([device.userId])).get(device.userId) ?? '';
            await pages.tell(ctx, { tone: 'good', text: t('allDevices.ended', { name: device.name, username }) });
            pages.go(ctx, typedIn(ctx, ['back']).back || `/admin/devices/${device.id}`);
        },
    };
}
/** The one that was ended last; what ends a device ends its sessions. */
function lastEnded(found) {
    const ended = found.map(one => one.session).filter(({ endedAt }) => endedAt !== null);
    return ended.sort((a, b) => b.endedAt - a.endedAt)[0] ?? null;
}
/** Together what is of one application; the one that was signed in to last comes first. */
function byApplication(found) {
    const groups = new Map();
    for (const one of found) {
        const { applicationId } = one.session;
        groups.set(applicationId, [...(groups.get(applicationId) ?? []), one]);
    }
    return [...groups.values()].flat();
}
//# sourceMappingURL=devices.js.map