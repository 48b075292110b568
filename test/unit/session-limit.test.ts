import { expect } from 'chai'
import { firstPolicy, type Policy } from '../../server/policy/policies.js'
import { overLimit } from '../../server/policy/session-limit.js'
import { aDice } from '../support/dice.js'

type Limited = { id: number; policy: Policy }

const limited = (id: number, max: number, at: Policy['at_session_limit'] = 'end_oldest'): Limited => ({
  ...{ id, policy: { ...firstPolicy, max_sessions_per_user: max, at_session_limit: at } },
})
const ended = (oldestFirst: readonly Limited[]) => overLimit(oldestFirst, one => one.policy).map(one => one.id)

describe('the session limit per user', () => {
  it('ends no session at a limit of 0, nor with at_session_limit: refuse', () => {
    expect(ended([limited(1, 0), limited(2, 0), limited(3, 0)])).to.deep.equal([])
    expect(ended([limited(1, 1, 'refuse'), limited(2, 1, 'refuse')])).to.deep.equal([])
    expect(ended([])).to.deep.equal([])
  })

  it('ends the oldest sessions over the limit, and always keeps the newest', () => {
    for (let max = 1; max <= 4; max++) {
      for (let count = 0; count <= 6; count++) {
        const sessions = Array.from({ length: count }, (_, id) => limited(id, max))
        expect(ended(sessions)).to.deep.equal(sessions.slice(0, Math.max(0, count - max)).map(one => one.id))
      }
    }
  })

  it('judges each session by its own policy; an ended one does not count towards the limit of another', () => {
    // The middle session exceeds its own limit; with only the newest left, the oldest may stay.
    expect(ended([limited(1, 2), limited(2, 1), limited(3, 1)])).to.deep.equal([2])
    // A session without a limit stays, and counts.
    expect(ended([limited(1, 0), limited(2, 2), limited(3, 2), limited(4, 2)])).to.deep.equal([2])
    expect(ended([limited(1, 2), limited(2, 0), limited(3, 0)])).to.deep.equal([1])
  })

  it('ends the same sessions in whatever order they are judged, and no more', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const dice = aDice(seed)
      const sessions = Array.from({ length: dice.below(8) }, (_, id) =>
        limited(id, dice.below(4), dice.oneOf(['end_oldest', 'end_oldest', 'refuse'])),
      )
      const expected = ended(sessions)
      let live = sessions
      for (const one of dice.shuffled([...sessions, ...sessions]))
        if (ended(live).includes(one.id)) live = live.filter(other => other !== one)
      expect(
        live.map(one => one.id),
        `seed ${seed}`,
      ).to.deep.equal(sessions.map(one => one.id).filter(id => !expected.includes(id)))
    }
  })
})
