// Where one user is signed in: live sessions and devices, page by page and counted. No caller reads all at once.
import { absoluteEnd, accessSpans, idleEnd } from '../../policy/session.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Database } from '../../storage/database.js'
import { type DeviceListStore, deviceListOf } from '../../storage/device-lists.js'
import type { DeviceRecord, DeviceStore } from '../../storage/devices.js'
import { devicesOfOne, type OwnListStore, type SessionOnDevice, sessionsOfOne } from '../../storage/own-lists.js'
import type { SessionStore } from '../../storage/sessions.js'
import { grouped } from '../../storage/statement.js'
import { type Counted, cursorIn, type Listed, listed, type Page } from '../listing.js'
import { type PublicDevice, type PublicSession, publicDevice, publicSession } from './public-session.js'
import type { SessionStates } from './session-state.js'

/** A live session. `endsAt` (epoch ms) is when it expires unless it is refreshed. */
export type LiveSession = { session: PublicSession; device: PublicDevice | null; endsAt: number }

/**
 * A device that has not ended, with its live sessions, or some of very many. `lastSeenAt` (epoch ms) includes their
 * refreshes.
 */
export type LiveDevice = { device: PublicDevice; sessions: SessionOnDevice[]; lastSeenAt: number }

export type WhereSignedInDeps = {
  database: Database
  sessionStore: SessionStore
  deviceStore: DeviceStore
  ownListStore: OwnListStore
  deviceListStore: DeviceListStore
  states: SessionStates
  policy: PolicyInForce
}

export function createWhereSignedIn(deps: WhereSignedInDeps) {
  const { database, sessionStore, deviceStore, ownListStore, deviceListStore, states, policy } = deps

  async function liveDevices(ids: readonly string[]): Promise<LiveDevice[]> {
    const records = await deviceStore.some(database, ids)
    return withSessions(ids.flatMap(id => records.get(id) ?? []))
  }

  async function withSessions(records: readonly DeviceRecord[]): Promise<LiveDevice[]> {
    const ids = records.map(device => device.id)
    const found = await ownListStore.sessionsOn(database, ids, states.terms())
    const byDevice = grouped(found, session => session.deviceId)
    return records.flatMap(device => {
      // The device ended while the list was read.
      if (device.endedAt !== null) return []
      const own = byDevice.get(device.id) ?? []
      const lastSeenAt = Math.max(device.lastSeenAt, ...own.map(one => one.lastSeenAt))
      return [{ device: publicDevice(device), sessions: own, lastSeenAt }]
    })
  }

  return {
    /** Live sessions of a user, oldest first. @throws invalid_fields */
    async sessions(userId: number, page: Page): Promise<Listed<LiveSession>> {
      const after = cursorIn(sessionsOfOne, page)
      const scanned = await ownListStore.sessions(database, userId, states.terms(), { ...page, after })
      const records = await sessionStore.some(
        database,
        scanned.rows.map(row => row.id),
      )
      const known = await deviceStore.some(database, [...new Set([...records.values()].map(one => one.deviceId))])
      const rows = scanned.rows.flatMap(({ id }): LiveSession[] => {
        const session = records.get(id)
        if (!session || session.endedAt !== null) return []
        const rules = policy.of(session)
        const endsAt = Math.min(idleEnd(session, rules), absoluteEnd(session, rules))
        const device = known.get(session.deviceId)
        return [{ session: publicSession(session), device: device ? publicDevice(device) : null, endsAt }]
      })
      return listed(scanned, rows)
    },

    countSessions: async (userId: number): Promise<Counted> => (await countLive(userId)).sessions,

    /** Devices of a user, longest known first. @throws invalid_fields */
    async devices(userId: number, page: Page): Promise<Listed<LiveDevice>> {
      const scanned = await ownListStore.devices(database, userId, { ...page, after: cursorIn(devicesOfOne, page) })
      return listed(scanned, await liveDevices(scanned.rows.map(row => row.id)))
    },

    devicesLastSeen,

    /** The `limit` devices that were seen last, and the number of all. */
    async firstDevices(userId: number, limit: number): Promise<{ devices: LiveDevice[]; count: number }> {
      const found = await ownListStore.lastSeen(database, userId, limit)
      if (found) return { devices: (await withSessions(found.devices)).sort(seenLastFirst), count: found.count.count }
      const { results } = await devicesLastSeen(userId, { limit })
      return { devices: results, count: (await ownListStore.countDevices(database, userId)).count }
    },

    /** A device of this user that has not ended, or null. */
    async device(userId: number, id: string): Promise<LiveDevice | null> {
      const [found] = await liveDevices([id])
      return found?.device.userId === userId ? found : null
    },

    countDevices: (userId: number): Promise<Counted> => ownListStore.countDevices(database, userId),

    countLive,
  }

  /** Devices of a user, last seen first. @throws invalid_fields */
  async function devicesLastSeen(userId: number, page: Page): Promise<Listed<LiveDevice>> {
    const filter = { userId, open: true }
    const after = cursorIn(deviceListOf(filter), page)
    const scanned = await deviceListStore.page(database, filter, states.terms(), { ...page, after })
    const found = await liveDevices(scanned.rows.map(row => row.id))
    return listed(scanned, found.sort(seenLastFirst))
  }

  /**
   * Counts a user's live sessions and access tokens that may be live, each up to 10,000. Every session counts as one
   * token, except idle ones whose token has expired and those of this server's own pages.
   */
  function countLive(userId: number): Promise<{ sessions: Counted; tokens: number }> {
    const spans = accessSpans(policy.eras())
    return ownListStore.countLive(database, userId, states.terms(), spans)
  }
}

/**
 * Sorts devices by last use. A device's row is updated once a minute only; its sessions' refreshes are exact to the
 * millisecond.
 */
const seenLastFirst = (a: LiveDevice, b: LiveDevice) => b.lastSeenAt - a.lastSeenAt

export type WhereSignedIn = ReturnType<typeof createWhereSignedIn>
