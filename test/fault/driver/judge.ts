// The judgement of one round's ledger. Pure. What counts is when a request was begun, not when it was answered: a
// request in the sockets of a stopped server may have been begun long before the revoke.
import { grouped } from '../../../server/storage/statement.js'
import type { Revoked, Verdict } from './ledger.js'

/** P1: a request that is begun more than so many ms after the answer of the revoke must not be accepted. */
export const bound = 2_000

export type Violation = {
  revoked: Revoked
  verdict: Verdict
  /** ms from the answer of the revoke to the begin of the request. */
  after: number
}

export type Judgement = {
  violations: Violation[]
  /** Statuses other than 200 and 503 for tokens that were never revoked, and statuses that no token may get. */
  wrong: Verdict[]
  /** ms from the answer of a revoke until requests were refused: at the server that was asked, and at the others. */
  here: number[]
  there: number[]
  /** The same at resource servers. */
  atVerifiers: number[]
}

/** 404: the token was accepted, and its user was not found. */
const accepted = (verdict: Verdict) => verdict.status === 200 || verdict.status === 404
/** 0: no answer came, as from a dead server. */
const bearable = [0, 200, 503]

/** @param verifiers the names of the resource servers */
export function judge(
  revoked: readonly Revoked[],
  verdicts: readonly Verdict[],
  verifiers: readonly string[] = [],
): Judgement {
  const judgement: Judgement = { violations: [], wrong: [], here: [], there: [], atVerifiers: [] }
  const byToken = grouped(verdicts, verdict => verdict.token)
  const trials = new Map(revoked.map(one => [one.trial, one]))

  for (const [token, all] of byToken) {
    const trial = typeof token === 'number' ? trials.get(token) : undefined
    const allowed = trial ? [...bearable, 401, trial.trigger === 'user deleted' ? 404 : 401] : bearable
    judgement.wrong.push(...all.filter(({ status }) => !allowed.includes(status)))
    if (trial) judgeTrial(trial, all, new Set(verifiers), judgement)
  }
  return judgement
}

function judgeTrial(
  revoked: Revoked,
  all: readonly Verdict[],
  verifiers: ReadonlySet<string>,
  judgement: Judgement,
): void {
  const { answered, via } = revoked
  const later = all.filter(verdict => verdict.begun > answered).sort((a, b) => a.begun - b.begun)
  for (const verdict of later) {
    const after = verdict.begun - answered
    if (after > bound && accepted(verdict)) judgement.violations.push({ revoked, verdict, after })
  }
  for (const [server, ours] of grouped(later, verdict => verdict.server)) {
    const last = ours.findLastIndex(accepted)
    // The first request after the last accepted one; where none was accepted, the revoke was in force at once.
    const refused = last === -1 ? answered : (ours[last + 1]?.begun ?? Number.POSITIVE_INFINITY)
    const where = verifiers.has(server) ? 'atVerifiers' : server === via ? 'here' : 'there'
    judgement[where].push(refused - answered)
  }
}
