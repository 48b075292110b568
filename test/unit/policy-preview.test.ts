import { expect } from 'chai'
import { endlessVersion, foldEras } from '../../server/policy/eras.js'
import { firstPolicy, type Policy } from '../../server/policy/policies.js'
import { nextVersion } from '../../server/policy/policy-change.js'
import {
  endedByChange,
  leastLimit,
  type SurveyedSession,
  tightenings,
  unaffectedBy,
} from '../../server/policy/policy-preview.js'
import type { PolicyApply, PolicyVersion } from '../../server/policy/policy-version.js'

const first: PolicyVersion = {
  ...{
    version: 1,
    policy: { ...firstPolicy, max_sessions_per_user: 0 },
    changed: [],
    apply: 'refresh',
    undoes: null,
    settled: false,
  },
}
const hour = 3_600_000
const now = 1_000 * hour

function changedTo(versions: readonly PolicyVersion[], values: Partial<Policy>, apply: PolicyApply = 'refresh') {
  return nextVersion(versions, { values, apply, undoes: null })
}

const aSurveyed = (id: string, changes: Partial<SurveyedSession> = {}): SurveyedSession => ({
  id,
  userId: 1,
  deviceId: 'd',
  applicationId: 'darvoza',
  policyVersion: 1,
  seq: 5,
  createdAt: now,
  rotatedAt: now,
  expiresAt: now + 24 * hour,
  endedAt: null,
  browserSid: null,
  offline: false,
  ...{ ended: { user: 0, application: 0, log: 0 }, ...changes },
})

describe('sessions that a policy change would end', () => {
  const before = foldEras([first])
  const { eras: tight } = changedTo([first], {
    refresh_token_lifetime: 3_600,
    session_absolute_lifetime: 7_200,
    max_sessions_per_user: 1,
  })
  const reasons = (open: SurveyedSession[], eras = tight) =>
    endedByChange(open, before, eras, now).map(({ session, reason }) => [session.id, reason])

  it('are live without it: not ended, superseded, expired, idle or past the absolute end', () => {
    const long = { rotatedAt: now - 2 * hour, createdAt: now - 2 * hour }
    const over = [
      aSurveyed('ended', { ...long, endedAt: now }),
      aSurveyed('superseded', { ...long, ended: { user: 6, application: 0, log: 0 } }),
      aSurveyed('expired', { ...long, expiresAt: now }),
      aSurveyed('idle', { rotatedAt: now - 24 * hour }),
      aSurveyed('old', { createdAt: now - 30 * 24 * hour }),
    ]
    for (const one of over) expect(reasons([one]), one.id).to.deep.equal([])
  })

  it('are listed with the reason idle, absolute or limit, from the exact instant on', () => {
    expect(reasons([aSurveyed('a', { rotatedAt: now - hour + 1 })])).to.deep.equal([])
    expect(reasons([aSurveyed('a', { rotatedAt: now - hour })])).to.deep.equal([['a', 'idle']])
    expect(reasons([aSurveyed('a', { createdAt: now - 2 * hour + 1 })])).to.deep.equal([])
    expect(reasons([aSurveyed('a', { createdAt: now - 2 * hour })])).to.deep.equal([['a', 'absolute']])
    expect(reasons([aSurveyed('a'), aSurveyed('b')])).to.deep.equal([['a', 'limit']])
    // A session that ends for another reason does not count towards the limit.
    expect(reasons([aSurveyed('a'), aSurveyed('b', { rotatedAt: now - hour })])).to.deep.equal([['b', 'idle']])
  })

  it('are none when the change applies to new sessions only', () => {
    const { eras } = changedTo([first], { refresh_token_lifetime: 60, max_sessions_per_user: 1 }, 'new')
    expect(reasons([aSurveyed('a', { rotatedAt: now - hour }), aSurveyed('b')], eras)).to.deep.equal([])
  })
})

describe('sessions that a policy preview must read', () => {
  it('are those of the eras whose idle lifetime is reduced', () => {
    const { next } = changedTo([first], { refresh_token_lifetime: 7_200 }, 'new')
    const versions = [first, next]
    const before = foldEras(versions)
    expect(tightenings(before, changedTo(versions, { reuse_grace: 3 }).eras)).to.deep.equal([])
    expect(tightenings(before, changedTo(versions, { refresh_token_lifetime: 86_400 }).eras)).to.deep.equal([])
    const idles = (seconds: number) =>
      tightenings(before, changedTo(versions, { refresh_token_lifetime: seconds }).eras).map(one => [
        ...[one.from, one.upto, one.before.idle / 1000, one.after.idle / 1000],
      ])
    expect(idles(10_000)).to.deep.equal([[0, 1, 86_400, 10_000]])
    expect(idles(3_600)).to.deep.equal([
      [0, 1, 86_400, 3_600],
      [2, endlessVersion, 7_200, 3_600],
    ])
  })

  it('depend on the least session limit that ends the oldest session; one that refuses is no limit', () => {
    const limited = changedTo([first], { max_sessions_per_user: 3 }).eras
    const refusing = changedTo([first], { max_sessions_per_user: 3, at_session_limit: 'refuse' }).eras
    expect([leastLimit(foldEras([first]), refusing), leastLimit(refusing, limited)]).to.deep.equal([Infinity, 3])
  })
})

describe('the notes on what a policy change leaves as it is', () => {
  it('depend on the changed policies and on the sessions that the change applies to', () => {
    const said = (values: Partial<Policy>, apply: PolicyApply) =>
      unaffectedBy(changedTo([first], values, apply).next, foldEras([first]))
    expect(said({ access_token_lifetime: 60 }, 'now')).to.deep.equal(['undoable'])
    expect(said({ access_token_lifetime: 60 }, 'refresh')).to.deep.equal(['access_tokens', 'undoable'])
    expect(said({ access_token_lifetime: 60 }, 'new')).to.deep.equal(['open_sessions', 'access_tokens'])
    expect(said({ session_absolute_lifetime: 40 * 86_400 }, 'now')).to.deep.equal(['refresh_tokens', 'undoable'])
    expect(said({ max_sessions_per_user: 2, at_session_limit: 'refuse' }, 'now')).to.deep.equal([
      'signed_in',
      'undoable',
    ])
    expect(said({ audience: 'shop' }, 'refresh'), 'live tokens are for another audience').to.deep.equal(['undoable'])
  })
})
