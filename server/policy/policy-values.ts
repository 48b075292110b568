// What a value of a policy may be: as it was typed, by itself, and beside the others.
import { hasFraction, parseDuration } from './durations.js'
import { type Policy, type PolicyName, type PolicyRow, policyNames, policyTable } from './policies.js'

/** Why a value is no value of this policy, in words for a person; null when it is one. */
export function whyNotPolicyValue(name: PolicyName, value: unknown): string | null {
  const row: PolicyRow = policyTable[name]
  switch (row.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be true or false'
    case 'choice':
      return row.choices.includes(value as string) ? null : `must be one of ${row.choices.join(', ')}`
    case 'text':
      if (row.reserved?.includes(value as string)) return 'is the name of another claim'
      return typeof value === 'string' && row.pattern.test(value) ? null : `must match ${row.pattern.source}`
    default:
      if (!Number.isSafeInteger(value))
        return row.kind === 'duration' ? whyNotDuration(value) : 'must be a whole number'
      return (value as number) >= row.min && (value as number) <= row.max
        ? null
        : `must lie between ${row.min} and ${row.max}${row.kind === 'duration' ? ' seconds' : ''}`
  }
}

function whyNotDuration(value: unknown): string {
  return typeof value === 'string' && hasFraction(value)
    ? 'must be made of whole numbers, such as 1 hour 30 minutes'
    : 'must be a duration such as 90s, 15m, 6 hours or 1 day 6 hours'
}

/** Reads a value as typed on the command line (`1h`, `true`, `12`); what cannot be read comes back as it was. */
export function readPolicyValue(name: PolicyName, text: string): unknown {
  const row: PolicyRow = policyTable[name]
  if (row.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (row.kind === 'integer') return /^\d+$/.test(text) ? Number(text) : text
  if (row.kind === 'duration') return parseDuration(text) ?? text
  return text
}

/** What contradicts itself in a whole policy; empty when nothing does. */
export function whyNotPolicy(policy: Policy): string[] {
  const problems: string[] = []
  for (const name of policyNames) {
    const problem = whyNotPolicyValue(name, policy[name])
    if (problem) problems.push(`${name} ${problem}`)
  }
  if (policy.refresh_token_lifetime > policy.session_absolute_lifetime) {
    problems.push('refresh_token_lifetime is longer than session_absolute_lifetime, so it would never count')
  }
  return problems
}
