// The policy, as administrators see and change it. Every server follows within a quarter of a second, and no server
// signs users in, on or out by an older version (tokens/standings.ts, sign-in.ts).
import type { Actor } from '../../policy/actor.js'
import { foldEras } from '../../policy/eras.js'
import { type Policy, type PolicyName, readPolicy } from '../../policy/policies.js'
import {
  areEquivalent,
  type NextVersion,
  nextVersion,
  type PolicyChange,
  setSince,
  whyNotNext,
  whyNotValues,
} from '../../policy/policy-change.js'
import { type PolicyApply, type PolicyVersion, readVersions, undoing } from '../../policy/policy-version.js'
import { refuse, refuseField, refuseFields } from '../../protocol/errors.js'
import { type Problem, problem } from '../../protocol/problems.js'
import type { Database, Queries } from '../../storage/database.js'
import type { PolicyVersionRecord, PolicyVersionStore } from '../../storage/policy-versions.js'
import type { Change } from '../../tokens/changes.js'
import type { ActorRights } from '../rights.js'
import type { PolicyPreview, PolicyPreviews } from './policy-preview.js'
import type { PolicyWriting } from './policy-writing.js'

export type { PolicyPreview }

/** `since` and `settledAt` are epoch ms. */
export type PolicyInVersion = Omit<PolicyVersion, 'settled'> & {
  actor: string
  reason: string
  since: number
  /** Until then the version applies to new sessions only; null also where it applied to all from the beginning. */
  settledAt: number | null
}

/** A version in the list, with the values that it changed. */
export type ListedPolicyVersion = Omit<PolicyInVersion, 'policy'> & {
  changes: { name: PolicyName; before: Policy[PolicyName]; after: Policy[PolicyName] }[]
}

/** Values as they were received, not yet validated. */
export type WantedPolicies = Readonly<Partial<Record<PolicyName, unknown>>>

export type HowToSet = {
  apply?: PolicyApply
  /** The version that the administrator has seen: values that a newer one has set are not overwritten. */
  seen?: number | undefined
}

export type PoliciesDeps = {
  database: Database
  policyVersionStore: PolicyVersionStore
  policyPreview: PolicyPreviews
  policyWriting: PolicyWriting
  rights: ActorRights
}

