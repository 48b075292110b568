import { expect } from 'chai';
import { codeOfReason, entryExpiry, triggers } from '../../server/policy/revocation.js';
import { errors } from '../../server/protocol/errors.js';
import { refusalCode, refuses, revocationKinds, } from '../../server/protocol/log/revocation.js';
const claims = { rev: 10, jti: 'j', sub: '7', sid: 's', client_id: 'darvoza', roles: ['admin'] };
const entry = {
    seq: 11,
    kind: 'user',
    subject: '7',
    effect: 'end',
    exceptSid: null,
    reason: 'all_ended',
    expiresAt: 0,
};
describe('the table of triggers', () => {
    for (const [name, row] of Object.entries(triggers)) {
        it(`${name} fits together`, () => {
            expect(revocationKinds).to.include(row.kind);
            expect(row.what).to.match(/^[A-Z].{10,}/);
            // The columns that keep it.
            expect(name.length).to.be.at.most(40);
            expect(errors[row.code].status).to.equal(401);
            if (row.effect === 'refresh') {
                // Stale claims sign nobody out.
                expect([row.sessions, row.code]).to.deep.equal(['stay', 'token_stale']);
            }
            else {
                const ended = { session: ['it'], token: ['stay'], key: ['stay'] };
                expect(row.sessions).to.be.oneOf(ended[row.kind] ?? ['all', 'others']);
                expect(row.code).to.not.equal('token_stale');
            }
        });
    }
    it('ends the API keys with the user, and with a reset of the password, and by nothing else', () => {
        const ending = Object.entries(triggers).filter(([, row]) => row.apiKeys === 'end');
        expect(ending.map(([name]) => name)).to.have.members(['password_reset', 'user_disabled', 'user_deleted']);
    });
});
describe('an entry of the log', () => {
    it('refuses a token that does not know it yet, and no other', () => {
        expect(refuses(entry, claims)).to.equal(true);
        for (const rev of [11, 12])
            expect(refuses(entry, { ...claims, rev })).to.equal(false);
    });
    it('spares the session that it excepts, and only that one', () => {
        const others = { ...entry, exceptSid: 's' };
        expect(refuses(others, claims)).to.equal(false);
        expect(refuses(others, { ...claims, sid: 'other' })).to.equal(true);
        expect(refuses(others, { ...claims, sid: undefined })).to.equal(true);
    });
    it('about a key refuses whatever the token knows', () => {
        expect(refuses({ ...entry, kind: 'key', subject: 'kid', exceptSid: 's' }, { ...claims, rev: 999 })).to.equal(true);
    });
    it('says with which code it refuses', () => {
        for (const [reason, row] of Object.entries(triggers)) {
            const { kind, effect, code } = row;
            expect(refusalCode({ ...entry, kind, effect, reason }, codeOfReason), reason).to.equal(code);
        }
        // The kit of resource servers knows no reasons.
        expect(refusalCode({ ...entry, kind: 'user', reason: 'user_disabled' })).to.equal('token_revoked');
        expect(refusalCode({ ...entry, kind: 'key' })).to.equal('token_key_revoked');
        expect(refusalCode({ ...entry, kind: 'session', reason: 'typed by hand' })).to.equal('session_ended');
        expect(refusalCode({ ...entry, kind: 'role', reason: '__proto__' }, codeOfReason)).to.equal('token_revoked');
        expect(refusalCode({ ...entry, effect: 'refresh', reason: 'typed by hand' }, codeOfReason)).to.equal('token_stale');
    });
    it('is kept until no token that it refuses can be live', () => {
        expect(entryExpiry('user', 1_000_000, 3_600, 0)).to.equal(1_000_000 + 3_600_000 + 120_000);
        expect(entryExpiry('user', 1_000_000, 60, 9_000_000)).to.equal(9_000_000 + 120_000);
    });
});
//# sourceMappingURL=revocation.test.js.map