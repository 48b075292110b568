import { expect } from 'chai';
import { dueSteps, jwksMaxAge, publication, removableAt, successorOf, } from '../../server/policy/key-life.js';
const minute = 60_000;
const day = 86_400_000;
function aKey(changes = {}) {
    return {
        kid: 'k',
        algorithm: 'ES256',
        state: 'active',
        createdAt: 0,
        activatesAt: 0,
        activatedAt: 0,
        retiredAt: null,
        ...changes,
    };
}
function rules(changes = {}) {
    return { algorithms: ['ES256'], interval: 90 * 86_400, lives: { accessLifetime: 3_600, horizon: 0 }, ...changes };
}
describe('a key is needed', () => {
    const lives = { accessLifetime: 3_600, horizon: 0 };
    it('while it signs; a pending one never is, and one that is gone no more', () => {
        expect(removableAt(aKey(), lives)).to.equal(null);
        expect(removableAt(aKey({ state: 'gone', retiredAt: 5 }), lives)).to.equal(null);
        expect(removableAt(aKey({ state: 'pending', createdAt: 7, activatedAt: null }), lives)).to.equal(7);
    });
    const retired = aKey({ state: 'retiring', retiredAt: 10 * day });
    const caches = 120_000 + jwksMaxAge * 1000;
    it('until what it signed last has expired, and every copy of the JWKS', () => {
        expect(removableAt(retired, lives)).to.equal(10 * day + 3_600_000 + caches);
    });
    it('for as long as an older, longer policy said', () => {
        const horizon = 10 * day + 8 * 3_600_000;
        expect(removableAt(retired, { accessLifetime: 60, horizon })).to.equal(horizon + caches);
    });
    it('never for longer than any token lives, whatever was changed after it had retired', () => {
        const horizon = 20 * day;
        expect(removableAt(retired, { accessLifetime: 86_400, horizon })).to.equal(11 * day + caches);
    });
});
describe('what is due', () => {
    it('is nothing while a young key signs', () => {
        expect(dueSteps([aKey()], rules(), 80 * day)).to.deep.equal([]);
    });
    it('is a new key a day before the old one has signed for long enough', () => {
        expect(dueSteps([aKey()], rules(), 89 * day - 1)).to.deep.equal([]);
        expect(dueSteps([aKey()], rules(), 89 * day)).to.deep.equal([
            { act: 'make', algorithm: 'ES256', activatesAt: 90 * day },
        ]);
    });
    it('is a new key that is published for 20 minutes all the same where the old one is overdue', () => {
        const [step] = dueSteps([aKey()], rules(), 500 * day);
        expect(step).to.deep.equal({ act: 'make', algorithm: 'ES256', activatesAt: 500 * day + 20 * minute });
    });
    it('is nothing while a key is pending, whatever time its row names', () => {
        const pending = aKey({ kid: 'p', state: 'pending', createdAt: 90 * day, activatesAt: 0, activatedAt: null });
        expect(dueSteps([pending, aKey()], rules(), 90 * day + publication - 1)).to.deep.equal([]);
        expect(dueSteps([pending, aKey()], rules(), 90 * day + publication)).to.deep.equal([
            { act: 'retire', kid: 'k' },
            { act: 'activate', kid: 'p' },
        ]);
        const later = { ...pending, activatesAt: 95 * day };
        expect(dueSteps([later, aKey()], rules(), 95 * day - 1)).to.deep.equal([]);
    });
    it('lets the old algorithm sign until the new one may', () => {
        const old = aKey({ kid: 'old' });
        const next = aKey({ kid: 'old2', state: 'pending', activatedAt: null, activatesAt: 90 * day });
        const changed = rules({ algorithms: ['RS256'] });
        const at = 50 * day;
        expect(dueSteps([old, next], changed, at)).to.deep.equal([
            { act: 'make', algorithm: 'RS256', activatesAt: at + publication },
            { act: 'remove', kid: 'old2' },
        ]);
        const made = aKey({
            kid: 'new',
            algorithm: 'RS256',
            state: 'pending',
            createdAt: at,
            activatesAt: at + publication,
        });
        expect(dueSteps([made, old], changed, at + publication - 1)).to.deep.equal([]);
        expect(dueSteps([made, old], changed, at + publication)).to.deep.equal([
            { act: 'activate', kid: 'new' },
            { act: 'retire', kid: 'old' },
        ]);
        // Changed back before: the old one never stopped.
        expect(dueSteps([made, old], rules(), at + minute)).to.deep.equal([{ act: 'remove', kid: 'new' }]);
    });
    it('is the end of a retired key as soon as nothing needs it, and not before', () => {
        const retired = aKey({ kid: 'r', state: 'retiring', retiredAt: 10 * day });
        const at = removableAt(retired, rules().lives);
        expect(dueSteps([aKey({ activatedAt: 10 * day }), retired], rules(), at - 1)).to.deep.equal([]);
        expect(dueSteps([aKey({ activatedAt: 10 * day }), retired], rules(), at)).to.deep.equal([
            { act: 'remove', kid: 'r' },
        ]);
    });
});
describe('two years of upkeep at random times, with policies that change at random', () => {
    it('have one key that signs at every instant, none before 20 minutes, and none gone while its tokens live', () => {
        const dice = seeded(4);
        const keys = [aKey({ kid: 'first' })];
        const tokens = [];
        let now = 0;
        let current = rules({ interval: 7 * 86_400 });
        let rotations = 0;
        while (now < 730 * day) {
            now += 1 + Math.floor(dice() * 4 * 3_600_000);
            if (dice() < 0.02)
                current = { ...current, algorithms: [dice() < 0.5 ? 'ES256' : 'RS256'] };
            if (dice() < 0.02) {
                const { accessLifetime, horizon } = current.lives;
                current = {
                    ...current,
                    lives: {
                        accessLifetime: 60 + Math.floor(dice() * 86_000),
                        horizon: Math.max(horizon, now + accessLifetime * 1000),
                    },
                };
            }
            // Now and then no server runs, so nothing is looked after.
            if (dice() < 0.9) {
                for (const step of dueSteps(keys, current, now)) {
                    if (step.act === 'make') {
                        const made = { kid: `k${keys.length}`, algorithm: step.algorithm, activatesAt: step.activatesAt };
                        keys.push(aKey({ ...made, state: 'pending', createdAt: now, activatedAt: null }));
                        continue;
                    }
                    const key = keys.find(one => one.kid === step.kid);
                    if (step.act === 'activate') {
                        Object.assign(key, { state: 'active', activatedAt: now });
                        expect(now - key.createdAt).to.be.at.least(publication);
                        rotations++;
                    }
                    if (step.act === 'retire')
                        Object.assign(key, { state: 'retiring', retiredAt: now });
                    if (step.act === 'remove') {
                        Object.assign(key, { state: 'gone' });
                        expect(tokens.filter(token => token.kid === key.kid && token.expiresAt > now)).to.deep.equal([]);
                    }
                }
                expect(dueSteps(keys, current, now), 'done twice').to.deep.equal([]);
            }
            const active = keys.filter(key => key.state === 'active');
            expect(active).to.have.length(1);
            tokens.push({ kid: active[0].kid, expiresAt: now + current.lives.accessLifetime * 1000 });
        }
        expect(rotations).to.be.above(60);
        expect(keys.filter(key => key.state === 'gone').length).to.be.above(50);
    });
});
describe('the successor of a revoked key', () => {
    const active = aKey();
    const pending = aKey({ kid: 'p', state: 'pending', activatedAt: null });
    it('is nobody where the key did not sign', () => {
        expect(successorOf('p', [active, pending], rules())).to.equal(null);
        expect(successorOf('unknown', [active, pending], rules())).to.equal(null);
    });
    it('is the one that is pending, or one that must be made', () => {
        expect(successorOf('k', [active, pending], rules())).to.deep.equal({ algorithm: 'ES256', kid: 'p' });
        expect(successorOf('k', [active], rules())).to.deep.equal({ algorithm: 'ES256', kid: null });
    });
    it('is of the new algorithm where the policy has left the old one', () => {
        const next = aKey({ kid: 'n', algorithm: 'RS256', state: 'pending', activatedAt: null });
        const changed = rules({ algorithms: ['RS256'] });
        expect(successorOf('k', [active, pending, next], changed)).to.deep.equal({ algorithm: 'RS256', kid: 'n' });
        const signing = { ...next, state: 'active' };
        expect(successorOf('k', [active, signing], changed)).to.equal(null);
    });
});
/** The same dice at every run. */
function seeded(seed) {
    let state = seed;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
}
//# sourceMappingURL=key-life.test.js.map