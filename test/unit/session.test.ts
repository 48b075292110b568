import { expect } from 'chai'
import { firstPolicy } from '../../server/policy/policies.js'
import { absoluteEnd, idleEnd, sessionEnd } from '../../server/policy/session.js'

const now = 1_750_000_000_000
const policy = { ...firstPolicy, refresh_token_lifetime: 3_600, session_absolute_lifetime: 86_400 }
const session = { seq: 5, createdAt: now, rotatedAt: now, expiresAt: now + 3_600_000, endedAt: null }
const none = { user: 0, application: 0, log: 0 }

describe('the end of a session', () => {
  it('is null while the session is live', () => {
    expect(sessionEnd(session, none, now, policy)).to.equal(null)
    expect(sessionEnd(session, none, now + 3_599_999, policy)).to.equal(null)
  })

  it('is "ended" once the session was ended, even if it is also superseded and expired', () => {
    expect(sessionEnd({ ...session, endedAt: now }, none, now, policy)).to.equal('ended')
    expect(sessionEnd({ ...session, endedAt: now }, { ...none, user: 9 }, now + 9e9, policy)).to.equal('ended')
  })

  it('is "superseded" by a later end of its user, application or log, not by one with its own number', () => {
    for (const whose of ['user', 'application', 'log']) {
      expect(sessionEnd(session, { ...none, [whose]: 6 }, now, policy), whose).to.equal('superseded')
      expect(sessionEnd(session, { ...none, [whose]: 5 }, now, policy), whose).to.equal(null)
    }
  })

  it('is "idle" from the exact instant at which the idle lifetime ends', () => {
    expect(sessionEnd(session, none, now + 3_600_000, policy)).to.equal('idle')
  })

  it('is "absolute" from the absolute end on, however recently it was refreshed', () => {
    const refreshed = { ...session, rotatedAt: now + 86_399_000, expiresAt: now + 90_000_000 }
    expect(sessionEnd(refreshed, none, now + 86_399_999, policy)).to.equal(null)
    expect(sessionEnd(refreshed, none, now + 86_400_000, policy)).to.equal('absolute')
  })

  it('comes sooner under a tightened policy; a loosened one delays only the absolute end', () => {
    expect(idleEnd(session, { ...policy, refresh_token_lifetime: 60 })).to.equal(now + 60_000)
    expect(idleEnd(session, { ...policy, refresh_token_lifetime: 7_200 })).to.equal(now + 3_600_000)
    expect(absoluteEnd(session, { ...policy, session_absolute_lifetime: 60 })).to.equal(now + 60_000)
    expect(absoluteEnd(session, { ...policy, session_absolute_lifetime: 172_800 })).to.equal(now + 172_800_000)
  })
})
