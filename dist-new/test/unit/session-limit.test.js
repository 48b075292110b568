import { expect } from 'chai';
import { firstPolicy } from '../../server/policy/policies.js';
import { overLimit } from '../../server/policy/session-limit.js';
import { aDice } from '../support/dice.js';
const limited = (id, max, at = 'end_oldest') => ({
    ...{ id, policy: { ...firstPolicy, max_sessions_per_user: max, at_session_limit: at } },
});
const ended = (oldestFirst) => overLimit(oldestFirst, one => one.policy).map(one => one.id);
describe('the limit of sessions per user', () => {
    it('is none at 0, and ends nobody where it refuses', () => {
        expect(ended([limited(1, 0), limited(2, 0), limited(3, 0)])).to.deep.equal([]);
        expect(ended([limited(1, 1, 'refuse'), limited(2, 1, 'refuse')])).to.deep.equal([]);
        expect(ended([])).to.deep.equal([]);
    });
    it('finds the oldest too many, and always keeps the newest', () => {
        for (let max = 1; max <= 4; max++) {
            for (let count = 0; count <= 6; count++) {
                const sessions = Array.from({ length: count }, (_, id) => limited(id, max));
                expect(ended(sessions)).to.deep.equal(sessions.slice(0, Math.max(0, count - max)).map(one => one.id));
            }
        }
    });
    it('judges each by its own policy: who is too many does not count against another', () => {
        // The middle one is too many by its own rules; beside the newest alone the oldest may stay.
        expect(ended([limited(1, 2), limited(2, 1), limited(3, 1)])).to.deep.equal([2]);
        // Whoever was spared the limit stays, and counts.
        expect(ended([limited(1, 0), limited(2, 2), limited(3, 2), limited(4, 2)])).to.deep.equal([2]);
        expect(ended([limited(1, 2), limited(2, 0), limited(3, 0)])).to.deep.equal([1]);
    });
    it('ends the same ones in whatever order they come, and never one more', () => {
        for (let seed = 1; seed <= 500; seed++) {
            const dice = aDice(seed);
            const sessions = Array.from({ length: dice.below(8) }, (_, id) => limited(id, dice.below(4), dice.oneOf(['end_oldest', 'end_oldest', 'refuse'])));
            const expected = ended(sessions);
            let live = sessions;
            for (const one of dice.shuffled([...sessions, ...sessions]))
                if (ended(live).includes(one.id))
                    live = live.filter(other => other !== one);
            expect(live.map(one => one.id), `seed ${seed}`).to.deep.equal(sessions.map(one => one.id).filter(id => !expected.includes(id)));
        }
    });
});
//# sourceMappingURL=session-limit.test.js.map