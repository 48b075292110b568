import { expect } from 'chai';
import { trials } from '../support/bursts.js';
import { aClient, claimsOf } from '../support/client.js';
import { onEachEngine, onMariaDb } from '../support/engines.js';
import { aPause } from '../support/pause.js';
import { aServer, password } from '../support/server.js';
import { devicesOf, sessionsOf } from '../support/sessions.js';
const newPassword = 'staple battery horse';
/** Lets a few turns of the event loop pass, so that two requests meet in ever other places. */
async function turns(count) {
    for (let turn = 0; turn < count; turn++)
        await new Promise(resolve => setImmediate(resolve));
}
/** What of these is still accepted: nothing, when their session is over. */
async function accepted(client, pairs) {
    const found = pairs.flatMap(({ access, refresh }) => [
        ...(access ? [told(client.verify(access), 'an access token')] : []),
        ...(access ? [told(client.get('/api/me/', access), 'an access token, as a bearer')] : []),
        ...(refresh ? [told(client.verify(refresh), 'a refresh token, at verify')] : []),
        ...(refresh ? [told(client.refresh(refresh), 'a refresh token')] : []),
    ]);
    return (await Promise.all(found)).flat();
}
const told = async (request, what) => ((await request).status === 401 ? [] : [what]);
onEachEngine('a refresh that is superseded between its UPDATE and its SELECT', engine => {
    async function superseded(meanwhile) {
        const pause = aPause();
        const server = await aServer({ engine, pauses: { rotationClaimed: pause.here } });
        const { id } = await server.aUser({ username: 'amy' });
        const client = aClient(server);
        const pair = await client.signIn({ username: 'amy', password });
        const other = await client.signIn({ username: 'amy', password });
        pause.arm();
        const held = client.refresh(pair.refresh);
        await pause.reached;
        await meanwhile(server, { id, pair, sid: claimsOf(pair.access).sid });
        pause.letGo();
        return { server, client, pair, other, answer: await held, id };
    }
    function refused(answer) {
        expect(answer.status).to.equal(401);
        expect(answer.body).to.not.have.any.keys('access', 'refresh');
    }
    it('by the end of its session: refused, no token of it works, and the other session lives', async () => {
        const { client, answer, pair, other } = await superseded((server, { id, sid }) => server.composed.parts.devices.sessions.end(sid, id, 'system'));
        refused(answer);
        expect(answer.body.reason).to.equal('session_ended');
        expect(await accepted(client, [pair])).to.deep.equal([]);
        expect((await client.refresh(other.refresh)).status).to.equal(200);
    });
    it('by the end of all sessions: refused, and nothing works', async () => {
        const { client, answer, pair, other } = await superseded((server, { id }) => server.composed.parts.devices.sessions.endAll(id, 'system'));
        refused(answer);
        expect(await accepted(client, [pair, other])).to.deep.equal([]);
    });
    it('by the end of all others from the other session: refused', async () => {
        const { client, answer, pair } = await superseded(async (server, { id, sid }) => {
            const other = (await sessionsOf(server, id)).find(one => one.session.id !== sid);
            await server.composed.parts.devices.sessions.endAll(id, 'system', other.session.id);
        });
        refused(answer);
        expect(await accepted(client, [pair])).to.deep.equal([]);
    });
    it('by disabling the user: refused, and enabling revives nothing', async () => {
        const { server, client, answer, pair, other, id } = await superseded((server, { id }) => server.composed.parts.people.users.disable(id, 'system'));
        refused(answer);
        await server.composed.parts.people.users.enable(id, 'system');
        expect(await accepted(client, [pair, other])).to.deep.equal([]);
    });
    it('by other roles: the token has the new ones and is not stale', async () => {
        const { client, answer } = await superseded((server, { id }) => server.composed.parts.people.users.setRoles(id, ['support'], 'system'));
        expect(answer.status).to.equal(200);
        expect(claimsOf(answer.body.access).roles).to.deep.equal(['support']);
        expect((await client.verify(answer.body.access)).status).to.equal(200);
    });
    it('by its own change of the password: the kept session goes on, the other is over', async () => {
        const { client, answer, pair, other } = await superseded(async (server, { pair }) => {
            const json = { old_password: password, new_password: newPassword };
            expect((await aClient(server).post('/api/me/password/', json, pair.access)).status).to.equal(204);
        });
        expect(answer.status).to.equal(200);
        expect((await client.verify(answer.body.access)).status).to.equal(200);
        expect((await client.verify(pair.access)).status, 'the access token that changed it').to.equal(200);
        expect((await client.refresh(answer.body.refresh)).status).to.equal(200);
        expect(await accepted(client, [other])).to.deep.equal([]);
    });
    it('by a password change of its owner with the policy that keeps no session: refused', async () => {
        const { client, answer, pair, other } = await superseded(async (server, { pair }) => {
            await server.setPolicy({ keep_session_on_password_change: false });
            const json = { old_password: password, new_password: newPassword };
            expect((await aClient(server).post('/api/me/password/', json, pair.access)).status).to.equal(204);
        });
        refused(answer);
        expect(await accepted(client, [pair, other])).to.deep.equal([]);
    });
});
onEachEngine('a session that an end has reached', engine => {
    it('is not brought back by the change of the password that would have kept it', async () => {
        const server = await aServer({ engine });
        const client = aClient(server);
        const amy = await server.aUser();
        const [own, other] = [await client.signIn(amy), await client.signIn(amy)];
        const { sessions } = server.composed.parts.devices;
        // Superseded, but its row is not marked: as on a server that was killed before it could.
        await sessions.endAll(amy.id, 'system', claimsOf(other.access).sid);
        await server.composed.parts.storage.database.write('UPDATE session SET ended_at = NULL WHERE id = ?', [
            claimsOf(own.access).sid,
        ]);
        await sessions.endAll(amy.id, 'system', claimsOf(own.access).sid);
        expect(await accepted(client, [own, other])).to.deep.equal([]);
    });
    const ends = {
        'the end of the session': (server, id, pair) => server.composed.parts.devices.sessions.end(claimsOf(pair.access).sid, id, 'system'),
        'the end of all': (server, id) => server.composed.parts.devices.sessions.endAll(id, 'system'),
        'a sign-out': (server, _, pair) => aClient(server).post('/api/token/blacklist/', { refresh: pair.refresh }),
        'a reset of the password': (server, id) => server.composed.parts.people.users.setPassword(id, newPassword, 'system'),
        disabling: (server, id) => server.composed.parts.people.users.disable(id, 'system'),
        'a device ended': async (server, id) => {
            const [device] = await devicesOf(server, id);
            await server.composed.parts.devices.sessions.endDevice(device.device.id, id, 'system');
        },
    };
    it('accepts nothing of it afterwards, however refreshes and the end met', async () => {
        const server = await aServer({ engine });
        const client = aClient(server);
        const found = [];
        let won = 0;
        const count = trials(200);
        const names = Object.keys(ends);
        const trial = async (index) => {
            const amy = await server.aUser();
            const pair = await client.signIn(amy);
            const name = names[index % names.length];
            const refreshes = [0, 1, 2].map(async (step) => {
                await turns(Math.floor(Math.random() * 6) + step);
                const answer = await client.refresh(pair.refresh);
                return answer.status === 200 ? [answer.body] : [];
            });
            await turns(Math.floor(Math.random() * 12));
            await ends[name](server, amy.id, pair);
            const answered = (await Promise.all(refreshes)).flat();
            won += answered.length;
            for (const what of await accepted(client, [pair, ...answered]))
                found.push(`${what} after ${name}`);
        };
        for (let index = 0; index < count; index += 20) {
            await Promise.all(Array.from({ length: Math.min(20, count - index) }, (_, more) => trial(index + more)));
        }
        console.log(`      ${count} ends met ${count * 3} refreshes, ${won} of which were answered; accepted after: ${found.length}`);
        expect(found).to.deep.equal([]);
    }).timeout(120_000);
    it('a change of roles that meets refreshes: every token has the new roles or is stale', async () => {
        const server = await aServer({ engine });
        const client = aClient(server);
        const wrong = [];
        const trial = async () => {
            const amy = await server.aUser();
            const pair = await client.signIn(amy);
            const refreshes = Array.from({ length: 4 }, async (_, step) => {
                await turns(Math.floor(Math.random() * 6) + step);
                return client.refresh(pair.refresh);
            });
            await turns(Math.floor(Math.random() * 10));
            await server.composed.parts.people.users.setRoles(amy.id, ['support'], 'system');
            for (const { status, body, text } of [...(await Promise.all(refreshes)), { status: 200, body: pair, text: '' }]) {
                if (status !== 200)
                    wrong.push(`a refresh was answered ${status} ${text}`);
                else if (claimsOf(body.access).roles.includes('support')) {
                    if ((await client.verify(body.access)).status !== 200)
                        wrong.push('a token with the new roles is refused');
                }
                else {
                    const verified = await client.verify(body.access);
                    if (verified.body.reason !== 'token_stale')
                        wrong.push(`old roles: ${verified.status} ${verified.text}`);
                }
            }
        };
        for (let index = 0; index < trials(60); index += 10)
            await Promise.all(Array.from({ length: 10 }, trial));
        expect(wrong).to.deep.equal([]);
    }).timeout(60_000);
});
onMariaDb('everything that ends sessions of one user, all at once', engine => {
    it('waits in one order: no deadlock, and nobody is told to come back', async () => {
        const server = await aServer({ engine });
        const { devices: { sessions }, people: { users }, storage: { database }, } = server.composed.parts;
        const deadlocks = async () => Number((await database.read("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"))[0].Value);
        const before = await deadlocks();
        const client = aClient(server);
        const wrong = [];
        const tolerate = (work) => work.catch((error) => {
            if (error.code !== 'not_found')
                wrong.push(`${error.code} ${error.message}`);
        });
        for (let round = 0; round < 10; round++) {
            const amy = await server.aUser();
            const pairs = await Promise.all(Array.from({ length: 6 }, () => client.signIn(amy)));
            const sids = pairs.map(pair => claimsOf(pair.access).sid);
            await Promise.all([
                ...sids.map(sid => tolerate(sessions.end(sid, amy.id, 'system'))),
                ...sids.map(sid => tolerate(sessions.endAll(amy.id, 'system', sid))),
                tolerate(sessions.endOtherDevices(amy.id, sids[0], 'system')),
                tolerate(users.setRoles(amy.id, ['support'], 'system')),
                tolerate(users.setPassword(amy.id, newPassword, 'system')),
                ...pairs.map(pair => client.refresh(pair.refresh)),
                ...pairs.map(() => client.post('/api/token/', amy)),
            ]);
        }
        expect(wrong).to.deep.equal([]);
        expect((await deadlocks()) - before).to.equal(0);
    }).timeout(40_000);
});
//# sourceMappingURL=end-race.test.js.map