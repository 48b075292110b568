// Refresh tokens that were used again: two held the session, and here they stand side by side.
import { nameDevice } from '../../../identity/device-name.js'
import type { IncidentInList, Incidents } from '../../../identity/incidents.js'
import type { UserList } from '../../../identity/user-list.js'
import type { Users } from '../../../identity/users.js'
import type { Context } from '../../handler.js'
import type { Pages } from '../page.js'
import { readText } from '../query.js'
import { isFiltered, readCounted, readDays, readUser } from './lists.js'
import type { Which } from './people.js'

export type IncidentPagesDeps = { pages: Pages; incidents: Incidents; users: Users; userList: UserList }

export function createIncidentPages({ pages, incidents, users, userList }: IncidentPagesDeps) {
  return {
    async incidentsPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t } = frame
      const which: Which[] = []
      const filter = {
        userId: await readUser(ctx, 'user', { users, userList, frame, which }),
        sessionId: readText(ctx, 'session', 36) || undefined,
        ...readDays(ctx, frame),
      }
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => incidents.page(filter, page),
        () => incidents.count(filter),
      )
      await pages.show(ctx, 'admin/incidents', {
        title: t('nav.incidents'),
        lead: t('incidents.lead'),
        incidents: results.map(presentIncident),
        ...{ next, partial, counted, filtered: isFiltered(filter), which },
      })
    },
  }
}

function presentIncident({ incident, username, session, device }: IncidentInList) {
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
      application: session.applicationId,
      signedInAt: session.createdAt,
      lastSeenAt: session.lastSeenAt,
    },
  }
}
