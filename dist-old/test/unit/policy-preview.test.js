import { expect } from 'chai';
import { foldEras, forever } from '../../server/policy/eras.js';
import { firstPolicy } from '../../server/policy/policies.js';
import { nextVersion } from '../../server/policy/policy-change.js';
import { endedByChange, leastLimit, tightenings, whatStays } from '../../server/policy/policy-preview.js';
const first = {
    ...{
        version: 1,
        policy: { ...firstPolicy, max_sessions_per_user: 0 },
        changed: [],
        apply: 'refresh',
        undoes: null,
        settled: false,
    },
};
const hour = 3_600_000;
const now = 1_000 * hour;
function changedTo(versions, values, apply = 'refresh') {
    return nextVersion(versions, { values, apply, undoes: null });
}
const aSurveyed = (id, changes = {}) => ({
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
});
describe('what a change of the policy would end', () => {
    const before = foldEras([first]);
    const { eras: tight } = changedTo([first], {
        refresh_token_lifetime: 3_600,
        session_absolute_lifetime: 7_200,
        max_sessions_per_user: 1,
    });
    const reasons = (open, eras = tight) => endedByChange(open, before, eras, now).map(({ session, reason }) => [session.id, reason]);
    it('is what lives without it: neither who ended, nor who was superseded, nor who is over already', () => {
        const long = { rotatedAt: now - 2 * hour, createdAt: now - 2 * hour };
        const over = [
            aSurveyed('ended', { ...long, endedAt: now }),
            aSurveyed('superseded', { ...long, ended: { user: 6, application: 0, log: 0 } }),
            aSurveyed('expired', { ...long, expiresAt: now }),
            aSurveyed('idle', { rotatedAt: now - 24 * hour }),
            aSurveyed('old', { createdAt: now - 30 * 24 * hour }),
        ];
        for (const one of over)
            expect(reasons([one]), one.id).to.deep.equal([]);
    });
    it('is told with its reason, at the very instant', () => {
        expect(reasons([aSurveyed('a', { rotatedAt: now - hour + 1 })])).to.deep.equal([]);
        expect(reasons([aSurveyed('a', { rotatedAt: now - hour })])).to.deep.equal([['a', 'idle']]);
        expect(reasons([aSurveyed('a', { createdAt: now - 2 * hour + 1 })])).to.deep.equal([]);
        expect(reasons([aSurveyed('a', { createdAt: now - 2 * hour })])).to.deep.equal([['a', 'absolute']]);
        expect(reasons([aSurveyed('a'), aSurveyed('b')])).to.deep.equal([['a', 'limit']]);
        // Who is over for another reason makes room.
        expect(reasons([aSurveyed('a'), aSurveyed('b', { rotatedAt: now - hour })])).to.deep.equal([['b', 'idle']]);
    });
    it('is nothing where it is for new sessions only', () => {
        const { eras } = changedTo([first], { refresh_token_lifetime: 60, max_sessions_per_user: 1 }, 'new');
        expect(reasons([aSurveyed('a', { rotatedAt: now - hour }), aSurveyed('b')], eras)).to.deep.equal([]);
    });
});
describe('where many sessions have to be looked at', () => {
    it('is where a lifetime falls, by when they were opened', () => {
        const { next } = changedTo([first], { refresh_token_lifetime: 7_200 }, 'new');
        const versions = [first, next];
        const before = foldEras(versions);
        expect(tightenings(before, changedTo(versions, { reuse_grace: 3 }).eras)).to.deep.equal([]);
        expect(tightenings(before, changedTo(versions, { refresh_token_lifetime: 86_400 }).eras)).to.deep.equal([]);
        const idles = (seconds) => tightenings(before, changedTo(versions, { refresh_token_lifetime: seconds }).eras).map(one => [
            ...[one.from, one.upto, one.before.idle / 1000, one.after.idle / 1000],
        ]);
        expect(idles(10_000)).to.deep.equal([[0, 1, 86_400, 10_000]]);
        expect(idles(3_600)).to.deep.equal([
            [0, 1, 86_400, 3_600],
            [2, forever, 7_200, 3_600],
        ]);
    });
    it('is where a limit is that ends the oldest', () => {
        const limited = changedTo([first], { max_sessions_per_user: 3 }).eras;
        const refusing = changedTo([first], { max_sessions_per_user: 3, at_session_limit: 'refuse' }).eras;
        expect([leastLimit(foldEras([first]), refusing), leastLimit(refusing, limited)]).to.deep.equal([Infinity, 3]);
    });
});
describe('what a change leaves as it is', () => {
    it('is said for what was changed, and how', () => {
        const said = (values, apply) => whatStays(changedTo([first], values, apply).next, foldEras([first]));
        expect(said({ access_token_lifetime: 60 }, 'now')).to.deep.equal(['undoable']);
        expect(said({ access_token_lifetime: 60 }, 'refresh')).to.deep.equal(['access_tokens', 'undoable']);
        expect(said({ access_token_lifetime: 60 }, 'new')).to.deep.equal(['open_sessions', 'access_tokens']);
        expect(said({ session_absolute_lifetime: 40 * 86_400 }, 'now')).to.deep.equal(['refresh_tokens', 'undoable']);
        expect(said({ max_sessions_per_user: 2, at_session_limit: 'refuse' }, 'now')).to.deep.equal([
            'signed_in',
            'undoable',
        ]);
        expect(said({ audience: 'shop' }, 'refresh'), 'live tokens are for another audience').to.deep.equal(['undoable']);
    });
});
//# sourceMappingURL=policy-preview.test.js.map