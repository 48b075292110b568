import type { AccessLifetime } from '../../revocation/access-lifetime.js'
import type { Database } from '../../storage/database.js'
import type { PolicyVersionStore } from '../../storage/policy-versions.js'
import type { RevocationStore } from '../../storage/revocations.js'
import type { SessionSurveyStore } from '../../storage/session-surveys.js'

export type SettledPoliciesDeps = {
  database: Database
  policyVersionStore: PolicyVersionStore
  sessionSurveyStore: SessionSurveyStore
  revocationStore: RevocationStore
  accessLifetime: AccessLifetime
  now: () => number
}

/** A sign-in that began before a version may be written a little after it; ms. */
const slack = 3_600_000

/** Brings eras to their end: a version for new sessions only is for all once no session of before is left. */
export function createSettledPolicies({
  database,
  policyVersionStore,
  sessionSurveyStore,
  revocationStore,
  accessLifetime,
  now,
}: SettledPoliciesDeps) {
  return {
    async settle(): Promise<void> {
      for (const { version, createdAt } of await policyVersionStore.unsettled(database)) {
        // A newer one spares all that this one spares.
        if (await sessionSurveyStore.anyOlderPolicy(database, version, createdAt + slack)) return
        await database.transaction(async tx => {
          await revocationStore.lockHead(tx)
          if (!(await policyVersionStore.settle(tx, version, now()))) return
          // A session that came too late to be seen gets no longer token than the log reckons with (tokens/issue.ts).
          await accessLifetime.write(tx)
          await revocationStore.raiseVersion(tx, 'policy')
        })
      }
    },
  }
}

export type SettledPolicies = ReturnType<typeof createSettledPolicies>
