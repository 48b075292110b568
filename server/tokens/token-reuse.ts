// Reuse of a refresh token. RFC 9700 §4.14.2: the replay of a spent token means that two parties hold the session,
// which ends for both; an incident is kept for the administrators.
import type { Origin } from '../policy/actor.js'
import type { Database } from '../storage/database.js'
import type { IncidentStore } from '../storage/incidents.js'
import type { Standing } from '../storage/sessions.js'
import type { Changes } from './changes.js'
import type { Count } from './counters.js'

export type TokenReuseDeps = {
  database: Database
  incidentStore: IncidentStore
  changes: Changes
  now: () => number
  uuid: () => string
  count: Count
  log: { error(details: object, message: string): void }
}

/**
 * @returns a function that ends a session whose token of an earlier generation was presented, unless it has ended
 */
export function createTokenReuse({ database, incidentStore, changes, now, uuid, count, log }: TokenReuseDeps) {
  async function writeIncident(session: Standing['session'], presented: number, presenter: Origin): Promise<void> {
    try {
      await incidentStore.insert(database, {
        id: uuid(),
        sessionId: session.id,
        userId: session.userId,
        presentedGeneration: presented,
        presentGeneration: session.generation,
        ...presenter,
        createdAt: now(),
      })
    } catch (error) {
      log.error({ err: error, sid: session.id }, 'an incident could not be written')
    }
  }

  return async function endReused(session: Standing['session'], presented: number, presenter: Origin): Promise<void> {
    const ended = await changes.run(
      { name: 'system', origin: presenter, credential: null },
      async (_, { record, note }) => {
        if (!(await record('refresh_token_reused', { subject: session.id }))) return false
        const before = { user: session.userId, generation: session.generation, presented }
        note({ action: 'refresh_token_reused', subject: session.id, before })
        return true
      },
    )
    if (!ended) return
    // After the commit: nothing that fails here may undo the end.
    count('reuse_incidents')
    await writeIncident(session, presented, presenter)
  }
}
