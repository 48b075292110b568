import { type Actor, nameOf } from '../policy/actor.js'
import {
  firstPolicy,
  type Policy,
  type PolicyName,
  policyNames,
  whyNotPolicy,
  whyNotPolicyValue,
} from '../policy/policies.js'
import { refuse } from '../protocol/errors.js'
import type { Audit } from '../storage/audit.js'
import type { Database, Queries } from '../storage/database.js'
import type { PolicyVersionRecord, PolicyVersions } from '../storage/policy-versions.js'
import type { Revocations } from '../storage/revocations.js'
import type { Revoke } from '../tokens/revoke.js'

/** `since` is epoch ms. */
export type PolicyInVersion = { version: number; policy: Policy; actor: string; reason: string; since: number }

export type PoliciesDeps = {
  database: Database
  policyVersions: PolicyVersions
  audit: Audit
  revocations: Revocations
  revoke: Revoke
  now: () => number
}

/** Policies as an administrator sees and changes them. Every server follows within a quarter of a second. */
export function createPolicies({ database, policyVersions, audit, revocations, revoke, now }: PoliciesDeps) {
  async function show(tx: Queries = database): Promise<PolicyInVersion> {
    return read((await policyVersions.latest(tx))!)
  }

  return {
    show: (): Promise<PolicyInVersion> => show(),

    /**
     * Writes a new version. Sessions are judged against it at their next refresh.
     * @throws invalid_fields; nothing has changed then
     */
    set(changes: Partial<Record<PolicyName, unknown>>, actor: Actor, reason: string): Promise<PolicyInVersion> {
      requireValues(changes)
      return revoke.transaction(actor, async (tx, { note }) => {
        // First, so that two changes at once follow each other; both heads, in their order.
        await audit.lockHead(tx)
        await revocations.lockHead(tx)
        const before = await show(tx)
        const policy = { ...before.policy, ...changes } as Policy
        const problems = whyNotPolicy(policy)
        if (problems.length > 0) throw refuse('invalid_fields', { fields: { non_field_errors: problems } })
        const version = before.version + 1
        await policyVersions.insert(tx, {
          version,
          policy: JSON.stringify(policy),
          actor: nameOf(actor),
          reason: reason.slice(0, 255),
          createdAt: now(),
        })
        // Tokens of the policy before live on: entries written from now on must outlive them.
        const horizon = now() + before.policy.access_token_lifetime * 1000
        await revocations.setLifetime(tx, policy.access_token_lifetime, horizon)
        await revocations.raiseVersion(tx, 'policy')
        note({ action: 'policy_changed', subject: String(version), ...differences(before.policy, policy) })
        return { version, policy, actor: nameOf(actor), reason, since: now() }
      })
    },
  }
}

export type Policies = ReturnType<typeof createPolicies>

function read({ version, policy, actor, reason, createdAt }: PolicyVersionRecord): PolicyInVersion {
  return {
    version,
    policy: { ...firstPolicy, ...(JSON.parse(policy) as Partial<Policy>) },
    actor,
    reason,
    since: createdAt,
  }
}

/** Only what differs: the audit log tells what a change was about. */
function differences(before: Policy, after: Policy) {
  const changed = policyNames.filter(name => before[name] !== after[name])
  const only = (policy: Policy) => Object.fromEntries(changed.map(name => [name, policy[name]]))
  return { before: only(before), after: only(after) }
}

function requireValues(changes: Partial<Record<PolicyName, unknown>>): void {
  const fields: Record<string, string[]> = {}
  for (const [name, value] of Object.entries(changes)) {
    const problem = whyNotPolicyValue(name as PolicyName, value)
    if (problem) fields[name] = [problem]
  }
  if (Object.keys(fields).length > 0) throw refuse('invalid_fields', { fields })
}
