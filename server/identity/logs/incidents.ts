// The list of incidents (reuse of a spent refresh token, RFC 9700 §4.14.2), each with the user name, session and
// device that it concerns; a page is joined by a few batched reads.
import type { Database } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { IncidentRecord } from '../../storage/incidents.js'
import { type IncidentFilter, incidentList, type LogListStore } from '../../storage/log-lists.js'
import type { SessionStore } from '../../storage/sessions.js'
import { type PublicDevice, type PublicSession, publicDevice, publicSession } from '../devices/public-session.js'
import { type Counted, cursorIn, type Listed, listed, type Page } from '../listing.js'
import type { Names } from '../people/names.js'

export type { IncidentFilter, IncidentRecord }

/**
 * The reuse of a spent refresh token: `incident` tells who presented it, `session` and `device` whose it was; null
 * where they have been deleted.
 */
export type IncidentInList = {
  incident: IncidentRecord
  username: string
  session: PublicSession | null
  device: PublicDevice | null
}

export type IncidentsDeps = {
  database: Database
  logListStore: LogListStore
  sessionStore: SessionStore
  deviceStore: DeviceStore
  names: Names
}

/** Incidents of refresh token reuse, for administrators. */
export function createIncidents({ database, logListStore, sessionStore, deviceStore, names }: IncidentsDeps) {
  return {
    /** Incidents, newest first. @throws invalid_fields */
    async page(filter: IncidentFilter, page: Page): Promise<Listed<IncidentInList>> {
      const after = cursorIn(incidentList, page)
      const scanned = await logListStore.incidents.page(database, filter, { ...page, after })
      const { rows } = scanned
      const owners = await sessionStore.some(database, [...new Set(rows.map(row => row.sessionId))])
      const known = await deviceStore.some(database, [...new Set([...owners.values()].map(one => one.deviceId))])
      const usernames = await names.ofUsers(rows.map(row => row.userId))
      const results = rows.map((incident): IncidentInList => {
        const session = owners.get(incident.sessionId)
        const device = session && known.get(session.deviceId)
        return {
          incident,
          username: usernames.get(incident.userId) ?? '',
          session: session ? publicSession(session) : null,
          device: device ? publicDevice(device) : null,
        }
      })
      return listed(scanned, results)
    },

    count: (filter: IncidentFilter): Promise<Counted> => logListStore.incidents.count(database, filter),
  }
}

export type Incidents = ReturnType<typeof createIncidents>
