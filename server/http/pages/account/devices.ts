import { type DeviceNames, longestDeviceName } from '../../../identity/device-names.js'
import type { LiveDevice, Sessions } from '../../../identity/sessions.js'
import { type Context, visitorOf } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { firstOf } from '../admin/people.js'
import { problemsOf, typedIn } from '../fields.js'
import type { Pages } from '../page.js'

export type OwnDevicePagesDeps = { pages: Pages; sessions: Sessions; deviceNames: DeviceNames }

/** Where I am signed in, and how to end it. */
export function createOwnDevicePages({ pages, sessions, deviceNames }: OwnDevicePagesDeps) {
  async function show(ctx: Context, wrong?: { id: string; typed: string; problem: string }): Promise<void> {
    const { userId, sid } = visitorOf(ctx)
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const devices = (await sessions.listDevices(userId)).map(one => presentOwnDevice(one, sid))
    // This one first, then the last seen.
    devices.sort((a, b) => Number(b.current) - Number(a.current) || b.lastSeenAt - a.lastSeenAt)
    const others = devices.filter(one => !one.current && one.applications.length > 0).map(one => one.name)
    const data = {
      title: t('devices.title'),
      othersNamed: firstOf(others, others.length, frame),
      lead: t('devices.lead'),
      devices,
      longestDeviceName,
      wrong: wrong ?? null,
    }
    await pages.show(ctx, 'account/devices', data, wrong ? 400 : 200)
  }

  return {
    ownDevicesPage: (ctx: Context) => show(ctx),

    async renameOwnDevice(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const { userId, actor } = visitorOf(ctx)
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
      await pages.tell(ctx, { tone: 'good', text: t('devices.renamed') })
      pages.go(ctx, '/account/devices')
    },

    async endOwnDevice(ctx: Context): Promise<void> {
      const { userId, actor, sid } = visitorOf(ctx)
      const id = ctx.params.id!
      const device = (await sessions.listDevices(userId)).find(one => one.device.id === id)
      await sessions.endDevice(id, userId, actor)
      // Whoever ends the device they sit at is signed out with it.
      if (device?.sessions.some(session => session.id === sid)) return pages.go(ctx, '/login?signed_out')
      const text = pages.translate(ctx)('devices.ended', { name: device?.device.name ?? '' })
      await pages.tell(ctx, { tone: 'good', text })
      pages.go(ctx, '/account/devices')
    },

    async endOwnOtherDevices(ctx: Context): Promise<void> {
      const { userId, actor, sid } = visitorOf(ctx)
      await sessions.endOtherDevices(userId, sid, actor)
      await pages.tell(ctx, { tone: 'good', text: pages.translate(ctx)('devices.othersEnded') })
      pages.go(ctx, '/account/devices')
    },
  }
}

function presentOwnDevice({ device, sessions, lastSeenAt }: LiveDevice, sid: string) {
  return {
    id: device.id,
    name: device.name,
    browser: device.browser,
    platform: device.platform,
    address: device.address,
    firstSeenAt: device.firstSeenAt,
    lastSeenAt,
    applications: [...new Set(sessions.map(session => session.applicationId))],
    current: sessions.some(session => session.id === sid),
  }
}
