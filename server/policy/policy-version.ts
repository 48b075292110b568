// A policy changes as a whole version: who, why, when, what was set, and for whom. A value may be set without a
// difference: one that holds for new sessions only may be set again, for all.
import { isPolicyName, type Policy, type PolicyName, policyNames, readPolicy } from './policies.js'

/** How a version comes into force, in words for an administrator. */
export const policyApplies = {
  now: 'Live access tokens become stale at once, so that every client refreshes, and the new policy applies to it now.',
  refresh: 'The new policy applies to each session at its next refresh; live access tokens stay as they are.',
  new: 'The new policy applies to sessions that are opened from now on; existing sessions keep theirs.',
} as const

export type PolicyApply = keyof typeof policyApplies

export function isPolicyApply(text: string): text is PolicyApply {
  return Object.hasOwn(policyApplies, text)
}

export type PolicyVersion = {
  version: number
  /** The whole policy of sessions that are opened under this version. */
  policy: Policy
  changed: readonly PolicyName[]
  apply: PolicyApply
  /** The version whose change this one reverts. */
  undoes: number | null
  /** For a version for new sessions only: no older session is left, so it holds for all. */
  settled: boolean
}

/** A version as a row; JSON in `policy` and `changed`. */
export type WrittenVersion = {
  version: number
  policy: string
  /** null in old rows: what differs from the previous version was set. */
  changed: string | null
  apply: string
  undoes: number | null
  settledAt: number | null
}

/** @param written in the order of versions */
export function readVersions(written: readonly WrittenVersion[]): PolicyVersion[] {
  const versions: PolicyVersion[] = []
  for (const { version, policy: json, changed, apply, undoes, settledAt } of written) {
    const policy = readPolicy(json)
    const before = versions.at(-1)?.policy ?? policy
    versions.push({
      version,
      policy,
      apply: apply as PolicyApply,
      undoes,
      settled: settledAt !== null,
      // Policies that this version of the program does not have are ignored.
      changed: changed === null ? differing(before, policy) : (JSON.parse(changed) as string[]).filter(isPolicyName),
    })
  }
  return versions
}

export function differing(before: Policy, after: Policy): PolicyName[] {
  return policyNames.filter(name => before[name] !== after[name])
}

/** The values of some policies. */
export function policyValuesOf(policy: Policy, names: readonly PolicyName[]): Partial<Policy> {
  return Object.fromEntries(names.map(name => [name, policy[name]]))
}

export type Undoing =
  /** The values to return to. */
  | { values: Partial<Policy> }
  /** Policies that were set again since, and by which version. */
  | { conflicts: { name: PolicyName; version: number }[] }

/**
 * Reverts what one version set. Fails where a newer version has set something else.
 * @param versions from the one before it up to the latest
 */
export function undoing(versions: readonly PolicyVersion[]): Undoing {
  const [before, undone, ...newer] = versions as [PolicyVersion, PolicyVersion, ...PolicyVersion[]]
  const latest = versions.at(-1)!.policy
  const conflicts = undone.changed.flatMap(name => {
    const now = latest[name]
    if (now === undone.policy[name] || now === before.policy[name]) return []
    const last = newer.findLast(one => one.changed.includes(name))
    return [{ name, version: last?.version ?? undone.version }]
  })
  if (conflicts.length > 0) return { conflicts }
  return { values: policyValuesOf(before.policy, undone.changed) }
}
