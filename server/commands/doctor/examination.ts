// The attacks in order, with good tokens in between: a server whose rate limit refuses everything after so many bad
// tokens would otherwise seem to withstand the rest.
import type { OpenTestTokens } from '../../identity/doctor/test-tokens.js'
import { hostileTokenNames, hostileTokens } from '../../tokens/hostile/hostile-tokens.js'
import { Failure } from '../failures.js'
import { type ApiProbe, isAccepted } from './api-probe.js'
import { type Attempt, describedAnswer, type Finding, findingOf } from './finding.js'
import { whyNotAccepted } from './good-token.js'
import type { KeyTrap } from './key-trap.js'
import { type RevocationTiming, tryRevocation } from './revocations.js'
import { tryTokenTransport } from './token-transport.js'

export type ExaminationTarget = { probe: ApiProbe; tokens: OpenTestTokens; trap: KeyTrap; timing: RevocationTiming }

const noToken = {
  attack: 'no_token',
  sent: 'no token',
  clause: 'RFC 6750 §3',
  refuse: 'must',
  weakness: 'open',
} as const

/** @throws Failure where a good token is refused */
export async function examine(examined: ExaminationTarget): Promise<Finding[]> {
  const { probe, tokens, timing } = examined
  const withoutToken = await probe.ask()
  const isOpen = findingOf(noToken, [{ how: 'no token', answer: withoutToken }])
  if (isOpen.verdict === 'let_in') return [isOpen]
  const good = await probe.bearer(tokens.good())
  if (!isAccepted(good)) throw new Failure(whyNotAccepted(good, tokens.about))

  const findings: Finding[] = [isOpen]
  for (const name of hostileTokenNames) {
    findings.push(...(await tryHostile(examined, name)))
    await requireGood(examined, name)
  }
  const weaker = await tryAll(probe, tokens.weaker())
  const scopeAbout = {
    attack: 'less_rights',
    sent: 'a good token that may less',
    clause: 'RFC 6750 §3.1',
    refuse: 'must',
    weakness: 'scope',
  } as const
  if (weaker.length > 0) findings.push(findingOf(scopeAbout, weaker))
  findings.push(...(await tryTokenTransport(probe, tokens)))
  await requireGood(examined, 'the headers')
  for (const ending of tokens.endings) findings.push(await tryRevocation(probe, ending, timing))
  return findings
}

async function tryHostile(
  { probe, tokens, trap }: ExaminationTarget,
  name: (typeof hostileTokenNames)[number],
): Promise<Finding[]> {
  const { shows: sent, clause, refuse, weakness } = hostileTokens[name]
  const about = { attack: name, sent, clause, refuse, weakness }
  const hits = trap.hits()
  const tried = await tryAll(probe, tokens.hostile(name))
  const found = findingOf(about, tried)
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

async function tryAll({ bearer }: ApiProbe, spellings: readonly (readonly [string, string])[]): Promise<Attempt[]> {
  const tried: Attempt[] = []
  for (const [how, token] of spellings) tried.push({ how, answer: await bearer(token) })
  return tried
}

function challengeOf({ answer }: Attempt): Finding {
  const hasChallenge = answer.status === 401 && /^\s*(bearer|dpop)\b/i.test(answer.challenge ?? '')
  return {
    attack: 'challenge',
    sent: 'the same: what does it say of it?',
    clause: 'RFC 6750 §3',
    expected: 'refused',
    answered: `${describedAnswer(answer)}, ${answer.challenge === null ? 'no WWW-Authenticate' : `WWW-Authenticate: ${answer.challenge}`}`,
    verdict: hasChallenge || isAccepted(answer) ? 'held' : 'remark',
    weakness: hasChallenge || isAccepted(answer) ? null : 'challenge',
  }
}

async function requireGood({ probe, tokens }: ExaminationTarget, after: string): Promise<void> {
  const answer = await probe.bearer(tokens.good())
  if (isAccepted(answer)) return
  throw new Failure(
    `after ${after} the resource server answers ${describedAnswer(answer)} to good tokens too, so nothing can be told of the rest: ` +
      'if it limits bad tokens, give --pause 500ms, or let this address pass meanwhile',
  )
}
