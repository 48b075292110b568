// Look-ups of display names by id, in batches: rows of lists and logs contain only ids, and the ids of one page are
// resolved together.
import type { ActorName } from '../../policy/actor.js'
import { userOf } from '../../policy/actor.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Database } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { SessionStore } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'

/** The owner's name and the device of a session or device; '' where unknown. */
export type SessionName = { username: string; device: string }

type NamesDeps = {
  database: Database
  userStore: UserStore
  sessionStore: SessionStore
  deviceStore: DeviceStore
  applications: ApplicationsInForce
}

/** Names of users, applications, sessions and devices that lists refer to by id. */
export function createNames({ database, userStore, sessionStore, deviceStore, applications }: NamesDeps) {
  return {
    /** User names by user id. */
    ofUsers: (ids: readonly number[]): Promise<Map<number, string>> => userStore.names(database, [...new Set(ids)]),

    /** User names by actor (`user:7`); the command line and the server itself have none. */
    async ofActors(actors: readonly (string | null)[]): Promise<Map<string, string>> {
      const ids = [...new Set(actors)].flatMap(actor => (actor === null ? [] : (userOf(actor as ActorName) ?? [])))
      const names = await userStore.names(database, ids)
      return new Map([...names].map(([id, name]) => [`user:${id}`, name]))
    },

    /** Application names by id, from the cache, or from the database for those not cached; a deleted one has none. */
    async ofApplications(ids: readonly string[]): Promise<Map<string, string>> {
      const wanted = [...new Set(ids)]
      const notLoaded = wanted.filter(id => applications.find(id) === undefined)
      if (notLoaded.length > 0) await applications.load(notLoaded)
      return new Map(wanted.map(id => [id, applications.find(id)?.name || id]))
    },

    /** Owner and device by session id; a deleted session has none. */
    async ofSessions(ids: readonly string[]): Promise<Map<string, SessionName>> {
      const found = [...(await sessionStore.some(database, [...new Set(ids)])).values()]
      const [owners, known] = await Promise.all([
        userStore.names(database, [...new Set(found.map(session => session.userId))]),
        deviceStore.some(database, [...new Set(found.map(session => session.deviceId))]),
      ])
      return new Map(
        found.map(({ id, userId, deviceId }) => [
          id,
          { username: owners.get(userId) ?? '', device: known.get(deviceId)?.name ?? '' },
        ]),
      )
    },

    /** Owner and device by device id; a deleted device has none. */
    async ofDevices(ids: readonly string[]): Promise<Map<string, SessionName>> {
      const found = await deviceStore.some(database, [...new Set(ids)])
      const owners = await userStore.names(database, [...new Set([...found.values()].map(device => device.userId))])
      return new Map(
        [...found].map(([id, { userId, name }]) => [id, { username: owners.get(userId) ?? '', device: name }]),
      )
    },
  }
}

export type Names = ReturnType<typeof createNames>
