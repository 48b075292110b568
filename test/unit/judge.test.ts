// The judge of the fault driver: which requests it reports as violations or wrong answers, and its durations.
import { expect } from 'chai'
import { judge } from '../fault/driver/judge.js'
import type { Revoked, Verdict } from '../fault/driver/ledger.js'

const revoked: Revoked = { trial: 1, trigger: 'session ended', via: 'A', answered: 10_000 }

function verdict(begunAfter: number, changes: Partial<Verdict> = {}): Verdict {
  const begun = revoked.answered + begunAfter
  return { token: 1, server: 'B', path: 'verify', begun, ended: begun + 5, status: 401, reason: '', ...changes }
}
const accepted = (begunAfter: number, changes: Partial<Verdict> = {}) =>
  verdict(begunAfter, { status: 200, ...changes })

describe('the judge of the fault driver', () => {
  it('reports an accepted request that began over 2 s after the revocation was answered', () => {
    const { violations } = judge([revoked], [verdict(100), accepted(2_001)])
    expect(violations.map(({ after }) => after)).to.deep.equal([2_001])
  })

  it('reports a late acceptance also at the server that answered the revocation, and after refusals', () => {
    expect(judge([revoked], [verdict(1), accepted(5_000, { server: 'A' })]).violations).to.have.length(1)
  })

  it('counts a 404 as accepted, since the token passed authentication', () => {
    expect(judge([revoked], [verdict(3_000, { status: 404, path: 'me' })]).violations).to.have.length(1)
  })

  it('judges a request by its start, however late it was answered', () => {
    const late = accepted(1_990, { ended: revoked.answered + 60_000 })
    expect(judge([revoked], [late]).violations).to.deep.equal([])
  })

  it('reports nothing for requests begun before the answer, nor for unanswered revocations', () => {
    expect(judge([revoked], [accepted(-50)]).violations).to.deep.equal([])
    expect(judge([], [accepted(9_000)]).violations).to.deep.equal([])
  })

  it('reports any status other than 200, 503 and no answer as wrong for an unrevoked token', () => {
    const own = (status: number) => verdict(0, { token: 'bystander', status })
    const { wrong } = judge([revoked], [own(200), own(503), own(0), own(401), own(404), own(500)])
    expect(wrong.map(({ status }) => status)).to.deep.equal([401, 404, 500])
  })

  it('reports status 500 as wrong for a revoked token, but not 503', () => {
    expect(judge([revoked], [verdict(10, { status: 500 })]).wrong).to.have.length(1)
    expect(judge([revoked], [verdict(10), verdict(10, { status: 503 })]).wrong).to.deep.equal([])
  })

  it('measures the time until the first request after which none was accepted, per server', () => {
    const verdicts = [
      ...[verdict(5, { server: 'A' }), accepted(10), verdict(30), accepted(60), verdict(90), verdict(120)],
    ]
    const { here, there } = judge([revoked], verdicts)
    expect([here, there]).to.deep.equal([[0], [90]])
  })

  it('measures resource servers separately', () => {
    const verdicts = [accepted(20, { server: 'verifier-1' }), verdict(40, { server: 'verifier-1' })]
    const { there, atVerifiers } = judge([revoked], verdicts, ['verifier-1'])
    expect([there, atVerifiers]).to.deep.equal([[], [40]])
  })

  it('measures infinity when the last request was accepted', () => {
    expect(judge([revoked], [verdict(10), accepted(100)]).there).to.deep.equal([Number.POSITIVE_INFINITY])
  })
})
