// How much applications are used, for the lists of them.
import type { ApplicationUse, ApplicationUseStore } from '../../storage/application-uses.js'
import type { Database } from '../../storage/database.js'
import type { SessionStates } from '../devices/session-state.js'

export type { ApplicationUse }

export type ApplicationUsesDeps = {
  database: Database
  applicationUseStore: ApplicationUseStore
  states: SessionStates
}

export function createApplicationUses({ database, applicationUseStore, states }: ApplicationUsesDeps) {
  return {
    /** Uses of applications by their ids. `lastSignInAt`: epoch ms, or null. */
    of: (ids: readonly string[]): Promise<Map<string, ApplicationUse>> =>
      applicationUseStore.of(database, ids, states.terms()),
  }
}

export type ApplicationUses = ReturnType<typeof createApplicationUses>
