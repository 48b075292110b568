// Revokes good tokens while it keeps calling the resource server: how long are they still accepted?
import { setTimeout as pause } from 'node:timers/promises'
import type { EndingToken } from '../../identity/doctor/test-tokens.js'
import { type ApiProbe, isAccepted, type ProbeAnswer } from './api-probe.js'
import { describedAnswer, type Finding } from './finding.js'

export type RevocationTiming = {
  /** How long a revoked token may still be accepted before that counts, in ms. */
  revokedFor: number
  /** Whether to wait until the token expires. */
  untilExpiry: boolean
}

const texts = {
  token: { sent: 'a token that was revoked', clause: 'RFC 7009 §2' },
  session: { sent: 'a token whose session was ended', clause: 'RFC 9068 §5' },
  role: { sent: 'a token with a role that has changed', clause: 'RFC 9068 §5' },
} as const satisfies Record<EndingToken['what'], { sent: string; clause: string }>

/** The bound that our verifier guarantees in any failure; ms. */
const promised = 2_000
const betweenTwo = 10

export async function tryRevocation(probe: ApiProbe, ending: EndingToken, timing: RevocationTiming): Promise<Finding> {
  const about = { attack: `revoked_${ending.what}`, ...texts[ending.what], expected: 'refused' } as const
  const token = ending.token()
  const before = await probe.bearer(token)
  if (!isAccepted(before)) {
    const answered = `answered ${describedAnswer(before)} before it was revoked`
    return { ...about, answered, verdict: 'not_tried', weakness: null }
  }
  await ending.end()
  const { letInFor, last } = await askUntilRefused(probe, token, timing.revokedFor)
  if (letInFor === null) {
    const answered = `still let in after ${spanText(timing.revokedFor)}: until it expires, as far as can be seen`
    return { ...about, answered, verdict: timing.untilExpiry ? 'remark' : 'let_in', weakness: 'revocation' }
  }
  // The same claims under a new signature: a denylist of token texts does not contain it.
  const again = await probe.bearer(ending.token())
  if (isAccepted(again))
    return {
      ...about,
      answered: 'refused, and let in when it was signed anew',
      verdict: 'let_in',
      weakness: 'revocation',
    }
  const answered =
    letInFor === 0 ? `${describedAnswer(last)} at once` : `${describedAnswer(last)}; let in for ${spanText(letInFor)}`
  return letInFor > promised
    ? { ...about, answered, verdict: 'lenient', weakness: 'revocation' }
    : { ...about, answered, verdict: 'held', weakness: null }
}

/** @returns time from the revocation to the last request that was accepted; null: the token was not refused in time */
async function askUntilRefused(
  probe: ApiProbe,
  token: string,
  revokedFor: number,
): Promise<{ letInFor: number | null; last: ProbeAnswer }> {
  const ended = performance.now()
  for (let letInFor = 0; ; ) {
    const sent = performance.now() - ended
    const last = await probe.bearer(token)
    if (!isAccepted(last)) return { letInFor, last }
    letInFor = sent
    if (sent > revokedFor) return { letInFor: null, last }
    await pause(betweenTwo)
  }
}

function spanText(ms: number): string {
  return ms < 1_000 ? `${Math.ceil(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}
