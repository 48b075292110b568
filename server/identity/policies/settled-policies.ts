// The background task that settles policy versions for new sessions only (`apply` = `new`), once a query finds no
// open session that is older than the version; eras: policy/eras.ts.
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

/** A sign-in that began before a version may be written this much later; ms. */
const slack = 3_600_000

/** Ends eras: a version for new sessions only becomes valid for all once no older session is left. */
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
        // Newer versions exempt the same older sessions, so they cannot be settled either.
        if (await sessionSurveyStore.anyOlderPolicy(database, version, createdAt + slack)) return
        await database.transaction(async tx => {
          await revocationStore.lockHead(tx)
          if (!(await policyVersionStore.settle(tx, version, now()))) return
          // An older session written after this check gets no token that lives longer than the log allows for
          // (tokens/issue.ts).
          await accessLifetime.write(tx)
          await revocationStore.raiseVersion(tx, 'policy')
        })
      }
    },
  }
}

export type SettledPolicies = ReturnType<typeof createSettledPolicies>
