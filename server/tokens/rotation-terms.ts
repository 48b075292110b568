import type { Eras } from '../policy/eras.js'
import type { Policy } from '../policy/policies.js'
import type { RotationTerms } from '../storage/rotations.js'

export type RotationStatement = { rotates: boolean; terms: RotationTerms }

/** What sessions have to have in common to rotate in one statement. */
const decisive = [
  ...(['rotate_refresh_tokens', 'refresh_token_lifetime'] as const),
  ...(['session_absolute_lifetime', 'reuse_grace'] as const),
]

/** The statements that rotate whichever sessions a batch names: one, unless sessions of several eras rotate differently. */
export function rotationTerms(
  { list }: Pick<Eras, 'list'>,
  at: Pick<RotationTerms, 'now' | 'mark' | 'keyVersion'>,
): RotationStatement[] {
  const spans: { from: number; upto: number; policy: Policy }[] = []
  for (const era of list) {
    const last = spans.at(-1)
    if (last && decisive.every(name => last.policy[name] === era.policy[name])) last.upto = era.upto
    else spans.push({ ...era })
  }
  return spans.map(({ from, upto, policy }) => ({
    rotates: policy.rotate_refresh_tokens,
    terms: {
      ...at,
      idle: policy.refresh_token_lifetime * 1000,
      absolute: policy.session_absolute_lifetime * 1000,
      grace: policy.reuse_grace * 1000,
      ...(spans.length > 1 && { opened: { from, upto } }),
    },
  }))
}
