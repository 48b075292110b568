// A change of the policy before it is written: the requested values, and whether a version can be made of them.
import { type FieldProblems, type Problem, problem } from '../protocol/problems.js'
import { ownApplicationId } from './application-metadata.js'
import { type Eras, foldEras, mostEras } from './eras.js'
import { isPolicyName, isSessionPolicy, type Policy, type PolicyName } from './policies.js'
import { whyNotPolicy, whyNotPolicyValue } from './policy-values.js'
import { differing, type PolicyApply, type PolicyVersion } from './policy-version.js'

export type PolicyChange = {
  values: Partial<Policy>
  apply: PolicyApply
  /** The version whose change is reverted. */
  undoes: number | null
}

/** The problems of each value by itself; empty where all may be set. */
export function whyNotValues(values: Readonly<Record<string, unknown>>, apply: PolicyApply): FieldProblems {
  if (Object.keys(values).length === 0) return { non_field_errors: [problem('no_policy_given')] }
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const found = whyNotValue(name, value, apply)
      return found === null ? [] : [[name, [found]]]
    }),
  )
}

function whyNotValue(name: string, value: unknown, apply: PolicyApply): Problem | null {
  if (!isPolicyName(name)) return problem('unknown_policy')
  if (apply === 'new' && !isSessionPolicy(name)) return problem('policy_not_of_sessions')
  return whyNotPolicyValue(name, value)
}

/** The next version, and the eras once it is in force. */
export type NextVersion = { next: PolicyVersion; eras: Eras }

/** @param inUse the versions that sessions may be judged by, the latest at the end */
export function nextVersion(inUse: readonly PolicyVersion[], { values, apply, undoes }: PolicyChange): NextVersion {
  const latest = inUse.at(-1)!
  const changed = Object.keys(values) as PolicyName[]
  const policy = { ...latest.policy, ...values }
  const next = { version: latest.version + 1, policy, changed, apply, undoes, settled: false }
  return { next, eras: foldEras([...inUse, next]) }
}

/** Contradictions in the resulting policies; empty when there are none. */
export function whyNotNext({ next, eras }: NextVersion): Problem[] {
  const found = whyNotPolicy(next.policy)
  if (eras.list.length > mostEras) found.push(problem('too_many_rules', { count: mostEras }))
  return found
}

/** Policies of the given ones that a newer version has set, and the version; null when none has. */
export function setSince(
  newer: readonly PolicyVersion[],
  names: readonly string[],
): { name: PolicyName; version: number } | null {
  for (const { version, changed } of newer.toReversed()) {
    const name = changed.find(one => names.includes(one))
    if (name) return { name, version }
  }
  return null
}

/** Whether two sets of eras have the same effect. */
export function areEquivalent(one: Eras, other: Eras): boolean {
  const begins = [...one.list, ...other.list].map(era => era.from)
  const policyAt = (eras: Eras, from: number) => eras.of({ policyVersion: from, applicationId: ownApplicationId })
  return begins.every(from => differing(policyAt(one, from), policyAt(other, from)).length === 0)
}
