// Decides which statements rotate a batch: one, unless its sessions have different rotation rules, by their era or by
// what their application overrides.
import type { Eras } from '../policy/eras.js'
import type { RotationClaim, RotationTerms } from '../storage/rotations.js'
import { grouped } from '../storage/statement.js'

export type RotationStatement = { rotates: boolean; claims: RotationClaim[]; terms: RotationTerms }

/** The rotation rules of one application's sessions that were opened under these versions of the policy; ms. */
type Span = { from: number; upto: number; rotates: boolean; idle: number; absolute: number; grace: number }
/** `key`: equal for equal rotation rules, whatever the application. */
type Spans = { key: string; spans: readonly Span[] }

type ErasView = Pick<Eras, 'list' | 'of'>

export function createRotationStatements() {
  /** Computed once for each policy in force. */
  const known = new WeakMap<ErasView, Map<string, Spans>>()

  function spansOf(eras: ErasView, applicationId: string): Spans {
    const byApplication = known.get(eras) ?? new Map<string, Spans>()
    known.set(eras, byApplication)
    let found = byApplication.get(applicationId)
    if (!found) {
      const spans = rotationSpans(eras, applicationId)
      found = { key: JSON.stringify(spans), spans }
      byApplication.set(applicationId, found)
    }
    return found
  }

  return function rotationStatements(
    eras: ErasView,
    claims: readonly RotationClaim[],
    at: Pick<RotationTerms, 'now' | 'rotation' | 'keyVersion'>,
  ): RotationStatement[] {
    const alike = grouped(claims, claim => spansOf(eras, claim.applicationId).key)
    return [...alike.values()].flatMap(claims => {
      const { spans } = spansOf(eras, claims[0]!.applicationId)
      return spans.map(({ from, upto, rotates, idle, absolute, grace }) => {
        const terms: RotationTerms = { ...at, idle, absolute, grace }
        if (spans.length > 1) terms.opened = { from, upto }
        return { rotates, claims, terms }
      })
    })
  }
}

function rotationSpans({ list, of }: ErasView, applicationId: string): Span[] {
  const spans: Span[] = []
  for (const { from, upto } of list) {
    const policy = of({ policyVersion: from, applicationId })
    const next: Span = {
      from,
      upto,
      rotates: policy.rotate_refresh_tokens,
      idle: policy.refresh_token_lifetime * 1000,
      absolute: policy.session_absolute_lifetime * 1000,
      grace: policy.reuse_grace * 1000,
    }
    const last = spans.at(-1)
    if (last && isAlike(last, next)) last.upto = upto
    else spans.push(next)
  }
  return spans
}

function isAlike(one: Span, other: Span): boolean {
  const { rotates, idle, absolute, grace } = one
  return rotates === other.rotates && idle === other.idle && absolute === other.absolute && grace === other.grace
}
