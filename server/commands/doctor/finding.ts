// The result of one attack.
import { type Weakness, weaknesses } from '../../policy/weaknesses.js'
import type { Printed } from '../output.js'
import { isAccepted, isCrash, type ProbeAnswer } from './api-probe.js'

/**
 * `held`: refused. `let_in`: a vulnerability. `lenient`: accepted, but no RFC forbids that. `remark`: a nuisance for
 * clients. `not_tried`: `answered` has the reason.
 */
export type Verdict = 'held' | 'let_in' | 'lenient' | 'remark' | 'not_tried'

export type Finding = {
  attack: string
  sent: string
  clause: string
  expected: 'refused' | 'let in' | 'either'
  answered: string
  verdict: Verdict
  /** The weakness to fix; null where there is none. */
  weakness: Weakness | null
}

export type Attempt = { how: string; answer: ProbeAnswer }

export type AttackRule = Pick<Finding, 'attack' | 'sent' | 'clause'> & {
  refuse: 'must' | 'should' | 'either'
  weakness: Weakness
}

/** The finding for tokens that must be refused, in one spelling or in several. */
export function findingOf({ refuse, weakness, ...about }: AttackRule, tried: readonly Attempt[]): Finding {
  const letIn = tried.filter(({ answer }) => isAccepted(answer))
  const crashed = tried.filter(({ answer }) => isCrash(answer))
  const expected = refuse === 'either' ? 'either' : 'refused'
  const finding = { ...about, expected, answered: answersIn(tried) } as const
  if (letIn.length > 0 && refuse !== 'either')
    return { ...finding, verdict: refuse === 'must' ? 'let_in' : 'lenient', weakness }
  if (crashed.length > 0) return { ...finding, verdict: 'remark', weakness: 'crash' }
  return { ...finding, verdict: 'held', weakness: null }
}

export function describedAnswer({ status, failure }: ProbeAnswer): string {
  return status === null ? (failure ?? 'nothing') : String(status)
}

/** Summary of responses, accepted tokens first and by name: `200 (no rev, no roles); 401 (3 others)`. */
function answersIn(tried: readonly Attempt[]): string {
  const byAnswer = new Map<string, string[]>()
  for (const one of [...tried].sort((a, b) => Number(isAccepted(b.answer)) - Number(isAccepted(a.answer)))) {
    const outcome = describedAnswer(one.answer)
    byAnswer.set(outcome, [...(byAnswer.get(outcome) ?? []), one.how])
  }
  const [[first] = ['']] = byAnswer
  if (byAnswer.size === 1) return tried.length === 1 ? first : `${first} (all ${tried.length})`
  const few = (descriptions: readonly string[]) =>
    descriptions.length <= 3 ? descriptions.join(', ') : `${descriptions.length} others`
  return [...byAnswer]
    .map(
      ([outcome, descriptions]) =>
        `${outcome} (${outcome.startsWith('2') ? descriptions.join(', ') : few(descriptions)})`,
    )
    .join('; ')
}

export function printedFinding(finding: Finding): Printed {
  const { weakness, ...rest } = finding
  return {
    ...rest,
    verdict: verdictWords[finding.verdict],
    ...(weakness && { weakness, mend: weaknesses[weakness].mend }),
  }
}

export const verdictWords: Record<Verdict, string> = {
  held: 'held',
  let_in: 'LET IN',
  lenient: 'lenient',
  remark: 'remark',
  not_tried: 'not tried',
}
