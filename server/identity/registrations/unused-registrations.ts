// Deletes self-registered applications that were never used, after 30 days: a flood of registrations does not fill the table for
// good.
import { setImmediate } from 'node:timers/promises'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Database } from '../../storage/database.js'
import type { InitialAccessTokenStore } from '../../storage/initial-access-tokens.js'
import type { RegisteredApplicationStore } from '../../storage/registered-applications.js'
import type { Changes } from '../../tokens/changes.js'
import type { ApplicationWriting } from '../applications/application-writing.js'

export type UnusedRegistrationsDeps = {
  database: Database
  initialAccessTokenStore: InitialAccessTokenStore
  registeredApplicationStore: RegisteredApplicationStore
  applicationWriting: Pick<ApplicationWriting, 'forgetUnused'>
  policy: PolicyInForce
  changes: Changes
  now: () => number
}

/** How long an unused registration is kept; ms. */
const unusedKept = 30 * 86_400_000
const batch = 100

export function createUnusedRegistrations(deps: UnusedRegistrationsDeps) {
  const { database, initialAccessTokenStore, registeredApplicationStore, applicationWriting, policy, changes, now } =
    deps

  /** @returns how many were deleted */
  async function forgetSome(): Promise<number> {
    const found = await registeredApplicationStore.unused(database, now() - unusedKept, batch)
    if (found.length === 0) return 0
    return changes.run('system', async (tx, { note }) => {
      const gone = await applicationWriting.forgetUnused(
        tx,
        found.map(one => one.id),
      )
      for (const subject of gone) note({ action: 'application_forgotten', subject })
      return gone.length
    })
  }

  return {
    async forget(): Promise<void> {
      while ((await forgetSome()) > 0) await setImmediate()
      // Initial access tokens stay listed as long as ended sessions.
      const before = now() - policy().ended_session_retention * 1000
      while ((await initialAccessTokenStore.forgetOver(database, before, batch)) === batch) await setImmediate()
    },
  }
}

export type UnusedRegistrations = ReturnType<typeof createUnusedRegistrations>
