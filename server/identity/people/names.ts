import type { ActorName } from '../../policy/actor.js'
import { userOf } from '../../policy/actor.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Database } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { SessionStore } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'

/** Whose a session or a device is and on what; '' where nobody knows. */
export type SessionName = { username: string; device: string }

type NamesDeps = {
  database: Database
  userStore: UserStore
  sessionStore: SessionStore
  deviceStore: DeviceStore
  applications: ApplicationsInForce
}

/** What people and their sessions are called who stand in lists by their ids. */
export function createNames({ database, userStore, sessionStore, deviceStore, applications }: NamesDeps) {
  return {
    /** By user id. */
    ofUsers: (ids: readonly number[]): Promise<Map<number, string>> => userStore.names(database, [...new Set(ids)]),

    /** By the actor's own word (`user:7`); the command line and the server itself have none. */
    async ofActors(actors: readonly (string | null)[]): Promise<Map<string, string>> {
      const ids = [...new Set(actors)].flatMap(actor => (actor === null ? [] : (userOf(actor as ActorName) ?? [])))
      const names = await userStore.names(database, ids)
      return new Map([...names].map(([id, name]) => [`user:${id}`, name]))
    },

    /** By application id, from memory but for those that this process never met; one that is gone has none. */
    async ofApplications(ids: readonly string[]): Promise<Map<string, string>> {
      const wanted = [...new Set(ids)]
      const unmet = wanted.filter(id => applications.find(id) === undefined)
      if (unmet.length > 0) await applications.load(unmet)
      return new Map(wanted.map(id => [id, applications.find(id)?.name || id]))
    },

    /** By session id; one that has been forgotten has none. */
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

    /** By device id; one that has been forgotten has none. */
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
