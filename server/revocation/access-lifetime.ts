// How long access tokens live at most, by the policy and by what applications override: what the entries of the log reckon
// with. Written down in the transaction that changes either.
import { foldEras } from '../policy/eras.js'
import { readVersions } from '../policy/policy-version.js'
import { type ApplicationStore, overridesOf } from '../storage/applications.js'
import type { Queries } from '../storage/database.js'
import type { PolicyVersionStore } from '../storage/policy-versions.js'
import type { RevocationStore } from '../storage/revocations.js'

export type AccessLifetimeDeps = {
  policyVersionStore: PolicyVersionStore
  applicationStore: ApplicationStore
  revocationStore: RevocationStore
  now: () => number
}

export function createAccessLifetime(deps: AccessLifetimeDeps) {
  const { policyVersionStore, applicationStore, revocationStore, now } = deps
  return {
    /**
     * Of any era and application: while sessions of before get longer tokens, what is written into the log outlives those
     * too. To be called after the change, under the lock of the log's head.
     */
    async write(tx: Queries): Promise<void> {
      const versions = readVersions(await policyVersionStore.inUse(tx))
      const overrides = overridesOf(await applicationStore.knownToAll(tx))
      await revocationStore.setLifetime(tx, foldEras(versions, overrides).longestAccessLifetime, now())
    },
  }
}

export type AccessLifetime = ReturnType<typeof createAccessLifetime>
