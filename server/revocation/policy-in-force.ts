// The policy that this process applies, read again whenever the head of the log has a new version of it: the latest
// version for what concerns no session, and for each session the policy of its era with what its application overrides.
import { type EraSubject, type Eras, foldEras, withOverrides } from '../policy/eras.js'
import { firstPolicy, type Policy } from '../policy/policies.js'
import { readVersions } from '../policy/policy-version.js'
import type { Database } from '../storage/database.js'
import type { PolicyVersionStore } from '../storage/policy-versions.js'
import type { ApplicationsInForce } from './applications-in-force.js'
import type { Tail } from './tail.js'

/** The eras, and the version of the policy in the head of the log when they were read. */
export type ErasInForce = Eras & { head: number }

export type PolicyInForceDeps = {
  database: Database
  policyVersionStore: PolicyVersionStore
  applications: Pick<ApplicationsInForce, 'overrides'>
  tail: Tail
}

export function createPolicyInForce({ database, policyVersionStore, applications, tail }: PolicyInForceDeps) {
  let eras: ErasInForce = { ...foldEras([firstVersion]), head: 0 }
  tail.follow(
    head => head.policyVersion,
    async head => {
      const written = await policyVersionStore.inUse(database)
      if (written.length > 0)
        eras = { ...foldEras(readVersions(written), applications.overrides()), head: head.policyVersion }
    },
  )

  function presentEras(): ErasInForce {
    const overrides = applications.overrides()
    if (overrides !== eras.overrides) eras = { ...withOverrides(eras, overrides), head: eras.head }
    return eras
  }

  return Object.assign((): Policy => eras.latest, {
    /** The policy that a session is judged by. */
    of: (session: EraSubject): Policy => presentEras().of(session),
    /**
     * A snapshot of all eras, for callers that must judge by one policy throughout: the same object until one
     * changes.
     */
    eras: presentEras,
  })
}

export type PolicyInForce = ReturnType<typeof createPolicyInForce>

const firstVersion = {
  version: 1,
  policy: firstPolicy,
  changed: [],
  apply: 'refresh' as const,
  undoes: null,
  settled: false,
}
