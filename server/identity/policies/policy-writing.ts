// The transaction that stores a new version of the policy: its row, its audit entry, the longest access token
// lifetime and, if it applies at once, the trigger `policy_changed`. It locks the heads of both logs first.
import { type Actor, nameOf } from '../../policy/actor.js'
import type { NextVersion } from '../../policy/policy-change.js'
import { type PolicyVersion, policyValuesOf, readVersions } from '../../policy/policy-version.js'
import type { AccessLifetime } from '../../revocation/access-lifetime.js'
import type { AuditStore } from '../../storage/audit.js'
import type { Queries } from '../../storage/database.js'
import type { PolicyVersionRecord, PolicyVersionStore } from '../../storage/policy-versions.js'
import type { RevocationStore } from '../../storage/revocations.js'
import type { Change, Changes } from '../../tokens/changes.js'
import type { ActorRights } from '../rights.js'

export type PolicyWritingDeps = {
  policyVersionStore: PolicyVersionStore
  auditStore: AuditStore
  revocationStore: RevocationStore
  accessLifetime: AccessLifetime
  rights: ActorRights
  changes: Changes
  now: () => number
}

/** Writes versions of the policy; concurrent changes are serialized. */
export function createPolicyWriting(deps: PolicyWritingDeps) {
  const { policyVersionStore, auditStore, revocationStore, accessLifetime, rights, changes, now } = deps

  /**
   * Writes a version within a larger transaction, which must not lock anything afterwards but the heads of the logs.
   * @param make computes the next version from those in use, or throws a refusal; nothing has changed then
   * @throws permission_denied, and what `make` throws
   */
  async function writeIn(
    tx: Queries,
    { record, note }: Change,
    actor: Actor,
    reason: string,
    make: (tx: Queries, inUse: readonly PolicyVersion[]) => Promise<NextVersion>,
  ): Promise<PolicyVersionRecord> {
    // Both heads of the logs are locked first, in their order, which serializes concurrent changes.
    await auditStore.lockHead(tx)
    await revocationStore.lockHead(tx)
    await rights.require(tx, actor, new Set(['darvoza:policies:write']))
    const inUse = readVersions(await policyVersionStore.inUse(tx))
    const { next } = await make(tx, inUse)
    const { version, policy, changed, apply, undoes } = next
    const written: PolicyVersionRecord = {
      version,
      policy: JSON.stringify(policy),
      changed: JSON.stringify(changed),
      apply,
      undoes,
      actor: nameOf(actor),
      reason: reason.slice(0, 255),
      createdAt: now(),
      settledAt: null,
    }
    await policyVersionStore.insert(tx, written)
    await accessLifetime.write(tx)
    await revocationStore.raiseVersion(tx, 'policy')
    if (apply === 'now') await record('policy_changed', { subject: '' })
    note({
      action: 'policy_changed',
      subject: String(version),
      before: policyValuesOf(inUse.at(-1)!.policy, changed),
      after: { ...policyValuesOf(policy, changed), apply, reason: written.reason, ...(undoes !== null && { undoes }) },
    })
    return written
  }

  return {
    writeIn,

    /** @throws like `writeIn` */
    write: (
      actor: Actor,
      reason: string,
      make: (tx: Queries, inUse: readonly PolicyVersion[]) => Promise<NextVersion>,
    ): Promise<PolicyVersionRecord> => changes.run(actor, (tx, change) => writeIn(tx, change, actor, reason, make)),
  }
}

export type PolicyWriting = ReturnType<typeof createPolicyWriting>
