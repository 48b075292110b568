import { expect } from 'chai';
import { trials } from '../support/bursts.js';
import { aClient, claimsOf } from '../support/client.js';
import { onEachEngine } from '../support/engines.js';
import { aPause } from '../support/pause.js';
import { aServer, manyGuesses, password } from '../support/server.js';
import { devicesOf, sessionsOf } from '../support/sessions.js';
const newPassword = 'staple battery horse';
onEachEngine('a sign-in that is superseded between its password check and its insert', engine => {
    /** Signs amy in, does `meanwhile` while she is held, and answers what she got. */
    async function superseded(meanwhile, more = () => ({})) {
        const pause = aPause();
        const server = await aServer({ engine, pauses: { passwordChecked: pause.here } });
        const { id } = await server.aUser({ username: 'amy' });
        const client = aClient(server);
        const before = await client.signIn({ username: 'amy', password });
        pause.arm();
        const held = client.post('/api/token/', { username: 'amy', password, ...more(before) });
        await pause.reached;
        await meanwhile(server, { id, access: before.access });
        pause.letGo();
        return { server, client, before, answer: await held, id };
    }
    async function openSessions(server, id) {
        return (await sessionsOf(server, id)).length;
    }
    function refused({ status, body }) {
        expect([status, body.detail]).to.deep.equal([401, 'No active account found with the given credentials']);
    }
    it('by a change of the password: refused, and no session of the old password lives but the one that changed it', async () => {
        const { server, client, answer, id } = await superseded(async (server, { access }) => {
            const json = { old_password: password, new_password: newPassword };
            expect((await aClient(server).post('/api/me/password/', json, access)).status).to.equal(204);
        });
        refused(answer);
        expect(await openSessions(server, id)).to.equal(1);
        await client.signIn({ username: 'amy', password: newPassword });
    });
    it('by a reset of the password: refused, and nothing lives', async () => {
        const { server, answer, id } = await superseded((server, { id }) => server.composed.parts.people.users.setPassword(id, newPassword, 'system'));
        refused(answer);
        expect(await openSessions(server, id)).to.equal(0);
    });
    it('by a reset to the very same password: all sessions ended, this one is checked again and lives', async () => {
        const { server, client, answer, id } = await superseded((server, { id }) => server.composed.parts.people.users.setPassword(id, password, 'system'));
        expect(answer.status).to.equal(200);
        expect(await openSessions(server, id)).to.equal(1);
        expect((await client.refresh(answer.body.refresh)).status).to.equal(200);
    });
    it('by disabling the user: refused, and enabling revives nothing', async () => {
        const { server, client, before, answer, id } = await superseded((server, { id }) => server.composed.parts.people.users.disable(id, 'system'));
        refused(answer);
        await server.composed.parts.people.users.enable(id, 'system');
        expect(await openSessions(server, id)).to.equal(0);
        expect((await client.refresh(before.refresh)).status).to.equal(401);
    });
    it('by disabling and enabling again: checked again, and only the new session lives', async () => {
        const { server, client, before, answer, id } = await superseded(async (server, { id }) => {
            await server.composed.parts.people.users.disable(id, 'system');
            await server.composed.parts.people.users.enable(id, 'system');
        });
        expect(answer.status).to.equal(200);
        expect(await openSessions(server, id)).to.equal(1);
        expect((await client.verify(answer.body.access)).status).to.equal(200);
        expect((await client.verify(before.access)).status).to.equal(401);
    });
    it('by deleting the user: refused', async () => {
        const { answer } = await superseded((server, { id }) => server.composed.parts.people.users.remove(id, 'system'));
        refused(answer);
    });
    it('by the end of all sessions: what it gets is a session that lives after that end', async () => {
        const { server, client, before, answer, id } = await superseded((server, { id }) => server.composed.parts.devices.sessions.endAll(id, 'system'));
        expect(answer.status).to.equal(200);
        expect((await client.verify(answer.body.access)).status).to.equal(200);
        expect((await client.verify(before.access)).status).to.equal(401);
        const refreshed = await client.refresh(answer.body.refresh);
        expect(refreshed.status).to.equal(200);
        expect((await client.verify(refreshed.body.access)).status).to.equal(200);
        expect(await openSessions(server, id)).to.equal(1);
    });
    it('by an end of all at each of its tries: 503 with Retry-After, and no session', async () => {
        let tries = 0;
        let id = 0;
        const server = await aServer({
            engine,
            pauses: {
                passwordChecked: async () => {
                    tries++;
                    await server.composed.parts.devices.sessions.endAll(id, 'system');
                },
            },
        });
        id = (await server.aUser({ username: 'amy' })).id;
        const answer = await aClient(server).post('/api/token/', { username: 'amy', password });
        expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '1']);
        expect(tries).to.equal(3);
        expect(await openSessions(server, id)).to.equal(0);
    });
    it('by a new name: the old name no longer signs in, the new one does', async () => {
        const { client, answer } = await superseded((server, { id }) => server.composed.parts.people.users.rename(id, 'beth', 'system'));
        refused(answer);
        const { access } = await client.signIn({ username: 'beth', password });
        expect(claimsOf(access).username).to.equal('beth');
    });
    it('by a new name that somebody else takes at once: never signs in to the other', async () => {
        const { answer } = await superseded(async (server, { id }) => {
            await server.composed.parts.people.users.rename(id, 'beth', 'system');
            await server.aUser({ username: 'amy', password: newPassword });
        });
        refused(answer);
    });
    it('by other roles: its token has the new ones, and is not stale', async () => {
        const { client, answer } = await superseded((server, { id }) => server.composed.parts.people.users.setRoles(id, ['support'], 'system'));
        expect(claimsOf(answer.body.access).roles).to.deep.equal(['support']);
        expect((await client.verify(answer.body.access)).status).to.equal(200);
    });
    it('by the end of the device that it proves: it gets another device, which lives', async () => {
        const { server, client, answer, id } = await superseded(async (server, { id }) => {
            const [device] = await devicesOf(server, id);
            await server.composed.parts.devices.sessions.endDevice(device.device.id, id, 'system');
        }, first => ({ device_token: first.device_token }));
        expect(answer.status).to.equal(200);
        expect((await client.refresh(answer.body.refresh)).status).to.equal(200);
        const devices = await devicesOf(server, id);
        expect(devices.map(one => one.sessions.length)).to.deep.equal([1]);
    });
    it('by many at once: of all that signed in with the old password, none outlives its change', async () => {
        const server = await aServer({ engine, policy: manyGuesses });
        const client = aClient(server);
        let signedIn = 0;
        let outlived = 0;
        for (let trial = 0; trial < trials(4); trial++) {
            const amy = await server.aUser();
            const own = await client.signIn(amy);
            const attempts = Array.from({ length: 20 }, () => client.post('/api/token/', amy));
            const change = client.post('/api/me/password/', { old_password: password, new_password: newPassword }, own.access);
            const more = Array.from({ length: 20 }, () => client.post('/api/token/', amy));
            expect((await change).status).to.equal(204);
            const pairs = (await Promise.all([...attempts, ...more])).filter(answer => answer.status === 200);
            signedIn += pairs.length;
            for (const { body } of pairs) {
                const [verified, refreshed] = [await client.verify(body.access), await client.refresh(body.refresh)];
                if (verified.status !== 401 || refreshed.status !== 401)
                    outlived++;
            }
            expect(await openSessions(server, amy.id), 'the one that changed it').to.equal(1);
            expect((await client.refresh(own.refresh)).status).to.equal(200);
        }
        console.log(`      ${signedIn} sign-ins with the old password during its change, ${outlived} outlived it`);
        expect(outlived).to.equal(0);
    }).timeout(60_000);
    it('by itself, many times on one device: one session is left, and it is one that was answered', async () => {
        const server = await aServer({ engine, policy: manyGuesses });
        const client = aClient(server);
        const amy = await server.aUser();
        const answers = await Promise.all(Array.from({ length: 20 }, () => client.post('/api/token/', { ...amy, device: 'tablet' })));
        expect(answers.map(answer => answer.status)).to.deep.equal(Array(20).fill(200));
        const verified = await Promise.all(answers.map(answer => client.verify(answer.body.access)));
        expect(verified.filter(answer => answer.status === 200)).to.have.length(1);
        expect(await openSessions(server, amy.id)).to.equal(1);
        expect(await devicesOf(server, amy.id)).to.have.length(1);
    });
    it('by itself, many times under a limit of three: never more than three live', async () => {
        const server = await aServer({ engine, policy: { max_sessions_per_user: 3, ...manyGuesses } });
        const client = aClient(server);
        const amy = await server.aUser();
        const answers = await Promise.all(Array.from({ length: 20 }, () => client.post('/api/token/', amy)));
        const verified = await Promise.all(answers.map(answer => client.verify(answer.body.access)));
        expect(verified.filter(answer => answer.status === 200)).to.have.length(3);
        expect(await openSessions(server, amy.id)).to.equal(3);
    });
});
//# sourceMappingURL=sign-in-race.test.js.map