// The policy as an administrator sees and changes it. Every server follows within a quarter of a second, and none signs
// anybody in or on by an older one (tokens/rotate.ts, sign-in.ts).
import { type Actor, nameOf } from '../policy/actor.js'
import { foldEras } from '../policy/eras.js'
import { type Policy, type PolicyName, readPolicy } from '../policy/policies.js'
import {
  areAlike,
  type NextVersion,
  nextVersion,
  type PolicyChange,
  setSince,
  whyNotNext,
  whyNotValues,
} from '../policy/policy-change.js'
import { only, type PolicyApply, type PolicyVersion, readVersions, undoing } from '../policy/policy-version.js'
import { refuse, refuseField } from '../protocol/errors.js'
import type { Audit } from '../storage/audit.js'
import type { Database, Queries } from '../storage/database.js'
import type { PolicyVersionRecord, PolicyVersions } from '../storage/policy-versions.js'
import type { Revocations } from '../storage/revocations.js'
import type { Change, Revoke } from '../tokens/revoke.js'
import type { PolicyPreview, PolicyPreviews } from './policy-preview.js'
import type { ActorRights } from './rights.js'

export type { PolicyPreview }

/** `since` and `settledAt` are epoch ms. */
export type PolicyInVersion = Omit<PolicyVersion, 'settled'> & {
  actor: string
  reason: string
  since: number
  /** For new sessions only until then; null also where it was for all from the beginning. */
  settledAt: number | null
}

/** A version in a list: what it set, and what that was before. */
export type ListedPolicyVersion = Omit<PolicyInVersion, 'policy'> & {
  changes: { name: PolicyName; before: Policy[PolicyName]; after: Policy[PolicyName] }[]
}

/** What was asked for, not yet looked at. */
export type WantedPolicies = Readonly<Partial<Record<PolicyName, unknown>>>

export type HowToSet = {
  apply?: PolicyApply
  /** The version that the change was made for: what a newer one has set is not written over. */
  seen?: number | undefined
}

export type PoliciesDeps = {
  database: Database
  policyVersions: PolicyVersions
  policyPreview: PolicyPreviews
  audit: Audit
  revocations: Revocations
  rights: ActorRights
  revoke: Revoke
  now: () => number
}

