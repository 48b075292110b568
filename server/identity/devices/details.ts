// Details of one session or device of any user: its owner, its state, and its history.

import { refuse } from '../../protocol/errors.js'
import type { Database } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { AuditLog, AuditRecord, EntryOfPerson } from '../logs/audit-log.js'
import type { IncidentRecord, Incidents } from '../logs/incidents.js'
import type { Names } from '../people/names.js'
import { type PublicDevice, type PublicSession, publicDevice } from './public-session.js'
import type { SessionInList, SessionList } from './session-list.js'
import type { ListedSession, Sessions } from './sessions.js'

export type SessionDetails = ListedSession & { device: PublicDevice | null; endedByUsername: string | null }

/** A device with its owner and sessions, newest first. */
export type DeviceDetails = { device: PublicDevice; username: string; sessions: SessionInList[] }

/** Audit entries and incidents of a session or device, each newest first, and the names of their actors. */
export type Activity = { entries: AuditRecord[]; incidents: IncidentRecord[]; names: Map<string, string> }

export type DetailsDeps = {
  database: Database
  deviceStore: DeviceStore
  sessions: Sessions
  sessionList: SessionList
  auditLog: AuditLog
  incidents: Incidents
  names: Names
}

/** How many entries are shown. */
const shown = 50
const latest = Number.MAX_SAFE_INTEGER

export function createDetails(deps: DetailsDeps) {
  const { database, deviceStore, sessions, sessionList, auditLog, incidents, names } = deps

  const entriesOf = (kind: string, id: string) =>
    auditLog.search({ before: latest, limit: shown, subject: { kind, id } })

  async function named(entries: AuditRecord[], found: IncidentRecord[]): Promise<Activity> {
    return { entries, incidents: found, names: await names.ofActors(entries.map(entry => entry.actor)) }
  }

  return {
    /** @throws not_found */
    async session(id: string): Promise<SessionDetails> {
      const found = await sessions.require(id)
      const { deviceId, endedBy } = found.session
      const device = await deviceStore.find(database, deviceId)
      const actorNames = await names.ofActors([endedBy])
      return {
        ...found,
        device: device && publicDevice(device),
        endedByUsername: endedBy === null ? null : (actorNames.get(endedBy) ?? null),
      }
    },

    async sessionHistory({ id }: Pick<PublicSession, 'id'>): Promise<Activity> {
      const spent = await incidents.page({ sessionId: id }, { limit: shown })
      return named(
        await entriesOf('session', id),
        spent.results.map(one => one.incident),
      )
    },

    /** @throws not_found */
    async device(id: string): Promise<DeviceDetails> {
      const device = await deviceStore.find(database, id)
      if (!device) throw refuse('not_found')
      const { results } = await sessionList.page({ deviceId: id }, { limit: shown })
      const username = (await names.ofUsers([device.userId])).get(device.userId) ?? ''
      return { device: publicDevice(device), username, sessions: results }
    },

    /** Audit entries of a user, their sessions and their devices. */
    async userHistory(id: number): Promise<{ entries: EntryOfPerson[]; names: Map<string, string> }> {
      const { results } = await auditLog.ofPerson(id, latest, shown)
      return { entries: results, names: await names.ofActors(results.map(entry => entry.actor)) }
    },

    deviceHistory: async ({ id }: Pick<PublicDevice, 'id'>): Promise<Activity> =>
      named(await entriesOf('device', id), []),
  }
}

export type Details = ReturnType<typeof createDetails>
