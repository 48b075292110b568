// Validates values of policies: as typed, by themselves, and together with the others.
import { type Problem, problem } from '../protocol/problems.js'
import { hasFraction, parseDuration } from './durations.js'
import { type Policy, type PolicyName, type PolicyRow, policyNames, policyTable } from './policies.js'

/** Why a value is invalid for this policy; null when it is valid. */
export function whyNotPolicyValue(name: PolicyName, value: unknown): Problem | null {
  const row: PolicyRow = policyTable[name]
  switch (row.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? null : problem('policy_not_boolean')
    case 'choice':
      return row.choices.includes(value as string) ? null : problem('policy_not_choice', { choices: row.choices })
    case 'text':
      if (row.reserved?.includes(value as string)) return problem('policy_reserved')
      if (typeof value === 'string' && row.pattern.test(value)) return null
      return problem('policy_mismatch', { pattern: row.pattern.source })
    default:
      if (!Number.isSafeInteger(value))
        return row.kind === 'duration' ? whyNotDuration(value) : problem('policy_not_whole')
      if ((value as number) >= row.min && (value as number) <= row.max) return null
      return problem(row.kind === 'duration' ? 'policy_out_of_range_seconds' : 'policy_out_of_range', {
        min: row.min,
        max: row.max,
      })
  }
}

function whyNotDuration(value: unknown): Problem {
  return problem(typeof value === 'string' && hasFraction(value) ? 'policy_fraction' : 'policy_not_duration')
}

/** Reads a value as typed on the command line (`1h`, `true`, `12`); an unreadable one is returned unchanged. */
export function readPolicyValue(name: PolicyName, text: string): unknown {
  const row: PolicyRow = policyTable[name]
  if (row.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (row.kind === 'integer') return /^\d+$/.test(text) ? Number(text) : text
  if (row.kind === 'duration') return parseDuration(text) ?? text
  return text
}

/** Reads a value of JSON: durations are seconds, or text as users write them. */
export function readGivenPolicyValue(name: PolicyName, value: unknown): unknown {
  return policyTable[name].kind === 'duration' && typeof value === 'string' ? readPolicyValue(name, value) : value
}

/** Contradictions in a whole policy; empty when there are none. */
export function whyNotPolicy(policy: Policy): Problem[] {
  const found: Problem[] = []
  for (const name of policyNames) {
    const one = whyNotPolicyValue(name, policy[name])
    if (one) found.push(problem('policy_value', { name, problem: one }))
  }
  if (policy.refresh_token_lifetime > policy.session_absolute_lifetime) found.push(problem('idle_beyond_absolute'))
  return found
}
