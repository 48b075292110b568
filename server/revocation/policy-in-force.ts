// The policy that this process applies, read again whenever the head of the log says that it changed: the latest version for
// what is about no session, and for each session the rules of its era.
import { type Eras, foldEras, type Judged } from '../policy/eras.js'
import { firstPolicy, type Policy } from '../policy/policies.js'
import { readVersions } from '../policy/policy-version.js'
import type { Database } from '../storage/database.js'
import type { PolicyVersionStore } from '../storage/policy-versions.js'
import type { Tail } from './tail.js'

/** The eras, and what the head of the log said when they were read. */
export type ErasInForce = Eras & { head: number }

export function createPolicyInForce(deps: { database: Database; policyVersionStore: PolicyVersionStore; tail: Tail }) {
  let eras: ErasInForce = { ...foldEras([firstVersion]), head: 0 }
  deps.tail.follow(
    head => head.policyVersion,
    async head => {
      const written = await deps.policyVersionStore.inUse(deps.database)
      if (written.length > 0) eras = { ...foldEras(readVersions(written)), head: head.policyVersion }
    },
  )
  return Object.assign((): Policy => eras.latest, {
    /** The rules that a session is judged by. */
    of: (session: Judged): Policy => eras.of(session),
    /** All of them at this instant, for who must judge by one policy from beginning to end. */
    eras: (): ErasInForce => eras,
  })
}

export type PolicyInForce = ReturnType<typeof createPolicyInForce>

const firstVersion = {
  ...{ version: 1, policy: firstPolicy, changed: [], apply: 'refresh' as const, undoes: null, settled: false },
}
