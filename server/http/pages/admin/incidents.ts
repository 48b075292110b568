// Incidents: reused refresh tokens, each with the client that sent it and the one that held the session.
import { nameDevice } from '../../../identity/devices/device-name.js'
import type { SessionList } from '../../../identity/devices/session-list.js'
import type { IncidentInList, Incidents } from '../../../identity/logs/incidents.js'
import type { Names } from '../../../identity/people/names.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import type { Context } from '../../handler.js'
import { readTyped } from '../../lists/filters.js'
import { incidentFilters } from '../../lists/logs.js'
import type { Pages } from '../page.js'
import { isFiltered, readCounted } from './lists.js'
import type { Which } from './people.js'

export type IncidentPagesDeps = {
  pages: Pages
  incidents: Incidents
  users: Users
  userList: UserList
  sessionList: SessionList
  names: Names
}

export function createIncidentPages({ pages, incidents, users, userList, sessionList, names }: IncidentPagesDeps) {
  /** The number of live sessions of each user: so many would end. */
  async function liveSessionsOf(userIds: readonly number[]): Promise<Map<number, number>> {
    const live = new Map<number, number>()
    for (const userId of new Set(userIds)) live.set(userId, (await sessionList.count({ userId, state: 'live' })).count)
    return live
  }

  return {
    async incidentsPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const which: Which[] = []
      const filter = await readTyped(ctx, incidentFilters, { users, userList, frame, which })
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => incidents.page(filter, page),
        () => incidents.count(filter),
      )
      const live = await liveSessionsOf(results.map(one => one.incident.userId))
      const applications = await names.ofApplications(
        results.flatMap(one => (one.session ? [one.session.applicationId] : [])),
      )
      await pages.show(ctx, 'admin/incidents', {
        title: t('nav.incidents'),
        lead: t('incidents.lead'),
        incidents: results.map(one => ({
          ...presentIncident(one, applications),
          sessions: live.get(one.incident.userId) ?? 0,
        })),
        next,
        partial,
        counted,
        filtered: isFiltered(filter),
        which,
      })
    },
  }
}

function presentIncident(
  { incident, username, session, device }: IncidentInList,
  applications: ReadonlyMap<string, string>,
) {
  return {
    id: incident.id,
    sessionId: incident.sessionId,
    userId: incident.userId,
    username,
    at: incident.createdAt,
    came: {
      device: nameDevice(incident.userAgent).name,
      userAgent: incident.userAgent,
      address: incident.address,
      generation: incident.presentedGeneration,
      requestId: incident.requestId,
    },
    held: session && {
      device: device?.name ?? null,
      userAgent: device?.userAgent ?? null,
      address: session.address,
      generation: incident.presentGeneration,
      applicationId: session.applicationId,
      application: applications.get(session.applicationId),
      signedInAt: session.createdAt,
      lastSeenAt: session.lastSeenAt,
    },
  }
}
