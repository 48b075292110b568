import { foldEras } from '../policy/eras.js'
import { readVersions } from '../policy/policy-version.js'
import type { Database } from '../storage/database.js'
import type { PolicyVersions } from '../storage/policy-versions.js'
import type { Revocations } from '../storage/revocations.js'
import type { SessionSurveys } from '../storage/session-surveys.js'

export type SettledPoliciesDeps = {
  database: Database
  policyVersions: PolicyVersions
  surveys: SessionSurveys
  revocations: Revocations
  now: () => number
}

/** A sign-in that began before a version may be written a little after it; ms. */
const slack = 3_600_000

/** Brings eras to their end: a version for new sessions only is for all once no session of before is left. */
export function createSettledPolicies({ database, policyVersions, surveys, revocations, now }: SettledPoliciesDeps) {
  return {
    async settle(): Promise<void> {
      for (const { version, createdAt } of await policyVersions.unsettled(database)) {
        // A newer one spares all that this one spares.
        if (await surveys.anyOlderPolicy(database, version, createdAt + slack)) return
        await database.transaction(async tx => {
          await revocations.lockHead(tx)
          if (!(await policyVersions.settle(tx, version, now()))) return
          // A session that came too late to be seen gets no longer token than the log reckons with (tokens/issue.ts).
          const { longestAccessLifetime } = foldEras(readVersions(await policyVersions.inUse(tx)))
          await revocations.setLifetime(tx, longestAccessLifetime, now())
          await revocations.raiseVersion(tx, 'policy')
        })
      }
    },
  }
}

export type SettledPolicies = ReturnType<typeof createSettledPolicies>
