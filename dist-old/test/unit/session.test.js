import { expect } from 'chai';
import { firstPolicy } from '../../server/policy/policies.js';
import { absoluteEnd, idleEnd, sessionEnd } from '../../server/policy/session.js';
const now = 1_750_000_000_000;
const policy = { ...firstPolicy, refresh_token_lifetime: 3_600, session_absolute_lifetime: 86_400 };
const session = { seq: 5, createdAt: now, rotatedAt: now, expiresAt: now + 3_600_000, endedAt: null };
const none = { user: 0, application: 0, log: 0 };
describe('the end of a session', () => {
    it('lives between its ends', () => {
        expect(sessionEnd(session, none, now, policy)).to.equal(null);
        expect(sessionEnd(session, none, now + 3_599_999, policy)).to.equal(null);
    });
    it('is over once it was ended, whatever else is so', () => {
        expect(sessionEnd({ ...session, endedAt: now }, none, now, policy)).to.equal('ended');
        expect(sessionEnd({ ...session, endedAt: now }, { ...none, user: 9 }, now + 9e9, policy)).to.equal('ended');
    });
    it('is over once an end of all of its user, application or log has superseded it, and not by its own', () => {
        for (const whose of ['user', 'application', 'log']) {
            expect(sessionEnd(session, { ...none, [whose]: 6 }, now, policy), whose).to.equal('superseded');
            expect(sessionEnd(session, { ...none, [whose]: 5 }, now, policy), whose).to.equal(null);
        }
    });
    it('is over when it has lain idle, at the instant itself', () => {
        expect(sessionEnd(session, none, now + 3_600_000, policy)).to.equal('idle');
    });
    it('is over at its absolute end, however often it was refreshed', () => {
        const refreshed = { ...session, rotatedAt: now + 86_399_000, expiresAt: now + 90_000_000 };
        expect(sessionEnd(refreshed, none, now + 86_399_999, policy)).to.equal(null);
        expect(sessionEnd(refreshed, none, now + 86_400_000, policy)).to.equal('absolute');
    });
    it('comes sooner under a tightened policy, and never later than the row says under a loosened one', () => {
        expect(idleEnd(session, { ...policy, refresh_token_lifetime: 60 })).to.equal(now + 60_000);
        expect(idleEnd(session, { ...policy, refresh_token_lifetime: 7_200 })).to.equal(now + 3_600_000);
        expect(absoluteEnd(session, { ...policy, session_absolute_lifetime: 60 })).to.equal(now + 60_000);
    });
});
//# sourceMappingURL=session.test.js.map