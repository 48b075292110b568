// Two past changes of the policy in a demo: a longer idle lifetime of sessions, and its reversal. The policy in force
// is the same as before.
import type { AuditStore } from '../storage/audit.js'
import type { Database } from '../storage/database.js'
import type { PolicyVersionStore } from '../storage/policy-versions.js'
import type { RevocationStore } from '../storage/revocations.js'
import { type DemoEvent, demoActor } from './history.js'
import type { DemoTimes } from './spans.js'

type Deps = {
  database: Database
  auditStore: AuditStore
  revocationStore: RevocationStore
  policyVersionStore: PolicyVersionStore
}

/** Writes both versions. @returns their events for the audit log */
export function writePolicyChanges(deps: Deps, { idle, longer, firstUser }: DemoTimes): Promise<DemoEvent[]> {
  if (longer.idle === idle) return Promise.resolve([])
  const { database, auditStore, revocationStore, policyVersionStore } = deps
  return database.transaction(async tx => {
    // The lock order of identity/policies/policies.ts.
    await auditStore.lockHead(tx)
    await revocationStore.lockHead(tx)
    const latest = (await policyVersionStore.latest(tx))!
    // Versions are in chronological order: those made by the server are dated before the first user, and where a person has made
    // one since, no earlier one can be added.
    await policyVersionStore.antedate(tx, firstUser)
    if ((await policyVersionStore.latest(tx))!.createdAt > longer.from) return []
    const now = JSON.parse(latest.policy) as Record<string, unknown>
    const changes = [
      { at: longer.from, before: idle, after: longer.idle, reason: 'People on the road were signed out too often' },
      { at: longer.upto, before: longer.idle, after: idle, reason: 'Back to what the auditors ask for' },
    ]
    const changed = JSON.stringify(['refresh_token_lifetime'])
    const asSet = { changed, apply: 'refresh', undoes: null, settledAt: null }
    const events: DemoEvent[] = []
    for (const [index, { at, before, after, reason }] of changes.entries()) {
      const version = latest.version + 1 + index
      const policy = index === 0 ? JSON.stringify({ ...now, refresh_token_lifetime: after / 1000 }) : latest.policy
      await policyVersionStore.insert(tx, { version, policy, actor: demoActor, reason, createdAt: at, ...asSet })
      const values = {
        before: { refresh_token_lifetime: before / 1000 },
        after: { refresh_token_lifetime: after / 1000 },
      }
      const who = { actor: demoActor, address: '', userAgent: '', subject: String(version) }
      events.push({ at, action: 'policy_changed', user: null, more: { ...who, ...values } })
    }
    await revocationStore.raiseVersion(tx, 'policy')
    return events
  })
}