export function createPolicies(deps: PoliciesDeps) {
  const { database, policyVersions, policyPreview, audit, revocations, rights, revoke, now } = deps

  /** One change under the locks of both heads, in their order: changes at once follow each other. */
  function changing<T>(actor: Actor, work: (tx: Queries, change: Change) => Promise<T>): Promise<T> {
    return revoke.transaction(actor, async (tx, change) => {
      await audit.lockHead(tx)
      await revocations.lockHead(tx)
      await rights.require(tx, actor, new Set(['darvoza:policies:write']))
      return work(tx, change)
    })
  }

  async function write(
    tx: Queries,
    { record, note }: Change,
    before: PolicyVersion,
    { next, eras }: NextVersion,
    { actor, reason }: { actor: Actor; reason: string },
  ): Promise<PolicyInVersion> {
    const { version, policy, changed, apply, undoes } = next
    const written = { actor: nameOf(actor), reason: reason.slice(0, 255), createdAt: now(), settledAt: null }
    await policyVersions.insert(tx, {
      ...{ version, policy: JSON.stringify(policy), changed: JSON.stringify(changed), apply, undoes },
      ...written,
    })
    // Of any era: while sessions of before keep a longer life, what is written into the log outlives their tokens too.
    await revocations.setLifetime(tx, eras.longestAccessLifetime, now())
    await revocations.raiseVersion(tx, 'policy')
    if (apply === 'now') await record('policy_changed', { subject: '' })
    note({
      ...{ action: 'policy_changed', subject: String(version), before: only(before.policy, changed) },
      after: { ...only(policy, changed), apply, reason: written.reason, ...(undoes !== null && { undoes }) },
    })
    return { version, policy, changed, apply, undoes, ...written, since: written.createdAt }
  }

  return {
    async show(): Promise<PolicyInVersion> {
      return read((await policyVersions.latest(database))!)
    },

    /** The newest first, those below a version. */
    async versions(page: { before: number; limit: number }): Promise<ListedPolicyVersion[]> {
      // One more: what a version changed is told by the one before it.
      const found = await policyVersions.list(database, { ...page, limit: page.limit + 1 })
      return found.slice(0, page.limit).map((record, index) => listed(record, found[index + 1] ?? null))
    },

    /**
     * What a change would end, and what it would leave. Changes nothing.
     * @throws invalid_fields
     */
    async preview(values: WantedPolicies, apply: PolicyApply = 'refresh'): Promise<PolicyPreview> {
      requireValues(values, apply)
      const inUse = readVersions(await policyVersions.inUse(database))
      return policyPreview.preview(
        inUse,
        requireNext(inUse, { values: values as Partial<Policy>, apply, undoes: null }),
      )
    },

    /** The same of an undoing. @throws like `undo` */
    async previewUndo(named: number | null, apply: PolicyApply = 'refresh'): Promise<PolicyPreview> {
      const inUse = readVersions(await policyVersions.inUse(database))
      return policyPreview.preview(inUse, await requireUndoing(database, inUse, named, apply))
    },

    /**
     * Writes a new version.
     * @throws invalid_fields, policy_conflict, permission_denied; nothing has changed then
     */
    set(values: WantedPolicies, actor: Actor, reason: string, how: HowToSet = {}): Promise<PolicyInVersion> {
      const { apply = 'refresh', seen } = how
      requireValues(values, apply)
      return changing(actor, async (tx, change) => {
        if (seen !== undefined) await requireUntouched(tx, values, seen)
        const inUse = readVersions(await policyVersions.inUse(tx))
        const made = requireNext(inUse, { values: values as Partial<Policy>, apply, undoes: null })
        return write(tx, change, inUse.at(-1)!, made, { actor, reason })
      })
    },

    /**
     * Takes back what one version changed, the last one if none is named, as a new version: for everybody who had it.
     * @throws not_found, invalid_fields, policy_conflict, permission_denied
     */
    undo(named: number | null, actor: Actor, reason: string, apply: PolicyApply = 'refresh'): Promise<PolicyInVersion> {
      return changing(actor, async (tx, change) => {
        const inUse = readVersions(await policyVersions.inUse(tx))
        return write(tx, change, inUse.at(-1)!, await requireUndoing(tx, inUse, named, apply), { actor, reason })
      })
    },
  }

  async function requireUndoing(
    tx: Queries,
    inUse: readonly PolicyVersion[],
    named: number | null,
    apply: PolicyApply,
  ): Promise<NextVersion> {
    const undoes = named ?? inUse.at(-1)!.version
    const values = await valuesBefore(tx, undoes)
    requireValues(values, apply)
    const made = nextVersion(inUse, { values, apply, undoes })
    const problems = whyNotNext(made)
    if (problems.length > 0) throw conflict(`Without version ${undoes}: ${problems.join('; ')}.`)
    if (areAlike(foldEras(inUse), made.eras)) throw conflict(`Nothing is left of version ${undoes} to take back.`)
    return made
  }

  async function valuesBefore(tx: Queries, version: number): Promise<PolicyChange['values']> {
    if (version === 1) throw refuseField('version', 'The first version changed nothing.')
    const written = version > 1 ? await policyVersions.since(tx, version - 1) : []
    if (written.length < 2) throw refuse('not_found', { detail: `There is no version ${version} of the policy.` })
    const found = undoing(readVersions(written))
    if ('values' in found) return found.values
    const told = found.conflicts.map(({ name, version: newer }) => `version ${newer} has set ${name} again`)
    throw conflict(`${told.join(', ')}: take that back first, or set the value itself.`)
  }

  async function requireUntouched(tx: Queries, values: WantedPolicies, seen: number): Promise<void> {
    const [known, ...newer] = readVersions(await policyVersions.since(tx, seen))
    if (known?.version !== seen) throw refuseField('version', 'There is no such version.')
    const found = setSince(newer, Object.keys(values))
    if (found) throw conflict(`version ${found.version} has set ${found.name} since; look at it again.`)
  }
}

export type Policies = ReturnType<typeof createPolicies>

function requireValues(values: WantedPolicies, apply: PolicyApply): void {
  const fields = whyNotValues(values, apply)
  if (Object.keys(fields).length > 0) throw refuse('invalid_fields', { fields })
}

function requireNext(inUse: readonly PolicyVersion[], change: PolicyChange): NextVersion {
  const made = nextVersion(inUse, change)
  const problems = whyNotNext(made)
  if (problems.length > 0) throw refuse('invalid_fields', { fields: { non_field_errors: problems } })
  return made
}

function conflict(detail: string) {
  return refuse('policy_conflict', { detail })
}

function read(record: PolicyVersionRecord, before: PolicyVersionRecord | null = null): PolicyInVersion {
  const { actor, reason, createdAt, settledAt } = record
  const { settled: _, ...version } = readVersions(before ? [before, record] : [record]).at(-1)!
  return { ...version, actor, reason, since: createdAt, settledAt }
}

function listed(record: PolicyVersionRecord, before: PolicyVersionRecord | null): ListedPolicyVersion {
  const { policy, ...version } = read(record, before)
  const earlier = before && readPolicy(before.policy)
  const changes = earlier ? version.changed.map(name => ({ name, before: earlier[name], after: policy[name] })) : []
  return { ...version, changes }
}
