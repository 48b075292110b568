// The attacks in order, with good tokens in between: a server whose rate limit refuses everything after so many bad
// tokens would otherwise seem to withstand the rest.
import type { OpenTestTokens } from '../../identity/doctor/test-tokens.js'
import { hostileTokenNames, hostileTokens } from '../../tokens/hostile/hostile-tokens.js'
import { Failure } from '../failures.js'
import { type Asking, isLetIn } from './asking.js'
import { tryCarriage } from './carriage.js'
import { type Finding, judged, type Tried, toldAnswer } from './finding.js'
import { whyNotLetIn } from './good-token.js'
import { type Patience, tryEnding } from './revocations.js'
import type { Trap } from './trap.js'

export type Examined = { asking: Asking; tokens: OpenTestTokens; trap: Trap; patience: Patience }

const noToken = {
  attack: 'no_token',
  sent: 'no token',
  clause: 'RFC 6750 §3',
  refuse: 'must',
  weakness: 'open',
} as const

/** @throws Failure where a good token is refused */
export async function examine(examined: Examined): Promise<Finding[]> {
  const { asking, tokens, patience } = examined
  const withoutToken = await asking.ask()
  const isOpen = judged(noToken, [{ how: 'no token', answer: withoutToken }])
  if (isOpen.verdict === 'let_in') return [isOpen]
  const good = await asking.bearer(tokens.good())
  if (!isLetIn(good)) throw new Failure(whyNotLetIn(good, tokens.about))

  const findings: Finding[] = [isOpen]
  for (const name of hostileTokenNames) {
    findings.push(...(await tryHostile(examined, name)))
    await requireGood(examined, name)
  }
  const weaker = await tryAll(asking, tokens.weaker())
  const scopeAbout = {
    attack: 'less_rights',
    sent: 'a good token that may less',
    clause: 'RFC 6750 §3.1',
    refuse: 'must',
    weakness: 'scope',
  } as const
  if (weaker.length > 0) findings.push(judged(scopeAbout, weaker))
  findings.push(...(await tryCarriage(asking, tokens)))
  await requireGood(examined, 'the headers')
  for (const ending of tokens.endings) findings.push(await tryEnding(asking, ending, patience))
  return findings
}

async function tryHostile(
  { asking, tokens, trap }: Examined,
  name: (typeof hostileTokenNames)[number],
): Promise<Finding[]> {
  const { shows: sent, clause, refuse, weakness } = hostileTokens[name]
  const about = { attack: name, sent, clause, refuse, weakness }
  const hits = trap.hits()
  const tried = await tryAll(asking, tokens.hostile(name))
  const found = judged(about, tried)
  if (name === 'expired') return [found, challengeOf(tried[0]!)]
  const followed = trap.hits() - hits
  if (followed === 0) return [found]
  return [
    found,
    {
      ...found,
      attack: `${name}_followed`,
      answered: `it fetched an address out of the token, ${followed} times`,
      verdict: 'let_in',
      weakness: 'key',
    },
  ]
}

async function tryAll({ bearer }: Asking, spellings: readonly (readonly [string, string])[]): Promise<Tried[]> {
  const tried: Tried[] = []
  for (const [how, token] of spellings) tried.push({ how, answer: await bearer(token) })
  return tried
}

function challengeOf({ answer }: Tried): Finding {
  const isTold = answer.status === 401 && /^\s*(bearer|dpop)\b/i.test(answer.challenge ?? '')
  return {
    attack: 'challenge',
    sent: 'the same: what does it say of it?',
    clause: 'RFC 6750 §3',
    expected: 'refused',
    answered: `${toldAnswer(answer)}, ${answer.challenge === null ? 'no WWW-Authenticate' : `WWW-Authenticate: ${answer.challenge}`}`,
    verdict: isTold || isLetIn(answer) ? 'held' : 'remark',
    weakness: isTold || isLetIn(answer) ? null : 'challenge',
  }
}

async function requireGood({ asking, tokens }: Examined, after: string): Promise<void> {
  const answer = await asking.bearer(tokens.good())
  if (isLetIn(answer)) return
  throw new Failure(
    `after ${after} the resource server answers ${toldAnswer(answer)} to good tokens too, so nothing can be told of the rest: ` +
      'if it limits bad tokens, give --pause 500ms, or let this address pass meanwhile',
  )
}
