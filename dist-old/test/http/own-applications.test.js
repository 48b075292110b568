// What a person has let applications have: looked at and taken back, by the API.
import { expect } from 'chai';
import { hashOfCode } from '../../server/identity/authorizations/code-text.js';
import { aSessionOf } from '../support/applications.js';
import { aBrowserOf, anAgreedApplication, aRequest, aResourceServer, aWebsite } from '../support/authorizations.js';
import { aClient } from '../support/client.js';
import { onEachEngine } from '../support/engines.js';
import { aServer, password, settle } from '../support/server.js';
import { sessionsOf } from '../support/sessions.js';
const path = '/api/me/applications/';
onEachEngine('the applications that may act for me', engine => {
    it('are not taken back by somebody else, and not twice', async () => {
        const { server, client, amy, token } = await aHouse(engine);
        const ben = (await client.signIn(await server.aUser({ username: 'ben' }))).access;
        expect((await client.delete(`${path}shop/`, ben)).status).to.equal(404);
        expect((await client.delete(`${path}shop/`, token)).status).to.equal(204);
        expect((await client.delete(`${path}shop/`, token)).status).to.equal(404);
        expect((await client.delete(`${path}darvoza/`, token)).status).to.equal(404);
        expect((await client.delete(`${path}nobody/`, token)).status).to.equal(404);
        expect(await sessionsOf(server, amy.id)).to.have.length(2);
    });
    it('are told by name, with since when, which rights, how many sessions, and when they were used', async () => {
        const { server, client, amy, token, decide } = await aHouse(engine);
        await aResourceServer(server, 'api', 'read');
        await settle(server.composed);
        const since = server.clock.now();
        await decide(['read', 'openid'], { scope: ['openid', 'read'], resources: ['https://api.example'] });
        server.clock.advance('5m');
        await aSessionOf(server, amy, 'shop');
        await aWebsite(server, 'intranet', { name: 'Intranet', metadata: { first_party: true } });
        await aSessionOf(server, amy, 'intranet');
        await aWebsite(server, 'weather', { name: 'Weather' });
        const { body } = await client.get(path, token);
        const at = new Date(server.clock.now()).toISOString();
        expect(body).to.deep.equal({
            results: [
                {
                    client_id: 'intranet',
                    client_name: 'Intranet',
                    client_uri: null,
                    first_party: true,
                    since: null,
                    scopes: [],
                    sessions: 1,
                    last_used_at: at,
                },
                {
                    client_id: 'shop',
                    client_name: 'Shop',
                    client_uri: 'https://shop.example',
                    first_party: false,
                    since: new Date(since).toISOString(),
                    scopes: [
                        { name: 'openid', resource: null },
                        { name: 'profile', resource: null },
                        { name: 'read', resource: 'https://api.example' },
                    ],
                    sessions: 1,
                    last_used_at: at,
                },
            ],
        });
    });
    it('end with all their sessions, offline ones too, and what was not redeemed; no other session does', async () => {
        const { server, client, amy, token, decide } = await aHouse(engine);
        const code = await decide(['openid', 'profile']);
        const own = await aSessionOf(server, amy, 'shop');
        const offline = await aSessionOf(server, amy, 'shop', { offline: true, browserSid: null });
        const ben = await server.aUser({ username: 'ben' });
        const bens = await aSessionOf(server, ben, 'shop');
        await aWebsite(server, 'other');
        const other = await aSessionOf(server, amy, 'other');
        expect((await client.delete(`${path}shop`, token)).status).to.equal(204);
        const { codeStore, consentStore, sessionStore, database } = server.composed.parts.storage;
        const reason = async ({ session }) => (await sessionStore.find(database, session.id))?.endedReason;
        expect(await Promise.all([own, offline, bens, other].map(reason))).to.deep.equal([
            'consent_withdrawn',
            'consent_withdrawn',
            null,
            null,
        ]);
        expect(await codeStore.find(database, hashOfCode(code))).to.equal(null);
        expect(await consentStore.find(database, amy.id, 'shop')).to.equal(null);
        expect((await client.get(path, token)).body.results.map((one) => one.client_id)).to.deep.equal(['other']);
        const { results } = await server.composed.parts.logs.auditLog.ofPerson(amy.id, Number.MAX_SAFE_INTEGER, 1);
        expect(results.map(one => [one.action, JSON.parse(one.beforeJson)])).to.deep.equal([
            ['consent_withdrawn', { application: 'shop', scope: ['openid', 'profile'] }],
        ]);
        expect(await decide(null).catch(error => error.code)).to.equal('consent_required');
    });
    it('end also where very many sessions have to', async () => {
        const { server, client, amy, token } = await aHouse(engine);
        for (let session = 0; session < 205; session++)
            await aSessionOf(server, amy, 'shop');
        expect((await client.get(path, token)).body.results[0].sessions).to.equal(205);
        expect((await client.delete(`${path}shop`, token)).status).to.equal(204);
        expect((await client.get(path, token)).body.results).to.deep.equal([]);
        expect(await sessionsOf(server, amy.id)).to.have.length(2);
    });
    it('are called by addresses that stand in the path as they are, where their id is one', async () => {
        const { server, client, amy, token } = await aHouse(engine);
        const id = 'https://tool.example/client.json';
        await aWebsite(server, id, { metadata: { redirect_uris: ['https://tool.example/callback'] } });
        await aSessionOf(server, amy, id);
        expect((await client.delete(path + encodeURIComponent(id), token)).status).to.equal(204);
    });
    it('race with decisions: taken back, nothing is left of them, or a new decision was made behind', async () => {
        const { server, amy, decide } = await aHouse(engine);
        const { consents } = server.composed.parts.authorizations;
        const { consentStore, database } = server.composed.parts.storage;
        for (let round = 0; round < 10; round++) {
            await decide(['openid', 'profile']);
            const remembered = Array.from({ length: 4 }, () => decide(null).catch(error => error.code));
            const [, ...answers] = await Promise.all([consents.withdraw(amy.id, 'shop', 'system'), ...remembered]);
            expect(await consentStore.find(database, amy.id, 'shop')).to.equal(null);
            const [row] = await database.read('SELECT COUNT(*) AS count FROM code', []);
            expect(row?.count, `round ${round}: ${answers.join(' ')}`).to.equal(0);
        }
    });
    it('are taken back for somebody by an administrator who may end sessions of such a person, and by no other', async () => {
        const { server, amy } = await aHouse(engine);
        const { consents } = server.composed.parts.authorizations;
        const helper = await server.aUser({ username: 'helper', roles: ['support'] });
        const id = await anAgreedApplication(server, amy.id);
        await consents.withdraw(amy.id, id, `user:${helper.id}`);
        const root = (await server.composed.parts.people.users.findByName('admin'));
        const its = await anAgreedApplication(server, root.id);
        expect(await consents.withdraw(root.id, its, `user:${helper.id}`).catch(error => error.code)).to.equal('permission_denied');
        expect((await consents.listOf(root.id)).map(one => one.application.id)).to.deep.equal([its]);
    });
});
/** Amy is signed in with a browser and with a client, and has let `shop` in. */
async function aHouse(engine) {
    const server = await aServer({ engine });
    const amy = await server.aUser({ username: 'amy' });
    const client = aClient(server);
    const { access: token } = await client.signIn({ username: 'amy', password });
    await aWebsite(server, 'shop', { name: 'Shop', metadata: { client_uri: 'https://shop.example' } });
    const { browser, actor } = await aBrowserOf(server, amy);
    const decide = async (consented, changes = {}) => (await server.composed.parts.authorizations.decisions.decide(browser, aRequest(server, 'shop', changes), consented, actor)).code;
    await decide(['openid', 'profile']);
    return { server, amy, client, token, decide };
}
//# sourceMappingURL=own-applications.test.js.map