// The user's own devices at `/account/devices`: the list with sessions grouped by application, renaming a device, and
// ending one or all others.
import { type DeviceNames, longestDeviceName } from '../../../identity/devices/device-names.js'
import type { Sessions } from '../../../identity/devices/sessions.js'
import type { LiveDevice, WhereSignedIn } from '../../../identity/devices/where-signed-in.js'
import type { Names } from '../../../identity/people/names.js'
import { browserUserOf, type Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { readListed } from '../admin/lists.js'
import { firstOf } from '../admin/people.js'
import { problemsOf, typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import { readText } from '../query.js'

export type OwnDevicePagesDeps = {
  pages: Pages
  sessions: Sessions
  whereSignedIn: WhereSignedIn
  deviceNames: DeviceNames
  names: Names
}

/** The page of one's own devices and sessions; and their end. */
export function createOwnDevicePages(deps: OwnDevicePagesDeps) {
  const { pages, sessions, whereSignedIn, deviceNames, names } = deps

  async function show(ctx: Context, wrong?: { id: string; typed: string; problem: string }): Promise<void> {
    const { userId, browser } = browserUserOf(ctx)
    const { deviceId } = browser.session
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const { results, next } = await readListed(ctx, page => whereSignedIn.devicesLastSeen(userId, page))
    const others = results.filter(one => one.device.id !== deviceId)
    // This device is shown first, whenever it was last seen; then the others, last seen first, page by page.
    const own = readText(ctx, 'after') === '' ? await whereSignedIn.device(userId, deviceId) : null
    const { count, more } = await whereSignedIn.countDevices(userId)
    const named = others.filter(one => one.sessions.length > 0).map(one => one.device.name)
    // Whether all devices are on this page: the names of those on other pages are unknown here.
    const isAll = next === null && own !== null
    const shown = [...(own ? [own] : []), ...others]
    const applications = await names.ofApplications(shown.flatMap(one => one.sessions.map(one => one.applicationId)))
    const data = {
      title: t('devices.title'),
      ending: {
        count: isAll ? named.length : count - 1,
        named: named.length > 0 ? firstOf(named, isAll ? named.length : count - 1, frame) : '',
      },
      lead: t('devices.lead'),
      actions: [{ href: '/device', label: t('connect.title'), icon: 'device' }],
      devices: shown.map(one => presentOwnDevice(one, deviceId, applications)),
      total: count,
      more,
      next,
      longestDeviceName,
      wrong: wrong ?? null,
    }
    await pages.show(ctx, 'account/devices', data, wrong ? 400 : 200)
  }

  return {
    ownDevicesPage: (ctx: Context) => show(ctx),

    async renameOwnDevice(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const { userId, actor } = browserUserOf(ctx)
      const id = ctx.params.id!
      try {
        const { name } = readFields(ctx, { name: { trim: true } })
        await deviceNames.rename(id, name, userId, actor)
      } catch (error) {
        return await show(ctx, {
          id,
          typed: typedIn(ctx, ['name']).name,
          problem: problemsOf(error, pages.frameOf(ctx)).name ?? '',
        })
      }
      await pages.flash(ctx, { tone: 'good', text: t('devices.renamed') })
      pages.go(ctx, '/account/devices')
    },

    async endOwnDevice(ctx: Context): Promise<void> {
      const { userId, actor, browser } = browserUserOf(ctx)
      const id = ctx.params.id!
      const { name } = await sessions.endDevice(id, userId, actor)
      // Ending the device of this request also ends its own sign-in.
      if (id === browser.session.deviceId) return pages.go(ctx, '/login?signed_out')
      const text = pages.translate(ctx)('devices.ended', { name })
      await pages.flash(ctx, { tone: 'good', text })
      pages.go(ctx, '/account/devices')
    },

    async endOwnOtherDevices(ctx: Context): Promise<void> {
      const { userId, actor, sid } = browserUserOf(ctx)
      await sessions.endOtherDevices(userId, sid, actor)
      await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)('devices.othersEnded') })
      pages.go(ctx, '/account/devices')
    },
  }
}

/** The sessions of a device grouped by application, ordered by name. */
export function sessionsByApplication<S extends { id: string; applicationId: string }>(
  sessions: readonly S[],
  names: ReadonlyMap<string, string>,
): { id: string; name: string; sessions: S[] }[] {
  const groups = new Map<string, S[]>()
  for (const one of sessions) groups.set(one.applicationId, [...(groups.get(one.applicationId) ?? []), one])
  return [...groups]
    .map(([id, some]) => ({ id, name: names.get(id) ?? id, sessions: some }))
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
}

function presentOwnDevice(
  { device, sessions, lastSeenAt }: LiveDevice,
  own: string,
  names: ReadonlyMap<string, string>,
) {
  return {
    id: device.id,
    name: device.name,
    browser: device.browser,
    platform: device.platform,
    address: device.address,
    firstSeenAt: device.firstSeenAt,
    lastSeenAt,
    applications: sessionsByApplication(sessions, names),
    current: device.id === own,
  }
}
