// Policies in the reader's language: name, meaning, values, bounds, and the effect of a change.

import type { PolicyPreview } from '../../../identity/policies/policies.js'
import type { Count } from '../../../identity/policies/policy-preview.js'
import { formatDuration } from '../../../policy/durations.js'
import {
  firstPolicy,
  isSessionPolicy,
  type Policy,
  type PolicyName,
  type PolicyRow,
  policyTable,
} from '../../../policy/policies.js'
import { whyNotPolicyValue } from '../../../policy/policy-values.js'
import type { PolicyApply } from '../../../policy/policy-version.js'
import { isSigningAlgorithm } from '../../../protocol/algorithms.js'
import type { ProblemCode } from '../../../protocol/problems.js'
import { problemText } from '../fields.js'
import type { Frame } from '../frame.js'

export const titleOf = (name: PolicyName, { t }: Frame): string => t(`policies.name.${name}`)

/** The meaning of a policy, without Markdown backticks around claim names (the texts are also in documents). */
const meaningOf = (name: PolicyName, { t }: Frame): string => t(`policies.meaning.${name}`).replaceAll('`', '')

/** A policy's value as text: `1 hour 30 minutes`, `on`. */
export function valueText(name: PolicyName, value: unknown, { t, format }: Frame): string {
  const row: PolicyRow = policyTable[name]
  switch (row.kind) {
    case 'duration':
      return spanOf(value as number, format)
    case 'integer':
      return format.number(value as number)
    case 'boolean':
      return t(value ? 'policies.on' : 'policies.off')
    default:
      if (value === '') return t('policies.empty')
      // Names of algorithms are the same in every language.
      return row.kind === 'choice' && !isSigningAlgorithm(value) ? t(`policies.choice.${value}`) : String(value)
  }
}

/** A duration to the second, so that two different values have different texts. */
function spanOf(seconds: number, format: Frame['format']): string {
  const parts: number[] = []
  let rest = seconds
  for (const length of [86_400, 3_600, 60, 1]) {
    parts.push(rest - (rest % length))
    rest %= length
  }
  const units = parts.filter(part => part > 0)
  return units.length === 0 ? format.duration(0) : units.map(format.duration).join(' ')
}

/** The values that a policy may have, as text; null if they are obvious. */
export function boundsText(name: PolicyName, frame: Frame): string | null {
  const { t } = frame
  const row: PolicyRow = policyTable[name]
  if ('min' in row) {
    return t('policies.between', { min: valueText(name, row.min, frame), max: valueText(name, row.max, frame) })
  }
  if (row.kind === 'text') return t(`policies.form.${name}`)
  if (row.kind === 'choice') return row.choices.map(choice => valueText(name, choice, frame)).join(' · ')
  return null
}

export function presentPolicy(name: PolicyName, policy: Policy, frame: Frame) {
  return {
    name,
    title: titleOf(name, frame),
    meaning: meaningOf(name, frame),
    value: valueText(name, policy[name], frame),
    first: valueText(name, firstPolicy[name], frame),
    changed: policy[name] !== firstPolicy[name],
    bounds: boundsText(name, frame),
    simplejwt: simplejwtOf(name, frame),
  }
}

/** The name of simplejwt's corresponding setting, with a remark in the reader's language. */
function simplejwtOf(name: PolicyName, { t }: Frame): string | null {
  const [setting, more] = policyTable[name].simplejwt?.split(' ') ?? []
  if (!setting) return null
  return more ? `${setting} · ${t('policies.alwaysSpent')}` : setting
}

/** Inputs of `ui('field')` for a policy. */
export function fieldOf(name: PolicyName, frame: Frame) {
  const row: PolicyRow = policyTable[name]
  const bounds = row.kind === 'boolean' || row.kind === 'choice' ? null : boundsText(name, frame)
  const help = [meaningOf(name, frame), bounds].filter(Boolean).join(' ')
  const common = { name, label: titleOf(name, frame), help, required: !mayBeEmpty(row), autocomplete: 'off' }
  const optionOf = (value: unknown) => ({ value: String(value), label: valueText(name, value, frame) })
  if (row.kind === 'boolean') return { ...common, type: 'select', options: [true, false].map(optionOf) }
  if (row.kind === 'choice') return { ...common, type: 'select', options: row.choices.map(optionOf) }
  if (row.kind === 'integer') return { ...common, type: 'number', min: row.min, max: row.max }
  return { ...common, spellcheck: 'false', autocapitalize: 'none', maxlength: 1_000 }
}

const mayBeEmpty = (row: PolicyRow) => row.kind === 'text' && row.pattern.test('')

/** A policy's value in the form: a duration in words, which the form can parse. */
export function formValue(name: PolicyName, value: unknown, frame: Frame): string {
  return policyTable[name].kind === 'duration' ? spanOf(value as number, frame.format) : String(value)
}

/** A policy's value in an address, the same in every language. */
export function typedValue(name: PolicyName, value: unknown): string {
  return policyTable[name].kind === 'duration' ? formatDuration(value as number) : String(value)
}

/** Problems for which the form shows the bounds in words, as they are clearer than numbers and patterns. */
const beyondBounds: ReadonlySet<ProblemCode> = new Set([
  'policy_mismatch',
  'policy_out_of_range',
  'policy_out_of_range_seconds',
])

/** The problem of a value as text, or null. */
export function policyProblemText(name: PolicyName, value: unknown, frame: Frame): string | null {
  const problem = whyNotPolicyValue(name, value)
  if (problem === null) return null
  return beyondBounds.has(problem.code) ? boundsText(name, frame) : problemText(problem, frame.t)
}

export const applies = ['refresh', 'now', 'new'] as const satisfies PolicyApply[]

/** The ways in which changes of these policies may be applied. */
export function appliesOf(names: readonly PolicyName[]): [PolicyApply, ...PolicyApply[]] {
  return names.every(isSessionPolicy) ? [...applies] : ['refresh', 'now']
}

const countText = ({ count, more }: Count, { format }: Frame) => `${format.number(count)}${more ? '+' : ''}`

export function presentPreview(preview: PolicyPreview, frame: Frame) {
  const { ends, staleAccessTokens, sample, stays } = preview
  const reasons = (['idle', 'absolute', 'limit'] as const).filter(reason => ends[reason].count > 0)
  return {
    changes: preview.changes.map(change => presentChange(change, frame)),
    unchanged: preview.unchanged.map(name => titleOf(name, frame)),
    ends: ends.sessions.count,
    sessions: countText(ends.sessions, frame),
    users: countText(ends.users, frame),
    reasons: reasons.map(reason => ({ reason, count: countText(ends[reason], frame) })),
    stale: staleAccessTokens && countText(staleAccessTokens, frame),
    sample,
    stays,
  }
}

export function presentChange(
  { name, before, after }: { name: PolicyName; before: unknown; after: unknown },
  frame: Frame,
) {
  const [from, to] = [before, after].map(value => valueText(name, value, frame))
  return { name, title: titleOf(name, frame), before: from!, after: to! }
}

/** The reason for a version; the server made the first one, and its reason has a text. */
export function reasonText(version: number, reason: string, { t }: Frame): string {
  return version === 1 && reason === 'first' ? t('policies.firstReason') : reason
}
