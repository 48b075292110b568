// Good and bad tokens in wrong places of a request: tests how tokens are transmitted, not their content.
import type { OpenTestTokens } from '../../identity/doctor/test-tokens.js'
import type { ApiProbe, ProbeAnswer } from './api-probe.js'
import { isAccepted } from './api-probe.js'
import { type AttackRule, type Attempt, describedAnswer, type Finding, findingOf } from './finding.js'

type Way = Omit<AttackRule, 'attack'> & {
  try: (probe: ApiProbe, tokens: OpenTestTokens) => Promise<Attempt[]>
}

const tried = async (how: string, answer: Promise<ProbeAnswer>): Promise<Attempt> => ({ how, answer: await answer })

const ways = {
  token_in_query: {
    sent: 'a good token in the address',
    clause: 'RFC 6750 §5.3',
    refuse: 'must',
    weakness: 'carriage',
    try: async ({ ask }, tokens) => [
      await tried('access_token', ask({ query: { access_token: tokens.good() } })),
      await tried('token', ask({ query: { token: tokens.good() } })),
    ],
  },
  bad_beside_good: {
    sent: 'two Authorization headers, one of them good',
    clause: 'RFC 9110 §5.3',
    refuse: 'should',
    weakness: 'carriage',
    try: async ({ ask }, tokens) => {
      const [good, bad] = [`Bearer ${tokens.good()}`, 'Bearer not-a-token']
      return [
        await tried('the good one first', ask({ authorization: [good, bad] })),
        await tried('the good one last', ask({ authorization: [bad, good] })),
        await tried('both on one line', ask({ authorization: [`${bad}, ${good}`] })),
      ]
    },
  },
  other_scheme: {
    sent: 'a good token under another scheme',
    clause: 'RFC 6750 §2.1',
    refuse: 'should',
    weakness: 'carriage',
    try: async ({ ask }, tokens) => [
      await tried('no scheme', ask({ authorization: [tokens.good()] })),
      await tried('Basic', ask({ authorization: [`Basic ${tokens.good()}`] })),
    ],
  },
} as const satisfies Record<string, Way>

export async function tryTokenTransport(probe: ApiProbe, tokens: OpenTestTokens): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [attack, { try: attempt, ...about }] of Object.entries(ways))
    findings.push(findingOf({ attack, ...about }, await attempt(probe, tokens)))
  findings.push(await tryScheme(probe, tokens))
  return findings
}

/**
 * A good token that must be accepted: the scheme is case-insensitive (RFC 9110 §11.1), and some clients write it in
 * lower case.
 */
async function tryScheme({ ask }: ApiProbe, tokens: OpenTestTokens): Promise<Finding> {
  const answer = await ask({ authorization: [`bearer ${tokens.good()}`] })
  const isTaken = isAccepted(answer)
  return {
    attack: 'lower_case_scheme',
    sent: 'a good token under `bearer` in small letters',
    clause: 'RFC 9110 §11.1',
    expected: 'let in',
    answered: describedAnswer(answer),
    verdict: isTaken ? 'held' : 'remark',
    weakness: isTaken ? null : 'scheme',
  }
}