export function createPolicies({ database, policyVersionStore, policyPreview, policyWriting, rights }: PoliciesDeps) {
  async function preview(
    actor: Actor,
    make: (inUse: readonly PolicyVersion[]) => NextVersion | Promise<NextVersion>,
  ): Promise<PolicyPreview> {
    const inUse = readVersions(await policyVersionStore.inUse(database))
    const seesSessions = await rights.may(database, actor, 'darvoza:sessions:read')
    return policyPreview.preview(inUse, await make(inUse), seesSessions)
  }

  /** @throws not_found, invalid_fields, policy_conflict */
  async function requireUndoing(
    tx: Queries,
    inUse: readonly PolicyVersion[],
    named: number | null,
    apply: PolicyApply,
  ): Promise<NextVersion> {
    const undoes = named ?? inUse.at(-1)!.version
    const values = await requireBefore(tx, undoes)
    requireValues(values, apply)
    const made = nextVersion(inUse, { values, apply, undoes })
    const problems = whyNotNext(made)
    if (problems.length > 0) throw conflict(problem('undo_contradicts', { version: undoes, problems }))
    if (areEquivalent(foldEras(inUse), made.eras)) throw conflict(problem('nothing_to_undo', { version: undoes }))
    return made
  }

  /** The values that a version has changed, as they were before. */
  async function requireBefore(tx: Queries, version: number): Promise<Partial<Policy>> {
    if (version === 1) throw refuseField('version', 'first_version')
    const written = version > 1 ? await policyVersionStore.since(tx, version - 1) : []
    if (written.length < 2) throw refuse('not_found', { problem: problem('unknown_version', { version }) })
    const found = undoing(readVersions(written))
    if ('values' in found) return found.values
    throw conflict(problem('undo_conflict', { conflicts: found.conflicts.map(one => problem('set_again', one)) }))
  }

  /** Refuses to overwrite values that were changed since version `seen`. */
  async function requireUntouched(tx: Queries, values: WantedPolicies, seen: number): Promise<void> {
    const [known, ...newer] = readVersions(await policyVersionStore.since(tx, seen))
    if (known?.version !== seen) throw refuseField('version', 'no_such_version')
    const found = setSince(newer, Object.keys(values))
    if (found) throw conflict(problem('set_since', found))
  }

  async function settingIn(
    tx: Queries,
    inUse: readonly PolicyVersion[],
    values: WantedPolicies,
    { apply = 'refresh', seen }: HowToSet,
  ): Promise<NextVersion> {
    if (seen !== undefined) await requireUntouched(tx, values, seen)
    return requireNext(inUse, { values: values as Partial<Policy>, apply, undoes: null })
  }

  return {
    async show(): Promise<PolicyInVersion> {
      return read((await policyVersionStore.latest(database))!)
    },

    /** Versions below `before`, newest first. */
    async versions(page: { before: number; limit: number }): Promise<ListedPolicyVersion[]> {
      // One more version is read, as changes are computed against the preceding one.
      const found = await policyVersionStore.list(database, { ...page, limit: page.limit + 1 })
      return found.slice(0, page.limit).map((record, index) => listed(record, found[index + 1] ?? null))
    },

    /**
     * Previews what a change would end, and what would stay. Changes nothing.
     * @throws invalid_fields
     */
    async preview(values: WantedPolicies, actor: Actor, apply: PolicyApply = 'refresh'): Promise<PolicyPreview> {
      requireValues(values, apply)
      return preview(actor, inUse => requireNext(inUse, { values: values as Partial<Policy>, apply, undoes: null }))
    },

    /** Previews an undo. @throws like `undo` */
    previewUndo: (named: number | null, actor: Actor, apply: PolicyApply = 'refresh'): Promise<PolicyPreview> =>
      preview(actor, inUse => requireUndoing(database, inUse, named, apply)),

    /**
     * Writes a new version.
     * @throws invalid_fields, policy_conflict, permission_denied; nothing has changed then
     */
    async set(values: WantedPolicies, actor: Actor, reason: string, how: HowToSet = {}): Promise<PolicyInVersion> {
      requireValues(values, how.apply ?? 'refresh')
      return read(await policyWriting.write(actor, reason, (tx, inUse) => settingIn(tx, inUse, values, how)))
    },

    /** Writes a new version within a larger transaction; see PolicyWriting.writeIn. */
    async setIn(
      tx: Queries,
      change: Change,
      values: WantedPolicies,
      actor: Actor,
      reason: string,
      how: HowToSet = {},
    ): Promise<PolicyInVersion> {
      requireValues(values, how.apply ?? 'refresh')
      const make = (_: Queries, inUse: readonly PolicyVersion[]) => settingIn(tx, inUse, values, how)
      return read(await policyWriting.writeIn(tx, change, actor, reason, make))
    },

    /**
     * Undoes the changes of one version, by default the last one, as a new version that applies to the same sessions.
     * @throws not_found, invalid_fields, policy_conflict, permission_denied
     */
    async undo(
      named: number | null,
      actor: Actor,
      reason: string,
      apply: PolicyApply = 'refresh',
    ): Promise<PolicyInVersion> {
      return read(await policyWriting.write(actor, reason, (tx, inUse) => requireUndoing(tx, inUse, named, apply)))
    },
  }
}

export type Policies = ReturnType<typeof createPolicies>

function requireValues(values: WantedPolicies, apply: PolicyApply): void {
  const fields = whyNotValues(values, apply)
  if (Object.keys(fields).length > 0) throw refuseFields(fields)
}

function requireNext(inUse: readonly PolicyVersion[], change: PolicyChange): NextVersion {
  const made = nextVersion(inUse, change)
  const problems = whyNotNext(made)
  if (problems.length > 0) throw refuseFields({ non_field_errors: problems })
  return made
}

function conflict(problem: Problem) {
  return refuse('policy_conflict', { problem })
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
