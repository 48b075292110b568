// Refresh tokens that the former service signed (Django with simplejwt) are exchanged for ours, each once.
import { expect } from 'chai';
import { aClient, claimsOf } from '../support/client.js';
import { onEachEngine } from '../support/engines.js';
import { aLegacyToken, aServerAfterDjango, cutOverAt, legacySecret, secondsOf, signed, } from '../support/legacy-tokens.js';
import { aServer, password } from '../support/server.js';
import { snapshotOf } from '../support/snapshot.js';
const realm = 'Bearer realm="api"';
const iat = cutOverAt / 1000 - 600;
const another = 'another good password';
function expectRefused(answer, detail, reason) {
    expect([answer.status, answer.body], reason).to.deep.equal([401, { detail, code: 'token_not_valid', reason }]);
    expect(answer.headers.get('www-authenticate')).to.equal(realm);
}
function expectNobody(answer, reason) {
    const detail = 'No active account found for the given token.';
    expect([answer.status, answer.body]).to.deep.equal([401, { detail, reason }]);
    expect(answer.headers.get('www-authenticate')).to.equal(realm);
}
const rows = (server, sql) => server.composed.parts.storage.database.read(sql);
const sessionsOf = (server, userId) => rows(server, `SELECT id, ended_reason AS endedReason, authenticated_at AS authenticatedAt FROM session WHERE user_id = ${userId}`);
const countOfIncidents = async (server) => (await rows(server, 'SELECT id FROM incident')).length;
describe('a refresh token of a former service is refused', () => {
    let server;
    let client;
    let amy;
    beforeEach(async () => {
        server = await aServerAfterDjango();
        client = aClient(server);
        amy = await server.aUser();
    });
    /** At refresh, verify and blacklist alike, and nothing changes by it. */
    async function expectRefusedEverywhere(token, detail, reason) {
        const before = await snapshotOf(server);
        expectRefused(await client.refresh(token), detail, reason);
        expectRefused(await client.verify(token), detail, reason);
        expectRefused(await client.post('/api/token/blacklist/', { refresh: token }), detail, reason);
        expect(await snapshotOf(server), reason).to.equal(before);
    }
    it('where no former service is set up, as any token of another kind', async () => {
        const plain = await aServer();
        const ben = await plain.aUser();
        expectRefused(await aClient(plain).refresh(aLegacyToken(ben.id)), 'Token has wrong type', 'token_type');
    });
    it('whose signature, or algorithm, is not the one of the settings', async () => {
        const invalid = 'Token is invalid';
        const forged = aLegacyToken(amy.id, {}, { secret: 'a secret that somebody guesses' });
        await expectRefusedEverywhere(forged, invalid, 'token_signature');
        const cut = aLegacyToken(amy.id);
        await expectRefusedEverywhere(`${cut.slice(0, cut.lastIndexOf('.'))}.`, invalid, 'token_signature');
        for (const [alg, hash] of [
            ['HS512', 'sha512'],
            ['RS256', 'sha256'],
        ])
            await expectRefusedEverywhere(aLegacyToken(amy.id, {}, { header: { alg }, hash }), invalid, 'token_algorithm');
        for (const alg of ['none', 'None', 'nOnE'])
            await expectRefusedEverywhere(aLegacyToken(amy.id, {}, { header: { alg } }), invalid, 'token_algorithm');
    });
    it('that asks for an extension, holds a token, or says something twice', async () => {
        for (const header of [{ crit: ['b64'] }, { cty: 'JWT' }, { zip: 'DEF' }, { b64: false }])
            await expectRefusedEverywhere(aLegacyToken(amy.id, {}, { header }), 'Token is invalid', 'token_malformed');
        const claims = `"exp":${iat + 86_400},"iat":${iat},"jti":"twice","token_type":"refresh","user_id":${amy.id}`;
        await expectRefusedEverywhere(signed(`{${claims},"user_id":1}`), 'Token is invalid', 'token_malformed');
        await expectRefusedEverywhere(`${aLegacyToken(amy.id)}=`, 'Token is invalid', 'token_malformed');
    });
    it('that names a key, or has the form of ours', async () => {
        for (const header of [{ kid: '1' }, { kid: null }, { typ: 'rt' }, { typ: undefined }])
            await expectRefusedEverywhere(aLegacyToken(amy.id, {}, { header }), 'Token has wrong type', 'token_type');
        const dressed = aLegacyToken(amy.id, {}, { header: { typ: 'rt+jwt', kid: '1' } });
        await expectRefusedEverywhere(dressed, 'Token is invalid', 'token_signature');
    });
    it('of another type: access tokens are not taken, and clients refresh then', async () => {
        for (const token_type of ['access', 'sliding', 'Refresh', '', null, ['refresh']])
            await expectRefusedEverywhere(aLegacyToken(amy.id, { token_type }), 'Token has wrong type', 'token_type');
        const access = aLegacyToken(amy.id, { token_type: 'access' });
        expect((await client.get('/api/me/', access)).status).to.equal(401);
        expect((await client.get('/api/me/', aLegacyToken(amy.id))).status).to.equal(401);
    });
    it('that lacks a claim, or has one that cannot be right', async () => {
        const hostile = [
            { exp: undefined },
            { exp: null },
            { exp: [] },
            { exp: '9999999999' },
            { exp: 1e300 },
            { exp: 1e14 },
            { exp: iat - 1 },
            { exp: iat + 0.5 },
            { iat: undefined },
            { iat: -1 },
            { iat: 'now' },
            { jti: undefined },
            { jti: '' },
            { jti: 7 },
            { jti: 'x'.repeat(256) },
            { token_type: undefined },
            { user_id: undefined },
            { user_id: true },
            { user_id: 1.5 },
            { user_id: -1 },
            { user_id: 0 },
            { user_id: '01' },
            { user_id: '1 OR 1=1' },
            { user_id: 'b1c5e2f0-0000-4000-8000-000000000000' },
            { user_id: 2 ** 53 },
            { nbf: 'soon' },
        ];
        for (const claims of hostile)
            await expectRefusedEverywhere(aLegacyToken(amy.id, { ...claims }), 'Token is invalid', 'token_claims');
        const endless = `{"token_type":"refresh","exp":1e400,"iat":${iat},"jti":"endless","user_id":${amy.id}}`;
        await expectRefusedEverywhere(signed(endless), 'Token is invalid', 'token_claims');
    });
    it('that was signed after the cut-over: whoever still has the secret makes no new ones', async () => {
        const late = (at) => aLegacyToken(amy.id, { iat: at, exp: at + 86_400 });
        const reason = 'legacy_token_after_cut_over';
        await expectRefusedEverywhere(late(cutOverAt / 1000 + 1), 'Token is invalid', reason);
        await expectRefusedEverywhere(late(secondsOf(server.clock) + 9_999), 'Token is invalid', reason);
        expect((await client.verify(late(cutOverAt / 1000))).status).to.equal(200);
    });
    it('that has expired, or is not valid yet', async () => {
        const over = aLegacyToken(amy.id, { iat: iat - 86_400, exp: secondsOf(server.clock) });
        await expectRefusedEverywhere(over, 'Token is expired', 'token_expired');
        const early = aLegacyToken(amy.id, { nbf: secondsOf(server.clock) + 60 });
        await expectRefusedEverywhere(early, 'Token is invalid', 'token_not_yet_valid');
    });
    it('of a user who is not there, was deleted or disabled', async () => {
        const [ben, cid] = [await server.aUser(), await server.aUser()];
        const { users } = server.composed.parts.people;
        await users.disable(ben.id, 'system');
        await users.remove(cid.id, 'system');
        const before = await snapshotOf(server);
        for (const [id, reason] of [
            [999_999, 'user_unknown'],
            [cid.id, 'user_unknown'],
            [ben.id, 'user_inactive'],
        ]) {
            expectNobody(await client.refresh(aLegacyToken(id)), reason);
            expectNobody(await client.verify(aLegacyToken(id)), reason);
        }
        expect(await snapshotOf(server)).to.equal(before);
        await users.enable(ben.id, 'system');
        expectRefused(await client.refresh(aLegacyToken(ben.id)), 'Token is blacklisted', 'session_ended');
    });
    it('of somebody who has only the same id as its user: who was made here, or was given a new id', async () => {
        const { users, userImport } = server.composed.parts.people;
        const made = await users.create({ username: 'made.here', password: null }, 'system');
        const [given, kept] = await userImport.begin('system', { dryRun: false }).addUsers([
            { username: 'given.id', createdAt: 1 },
            { username: 'kept.id', id: 5_000 },
        ]);
        const strangers = [made.id, given.id];
        const before = await snapshotOf(server);
        for (const id of strangers) {
            expectNobody(await client.verify(aLegacyToken(id)), 'user_unknown');
            expectNobody(await client.refresh(aLegacyToken(id)), 'user_unknown');
        }
        expect(await snapshotOf(server)).to.equal(before);
        expect(kept).to.deep.equal({ outcome: 'imported', id: 5_000 });
        expect((await client.verify(aLegacyToken(5_000))).status).to.equal(200);
        expect((await client.refresh(aLegacyToken(5_000))).status).to.equal(200);
    });
    it('of somebody made here, also once the audit log has forgotten it; not of who came from elsewhere', async () => {
        const { people, storage } = server.composed.parts;
        const made = await people.users.create({ username: 'made.here', password: null }, 'system');
        const from = { username: 'from.there', id: 6_000, createdAt: server.clock.now() - 86_400_000 };
        await people.userImport.begin('system', { dryRun: false }).addUsers([from]);
        const { seq } = await storage.auditStore.head(storage.database);
        await storage.database.transaction(tx => storage.auditStore.dropUpTo(tx, seq));
        expectNobody(await client.refresh(aLegacyToken(made.id)), 'user_unknown');
        expect((await client.refresh(aLegacyToken(6_000))).status).to.equal(200);
    });
    it('of somebody whom that service had disabled, also once they are enabled here', async () => {
        const { users } = server.composed.parts.people;
        const { id } = await users.importOne({ username: 'left', active: false }, 'system');
        const token = aLegacyToken(id);
        expectNobody(await client.refresh(token), 'user_inactive');
        await users.enable(id, 'system');
        expectRefused(await client.refresh(token), 'Token is blacklisted', 'session_ended');
        await users.setPassword(id, another, 'system');
        const { access } = await client.signIn({ username: 'left', password: another });
        expect((await client.get('/api/me/', access)).status).to.equal(200);
    });
    it('once anything ended all of the sessions of its user here', async () => {
        const { people, devices } = server.composed.parts;
        const ends = [
            id => people.users.setPassword(id, another, 'system'),
            id => devices.sessions.endAll(id, 'system'),
            async (id) => {
                const user = await people.users.require(id);
                const { access } = await client.signIn({ username: user.username, password });
                const body = { old_password: password, new_password: another };
                expect((await client.post('/api/me/password/', body, access)).status).to.equal(204);
            },
        ];
        for (const end of ends) {
            const { id } = await server.aUser();
            const token = aLegacyToken(id);
            await end(id);
            expectRefused(await client.verify(token), 'Token is blacklisted', 'session_ended');
            expectRefused(await client.refresh(token), 'Token is blacklisted', 'session_ended');
        }
    });
    it('where its user may have no further session, and is not spent by that', async () => {
        await server.setPolicy({ max_sessions_per_user: 1, at_session_limit: 'refuse' });
        const ben = await server.aUser();
        await client.signIn(ben);
        const token = aLegacyToken(ben.id);
        const answer = await client.refresh(token);
        expect([answer.status, answer.body.code]).to.deep.equal([403, 'session_limit_reached']);
        await server.setPolicy({ max_sessions_per_user: 2 });
        expect((await client.refresh(token)).status).to.equal(200);
    });
    it('with another issuer or audience than that service had', async () => {
        const legacy = { LEGACY_JWT_ISSUER: 'https://old.example', LEGACY_JWT_AUDIENCE: 'shop' };
        const strict = await aServerAfterDjango({ legacy });
        const ben = await strict.aUser();
        const right = { iss: 'https://old.example', aud: 'shop' };
        const to = aClient(strict);
        for (const iss of [undefined, 'https://new.example', ['https://old.example']])
            expectRefused(await to.refresh(aLegacyToken(ben.id, { ...right, iss })), 'Token is invalid', 'token_issuer');
        for (const aud of [undefined, 'blog', ['blog'], {}])
            expectRefused(await to.refresh(aLegacyToken(ben.id, { ...right, aud })), 'Token is invalid', 'token_audience');
        for (const aud of ['shop', ['blog', 'shop']])
            expect((await to.refresh(aLegacyToken(ben.id, { ...right, aud }))).status).to.equal(200);
    });
    it('once the door is closed', async () => {
        const closing = await aServerAfterDjango({ legacy: { LEGACY_JWT_ACCEPT_FOR: '2h' } });
        const ben = await closing.aUser();
        const [first, second] = [aLegacyToken(ben.id), aLegacyToken(ben.id)];
        const to = aClient(closing);
        expect((await to.refresh(first)).status).to.equal(200);
        closing.clock.advance('1h');
        for (const token of [first, second])
            expectRefused(await to.refresh(token), 'Token is expired', 'legacy_tokens_closed');
    });
    it('after everybody was signed out', async () => {
        const ended = await aServerAfterDjango();
        const ben = await ended.aUser();
        await ended.composed.parts.logs.revocationLog.add({ kind: 'all', subject: '', effect: 'end', why: '' }, 'system');
        expectRefused(await aClient(ended).refresh(aLegacyToken(ben.id)), 'Token is blacklisted', 'session_ended');
        expectRefused(await aClient(ended).verify(aLegacyToken(ben.id)), 'Token is blacklisted', 'session_ended');
    });
});
onEachEngine('a refresh token of a former service', engine => {
    it('becomes a session of its user on a device of its own, with the age that it has', async () => {
        const server = await aServerAfterDjango({ engine });
        const amy = await server.aUser({ username: 'amy', roles: ['support'] });
        const client = aClient(server, 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0');
        const token = aLegacyToken(String(amy.id));
        expect((await client.verify(token)).body).to.deep.equal({});
        const answer = await client.refresh(token);
        expect(answer.status).to.equal(200);
        expect(Object.keys(answer.body).sort()).to.deep.equal(['access', 'refresh']);
        const access = claimsOf(answer.body.access);
        expect(access).to.deep.include({ sub: String(amy.id), user_id: String(amy.id), username: 'amy', auth_time: iat });
        expect(access.roles).to.deep.equal(['support']);
        const me = await client.get('/api/me/', answer.body.access);
        expect(me.body.username).to.equal('amy');
        const { results } = (await client.get('/api/me/devices/', answer.body.access)).body;
        expect(results.map((one) => one.name)).to.deep.equal(['Firefox · Linux']);
        // Nothing that asks for a recent sign-in.
        const changing = await client.patch('/api/admin/users/1', { first_name: 'Eve' }, answer.body.access);
        expect(changing.status).to.be.oneOf([401, 403]);
        // And it goes on as any session does.
        expect((await client.refresh(answer.body.refresh)).status).to.equal(200);
        const [entry] = await rows(server, "SELECT action, subject FROM audit_entry WHERE action = 'legacy_token_exchanged'");
        expect(entry).to.deep.equal({ action: 'legacy_token_exchanged', subject: String(amy.id) });
    });
    it('tells of no password that was typed a moment ago, however young it is', async () => {
        const server = await aServerAfterDjango({ engine, legacy: { LEGACY_JWT_CUT_OVER: '2026-01-05T09:00:00Z' } });
        const amy = await server.aUser({ roles: ['admin'] });
        const now = secondsOf(server.clock);
        const { access } = (await aClient(server).refresh(aLegacyToken(amy.id, { iat: now, exp: now + 60 }))).body;
        expect(claimsOf(access).auth_time).to.be.at.most(now - 300);
        const answer = await aClient(server).delete('/api/admin/users/1/', access);
        expect([answer.status, answer.body.code]).to.deep.equal([401, 'insufficient_user_authentication']);
    });
    it('is exchanged once: 50 at a time over two servers get one session and one pair', async () => {
        const one = await aServerAfterDjango({ engine });
        const two = engine.name === 'MariaDB' ? await aServer({ settings: one.settings, clock: one.clock }) : one;
        const amy = await one.aUser();
        const token = aLegacyToken(amy.id);
        const clients = [aClient(one, 'one/1'), aClient(two, 'two/1')];
        const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => clients[at % 2].refresh(token)));
        expect(answers.map(answer => answer.status)).to.deep.equal(Array(50).fill(200));
        expect(new Set(answers.map(answer => answer.body.refresh)).size).to.equal(1);
        expect(await sessionsOf(one, amy.id)).to.have.length(1);
        expect(await rows(one, `SELECT id FROM device WHERE user_id = ${amy.id}`)).to.have.length(1);
        const taken = await rows(one, "SELECT seq FROM audit_entry WHERE action = 'legacy_token_exchanged'");
        expect(taken).to.have.length(1);
    });
    it('that comes again within the grace is answered with the present pair, however far that has gone', async () => {
        const server = await aServerAfterDjango({ engine });
        const amy = await server.aUser();
        const client = aClient(server);
        const token = aLegacyToken(amy.id);
        const first = (await client.refresh(token)).body;
        server.clock.advance('4s');
        const second = (await client.refresh(first.refresh)).body;
        server.clock.advance('4s');
        expect((await client.verify(token)).status).to.equal(200);
        expect((await client.refresh(token)).body.refresh).to.equal(second.refresh);
        expect(await sessionsOf(server, amy.id)).to.have.length(1);
        expect(await countOfIncidents(server)).to.equal(0);
    });
    it('that comes again after the grace ends its session: two hold it', async () => {
        const server = await aServerAfterDjango({ engine });
        const amy = await server.aUser();
        const client = aClient(server);
        const token = aLegacyToken(amy.id);
        const { refresh, access } = (await client.refresh(token)).body;
        server.clock.advance('25s');
        expectRefused(await client.verify(token), 'Token is blacklisted', 'token_revoked');
        expect((await client.get('/api/me/', access)).status, 'verify ends nothing').to.equal(200);
        expectRefused(await client.refresh(token), 'Token is blacklisted', 'token_reused');
        expectRefused(await client.refresh(token), 'Token is blacklisted', 'session_ended');
        expectRefused(await client.refresh(refresh), 'Token is blacklisted', 'session_ended');
        expect((await client.get('/api/me/', access)).status).to.equal(401);
        expect((await sessionsOf(server, amy.id)).map(one => one.endedReason)).to.deep.equal(['refresh_token_reused']);
        expect(await countOfIncidents(server)).to.equal(1);
    });
    it('goes on to be answered where refresh tokens do not rotate, as long as its session lives', async () => {
        const server = await aServerAfterDjango({ engine, policy: { rotate_refresh_tokens: false } });
        const amy = await server.aUser();
        const client = aClient(server);
        const token = aLegacyToken(amy.id, { exp: iat + 10 * 86_400 });
        for (let time = 1; time <= 3; time++) {
            const answer = await client.refresh(token);
            expect(Object.keys(answer.body), `time ${time}`).to.deep.equal(['access']);
            expect((await client.get('/api/me/', answer.body.access)).status).to.equal(200);
            expect((await client.verify(token)).status).to.equal(200);
            server.clock.advance('7h');
        }
        expect(await sessionsOf(server, amy.id)).to.have.length(1);
        server.clock.advance('7h');
        expectRefused(await client.refresh(token), 'Token is expired', 'token_expired');
    });
    it('is the first of its session where they begin to rotate later', async () => {
        const server = await aServerAfterDjango({ engine, policy: { rotate_refresh_tokens: false } });
        const amy = await server.aUser();
        const client = aClient(server);
        const token = aLegacyToken(amy.id);
        await client.refresh(token);
        await server.setPolicy({ rotate_refresh_tokens: true });
        const { refresh } = (await client.refresh(token)).body;
        expect((await client.refresh(refresh)).status).to.equal(200);
        server.clock.advance('25s');
        expectRefused(await client.refresh(token), 'Token is blacklisted', 'token_reused');
    });
    it('given back is exchanged no more', async () => {
        const server = await aServerAfterDjango({ engine });
        const amy = await server.aUser();
        const client = aClient(server);
        const token = aLegacyToken(amy.id);
        const giveBack = () => client.post('/api/token/blacklist/', { refresh: token });
        const answer = await giveBack();
        expect([answer.status, answer.body]).to.deep.equal([200, {}]);
        for (const again of [await client.refresh(token), await client.verify(token), await giveBack()])
            expectRefused(again, 'Token is blacklisted', 'token_revoked');
        expect(await sessionsOf(server, amy.id)).to.have.length(0);
    });
    it('given back after its exchange ends the session that it gave', async () => {
        const server = await aServerAfterDjango({ engine });
        const amy = await server.aUser();
        const client = aClient(server);
        const token = aLegacyToken(amy.id);
        const { access } = (await client.refresh(token)).body;
        server.clock.advance('1h');
        expect((await client.post('/api/token/blacklist/', { refresh: token })).status).to.equal(200);
        expect((await client.get('/api/me/', access)).status).to.equal(401);
        expectRefused(await client.refresh(token), 'Token is blacklisted', 'session_ended');
        const again = await client.post('/api/token/blacklist/', { refresh: token });
        expectRefused(again, 'Token is blacklisted', 'session_ended');
    });
    it('given back while it is exchanged leaves nothing that lives', async () => {
        const server = await aServerAfterDjango({ engine });
        const client = aClient(server);
        for (let round = 0; round < 8; round++) {
            const amy = await server.aUser();
            const token = aLegacyToken(amy.id);
            const [exchanged, back] = await Promise.all([
                client.refresh(token),
                client.post('/api/token/blacklist/', { refresh: token }),
            ]);
            expect(back.status).to.equal(200);
            if (exchanged.status === 200)
                expect((await client.get('/api/me/', exchanged.body.access)).status, 'access').to.equal(401);
            expect((await client.refresh(token)).status).to.equal(401);
            expect((await sessionsOf(server, amy.id)).every(one => one.endedReason === 'sign_out')).to.equal(true);
        }
    });
    it('exchanged beside a password reset gives a session that it ended, or none', async () => {
        const server = await aServerAfterDjango({ engine });
        const client = aClient(server);
        for (let round = 0; round < 8; round++) {
            const amy = await server.aUser();
            const token = aLegacyToken(amy.id);
            const [exchanged] = await Promise.all([
                client.refresh(token),
                server.composed.parts.people.users.setPassword(amy.id, another, 'system'),
            ]);
            if (exchanged.status === 200)
                expect((await client.refresh(exchanged.body.refresh)).status).to.equal(401);
            expect((await client.refresh(token)).status).to.equal(401);
        }
    });
    it('is known by its jti alone: of another user with the same one it is none', async () => {
        const server = await aServerAfterDjango({ engine });
        const [amy, ben] = [await server.aUser(), await server.aUser()];
        const client = aClient(server);
        expect((await client.refresh(aLegacyToken(amy.id, { jti: 'same' }))).status).to.equal(200);
        expectRefused(await client.refresh(aLegacyToken(ben.id, { jti: 'same' })), 'Token is invalid', 'token_claims');
        expect(await sessionsOf(server, ben.id)).to.have.length(0);
    });
    it('is found exchanged after a restart, and forgotten once it is over', async () => {
        const server = await aServerAfterDjango({ engine });
        const amy = await server.aUser();
        const token = aLegacyToken(amy.id);
        const first = (await aClient(server).refresh(token)).body;
        await server.close();
        const next = await aServer({ settings: server.settings, clock: server.clock, policy: null });
        expect((await aClient(next).refresh(token)).body.refresh).to.equal(first.refresh);
        await next.composed.jobs.runAll();
        expect(await rows(next, 'SELECT hash FROM legacy_token')).to.have.length(1);
        next.clock.advance('3d');
        await next.composed.jobs.runAll();
        expect(await rows(next, 'SELECT hash FROM legacy_token')).to.have.length(0);
        expect((await aClient(next).refresh(token)).body.reason).to.equal('token_expired');
    });
});
describe('the secret of a former service', () => {
    it('stands in no log line, no answer and no row', async () => {
        const server = await aServerAfterDjango();
        const amy = await server.aUser();
        const client = aClient(server);
        const token = aLegacyToken(amy.id);
        const answers = [await client.refresh(token), await client.refresh('a.b.c'), await client.verify(token)];
        const told = [...server.logged, ...answers.map(one => one.text), JSON.stringify(await snapshotOf(server))].join('\n');
        expect(told).to.not.contain(legacySecret);
        expect(told).to.not.contain(claimsOf(token).jti);
    });
});
//# sourceMappingURL=legacy-tokens.test.js.map