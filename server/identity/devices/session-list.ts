// The list of all users' sessions, for administrators.
import type { SessionState } from '../../policy/session.js'
import type { Database } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import { type SessionFilter, type SessionListStore, sessionList } from '../../storage/session-lists.js'
import type { SessionStore } from '../../storage/sessions.js'
import { type Counted, cursorIn, every, type Listed, listed, type Page } from '../listing.js'
import type { Names } from '../people/names.js'
import { type PublicDevice, type PublicSession, publicDevice, publicSession } from './public-session.js'
import type { SessionStates } from './session-state.js'

export type { SessionFilter, SessionState }

export type SessionInList = {
  session: PublicSession
  username: string
  /** null where the device has been deleted. */
  device: PublicDevice | null
  state: SessionState
  /** When the session expires unless it is refreshed; epoch ms. */
  endsAt: number
  /** Name of the user who ended it, where a user did. */
  endedByUsername: string | null
}

export type SessionListDeps = {
  database: Database
  sessionStore: SessionStore
  sessionListStore: SessionListStore
  deviceStore: DeviceStore
  states: SessionStates
  names: Names
}

export function createSessionList({
  database,
  sessionStore,
  sessionListStore,
  deviceStore,
  states,
  names,
}: SessionListDeps) {
  /** Sessions, newest sign-in first. @throws invalid_fields */
  async function page(filter: SessionFilter, page: Page): Promise<Listed<SessionInList>> {
    const terms = states.terms()
    const after = cursorIn(sessionList, page)
    const scanned = await sessionListStore.page(database, filter, terms, { ...page, after })
    const ids = scanned.rows.map(row => row.id)
    if (ids.length === 0) return listed(scanned, [])
    const standings = await sessionStore.standings(database, ids)
    const known = await deviceStore.some(database, [...new Set(scanned.rows.map(row => row.deviceId))])
    const actorNames = await names.ofActors([...standings.values()].map(one => one.session.endedBy))
    const rows = ids.flatMap((id): SessionInList[] => {
      const standing = standings.get(id)
      if (!standing) return []
      const { session, user } = standing
      const state = states.of(standing, terms)
      // The session ended while the list was read.
      if (filter.state !== undefined && state !== filter.state) return []
      const endedByUsername = session.endedBy === null ? null : (actorNames.get(session.endedBy) ?? null)
      const device = known.get(session.deviceId)
      return [
        {
          session: publicSession(session),
          username: user.username,
          device: device ? publicDevice(device) : null,
          state,
          endsAt: states.endsAt(session),
          endedByUsername,
        },
      ]
    })
    return listed(scanned, rows)
  }

  return {
    page,
    count: (filter: SessionFilter): Promise<Counted> => sessionListStore.count(database, filter, states.terms()),
    /** All sessions that match, for a file. */
    every: (filter: SessionFilter): AsyncGenerator<SessionInList> => every(next => page(filter, next)),
  }
}

export type SessionList = ReturnType<typeof createSessionList>
