// Ends many devices at once, chosen by hand or by a filter: their sessions, and their device tokens for the next
// sign-in.
import type { Actor } from '../../policy/actor.js'
import type { Database } from '../../storage/database.js'
import type { DeviceFilter, DeviceListStore, FoundDevice } from '../../storage/device-lists.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { SessionListStore } from '../../storage/session-lists.js'
import type { UserStore } from '../../storage/users.js'
import {
  type AsOf,
  chunked,
  type Done,
  findSelected,
  type LeftOut,
  type Previewed,
  type Reached,
  type Selection,
  whyLeftOut,
} from '../bulk.js'
import type { ActorRights } from '../rights.js'
import type { SessionStates } from './session-state.js'
import type { Sessions } from './sessions.js'

export type DeviceSelection = Selection<string, DeviceFilter>

/** Preview of ending devices. `count` is of devices. */
export type DeviceEndPreview = Previewed & Reached & { users: number; sessions: number; leftOut: LeftOut[] }

/** `users`: how many owners the devices had; `sessions`: how many ended with them. */
export type DevicesEnded = Done & { users: number; sessions: number }

export type DeviceEndOptions = {
  /** A device that stays: the actor's own. */
  keep?: string | null | undefined
  /** Reason for the audit log. */
  why?: string | undefined
}

export type DeviceEndsDeps = {
  database: Database
  userStore: UserStore
  deviceStore: DeviceStore
  deviceListStore: DeviceListStore
  sessionListStore: SessionListStore
  sessions: Sessions
  states: SessionStates
  rights: ActorRights
  now: () => number
}

export const mostDevicesAtOnce = 5_000

export function createDeviceEnds(deps: DeviceEndsDeps) {
  const { database, userStore, deviceStore, deviceListStore, sessionListStore, sessions, states, rights, now } = deps

  /**
   * Devices of the selection that have not ended and existed at `at` (epoch ms), by their owners.
   * @throws invalid_fields
   */
  async function find(selection: DeviceSelection, at: number, keep: DeviceEndOptions['keep']) {
    const found = await findSelected<string, DeviceFilter, FoundDevice>(selection, {
      most: mostDevicesAtOnce,
      what: 'devices',
      named: async ids => [...(await deviceStore.some(database, ids)).values()].filter(one => one.endedAt === null),
      filtered: async (filter, page) => {
        if (filter.state === 'ended') return { rows: [], next: null }
        return deviceListStore.page(database, { ...filter, firstSeenUpto: at, open: true }, states.terms(), page)
      },
    })
    const byOwner = new Map<number, Set<string>>()
    for (const { id, userId } of found) {
      if (id === keep) continue
      const known = byOwner.get(userId)
      if (known) known.add(id)
      else byOwner.set(userId, new Set([id]))
    }
    return byOwner
  }

  return {
    /** @throws invalid_fields when there are more than can be ended at once */
    async preview(
      selection: DeviceSelection,
      actor: Actor,
      { keep, asOf }: DeviceEndOptions & AsOf = {},
    ): Promise<DeviceEndPreview> {
      const at = asOf ?? now()
      const byOwner = await find(selection, at, keep)
      const leftOut: LeftOut[] = []
      for (const { id, username } of await rights.deniedAmong(database, actor, byOwner.keys())) {
        leftOut.push({ userId: id, username, count: byOwner.get(id)!.size, why: 'permission_denied' })
        byOwner.delete(id)
      }
      const ids = [...byOwner.values()].flatMap(some => [...some])
      let open = 0
      for (const some of chunked(ids))
        for (const count of (await sessionListStore.openOn(database, some)).values()) open += count
      return { at, count: ids.length, users: byOwner.size, userIds: [...byOwner.keys()], sessions: open, leftOut }
    },

    /** Ends the previewed devices, one owner after the other. @throws invalid_fields */
    async run(
      selection: DeviceSelection,
      previewed: Previewed,
      actor: Actor,
      { keep, why }: DeviceEndOptions = {},
    ): Promise<DevicesEnded> {
      const byOwner = await find(selection, previewed.at, keep)
      const leftOut: LeftOut[] = []
      const ended = { done: 0, users: 0, sessions: 0 }
      for (const [userId, ids] of byOwner) {
        try {
          const one = await sessions.endDevicesOf(userId, ids, actor, why)
          ended.done += one.devices.length
          ended.sessions += one.sessions
          if (one.devices.length > 0) ended.users++
        } catch (error) {
          const why = whyLeftOut(error)
          if (why === 'not_found') continue
          const username = (await userStore.names(database, [userId])).get(userId) ?? ''
          leftOut.push({ userId, username, count: ids.size, why })
        }
      }
      return { ...ended, differ: ended.done - previewed.count, leftOut }
    },
  }
}

export type DeviceEnds = ReturnType<typeof createDeviceEnds>
