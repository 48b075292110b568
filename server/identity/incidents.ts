import type { Database } from '../storage/database.js'
import type { IncidentRecord, Incidents as IncidentStore } from '../storage/incidents.js'

export type { IncidentRecord }

/** Refresh tokens that were used again, as an administrator reads them. */
export function createIncidents({ database, incidents }: { database: Database; incidents: IncidentStore }) {
  return {
    /** Newest first, those before an instant (epoch ms). */
    list: (page: { before: number; limit: number }): Promise<IncidentRecord[]> => incidents.list(database, page),
  }
}

export type Incidents = ReturnType<typeof createIncidents>
