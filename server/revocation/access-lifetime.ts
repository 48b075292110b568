// The longest lifetime of access tokens, by the policy and by what applications override: it decides how long entries
// of the log are kept. Written in the transaction that changes either.
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
     * The maximum over all eras and applications: sessions of an older era may still get longer tokens, and entries
     * of the log must outlive those too. Call it after the change, under the lock of the log's head.
     */
    async write(tx: Queries): Promise<void> {
      const versions = readVersions(await policyVersionStore.inUse(tx))
      const overrides = overridesOf(await applicationStore.inForce(tx))
      await revocationStore.setLifetime(tx, foldEras(versions, overrides).longestAccessLifetime, now())
    },
  }
}

export type AccessLifetime = ReturnType<typeof createAccessLifetime>
