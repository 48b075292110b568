// The policy that this process applies: the latest version, read again whenever the head of the log says there is one.
import { firstPolicy, type Policy } from '../policy/policies.js'
import type { Database } from '../storage/database.js'
import type { PolicyVersions } from '../storage/policy-versions.js'
import type { Tail } from './tail.js'

export function createPolicyInForce(deps: { database: Database; policyVersions: PolicyVersions; tail: Tail }) {
  let policy: Policy = firstPolicy
  deps.tail.follow(
    head => head.policyVersion,
    async () => {
      const latest = await deps.policyVersions.latest(deps.database)
      // A policy that this version adds has its first value until somebody sets it.
      if (latest) policy = { ...firstPolicy, ...(JSON.parse(latest.policy) as Partial<Policy>) }
    },
  )
  return (): Policy => policy
}

export type PolicyInForce = ReturnType<typeof createPolicyInForce>
