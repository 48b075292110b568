// Refresh tokens that were used again: two held the session, and here they stand side by side.
import { nameDevice } from '../../../identity/devices/device-name.js';
import { readTyped } from '../../lists/filters.js';
import { incidentFilters } from '../../lists/logs.js';
import { isFiltered, readCounted } from './lists.js';
export function createIncidentPages({ pages, incidents, users, userList, sessionList, names }) {
    /** How many sessions each of them has that live: so many would end. */
    async function liveSessionsOf(userIds) {
        const live = new Map();
        for (const userId of new Set(userIds))
            live.set(userId, (await sessionList.count({ userId, state: 'live' })).count);
        return live;
    }
    return {
        async incidentsPage(ctx) {
            const frame = pages.frameOf(ctx);
            const { t } = frame;
            const which = [];
            const filter = await readTyped(ctx, incidentFilters, { users, userList, frame, which });
            const { results, next, partial, counted } = await readCounted(ctx, page => incidents.page(filter, page), () => incidents.count(filter));
            const live = await liveSessionsOf(results.map(one => one.incident.userId));
            const applications = await names.ofApplications(results.flatMap(one => (one.session ? [one.session.applicationId] : [])));
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
            });
        },
    };
}
function presentIncident({ incident, username, session, device }, applications) {
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
    };
}
//# sourceMappingURL=incidents.js.map