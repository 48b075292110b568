// Devices of all users, for administrators: the filtered list, one device with its sessions and its history in the
// audit log, and ending a device.
import type { Details } from '../../../identity/devices/details.js'
import type { DeviceList } from '../../../identity/devices/device-list.js'
import { deviceStates } from '../../../identity/devices/device-list.js'
import type { SessionInList } from '../../../identity/devices/session-list.js'
import type { Sessions } from '../../../identity/devices/sessions.js'
import type { Receipts } from '../../../identity/logs/receipts.js'
import type { Names } from '../../../identity/people/names.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import { browserUserOf, type Context } from '../../handler.js'
import { pageOf } from '../../lists/columns.js'
import { deviceColumns, deviceFilters } from '../../lists/devices.js'
import { readTyped } from '../../lists/filters.js'
import { sessionColumns } from '../../lists/sessions.js'
import { typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import { isFiltered, readCounted } from './lists.js'
import { eventActorText, type Which } from './people.js'
import { receiptText } from './receipts.js'

export type DevicePagesDeps = {
  pages: Pages
  users: Users
  userList: UserList
  sessions: Sessions
  deviceList: DeviceList
  details: Details
  receipts: Receipts
  names: Names
}

/** The list of all devices, and the page of one device. */
export function createDevicePages(deps: DevicePagesDeps) {
  const { pages, users, userList, sessions, deviceList, details, receipts, names } = deps

  return {
    async devicesPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const which: Which[] = []
      const filter = await readTyped(ctx, deviceFilters, { users, userList, frame, which })
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => deviceList.page(filter, page),
        () => deviceList.count(filter),
      )
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
      })
    },

    async devicePage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t, may } = frame
      const { device, username, sessions: found } = await details.device(ctx.params.id!)
      const applications = await names.ofApplications(found.map(one => one.session.applicationId))
      const happened = may('darvoza:audit:read') ? await details.deviceHistory(device) : null
      const { id, userId, name, browser, platform, userAgent, address, firstSeenAt, lastSeenAt, endedAt } = device
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
        history:
          happened?.entries.map(({ createdAt, action, actor, address }) => ({
            at: createdAt,
            action,
            by: [eventActorText({ action, actor }, happened.names, t), address],
          })) ?? null,
      })
    },

    async endDevicePage(ctx: Context): Promise<void> {
      const { t } = pages.frameOf(ctx)
      const { actor } = browserUserOf(ctx)
      const device = await sessions.endDevice(ctx.params.id!, null, actor)
      const username = (await names.ofUsers([device.userId])).get(device.userId) ?? ''
      await pages.flash(ctx, { tone: 'good', text: t('allDevices.ended', { name: device.name, username }) })
      pages.go(ctx, typedIn(ctx, ['back']).back || `/admin/devices/${device.id}`)
    },
  }
}

/** The session that ended last. A device has no end of its own: ending it ends its sessions. */
function lastEnded(found: readonly SessionInList[]): SessionInList['session'] | null {
  const ended = found.map(one => one.session).filter(({ endedAt }) => endedAt !== null)
  return ended.sort((a, b) => b.endedAt! - a.endedAt!)[0] ?? null
}

/** Sessions grouped by application; the application with the latest sign-in comes first. */
function byApplication(found: readonly SessionInList[]): SessionInList[] {
  const groups = new Map<string, SessionInList[]>()
  for (const one of found) {
    const { applicationId } = one.session
    groups.set(applicationId, [...(groups.get(applicationId) ?? []), one])
  }
  return [...groups.values()].flat()
}
