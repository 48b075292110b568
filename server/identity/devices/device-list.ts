// The list of all users' devices, for administrators.
import type { Database } from '../../storage/database.js'
import {
  type DeviceFilter,
  type DeviceListStore,
  type DeviceState,
  deviceListOf,
  deviceStates,
} from '../../storage/device-lists.js'
import type { DeviceStore } from '../../storage/devices.js'
import { type Counted, cursorIn, type Listed, listed, type Page } from '../listing.js'
import type { Names } from '../people/names.js'
import { type PublicDevice, publicDevice } from './public-session.js'
import type { SessionStates } from './session-state.js'

export { type DeviceFilter, type DeviceState, deviceStates }

export type DeviceInList = { device: PublicDevice; username: string; state: DeviceState; liveSessions: number }

export type DeviceListDeps = {
  database: Database
  deviceStore: DeviceStore
  deviceListStore: DeviceListStore
  states: SessionStates
  names: Names
}

export function createDeviceList({ database, deviceStore, deviceListStore, states, names }: DeviceListDeps) {
  return {
    /** Devices, by the time they were last seen, latest first. @throws invalid_fields */
    async page(filter: DeviceFilter, page: Page): Promise<Listed<DeviceInList>> {
      const terms = states.terms()
      const after = cursorIn(deviceListOf(filter), page)
      const scanned = await deviceListStore.page(database, filter, terms, { ...page, after })
      const ids = scanned.rows.map(row => row.id)
      const records = await deviceStore.some(database, ids)
      const live = await deviceListStore.liveSessions(database, ids, terms)
      const usernames = await names.ofUsers(scanned.rows.map(row => row.userId))
      const rows = ids.flatMap((id): DeviceInList[] => {
        const device = records.get(id)
        if (!device) return []
        const liveSessions = live.get(id) ?? 0
        const state = device.endedAt !== null ? 'ended' : liveSessions > 0 ? 'live' : 'signed_out'
        if (filter.state !== undefined && state !== filter.state) return []
        return [{ device: publicDevice(device), username: usernames.get(device.userId) ?? '', state, liveSessions }]
      })
      return listed(scanned, rows)
    },

    count: (filter: DeviceFilter): Promise<Counted> => deviceListStore.count(database, filter, states.terms()),
  }
}

export type DeviceList = ReturnType<typeof createDeviceList>
