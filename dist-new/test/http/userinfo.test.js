// Userinfo (OpenID Connect Core §5.3): what a token lets its application know of a person, and how it may be shown.
import { expect } from 'chai';
import { anApplication, aSessionOf } from '../support/applications.js';
import { aClient, claimsOf } from '../support/client.js';
import { onEachEngine } from '../support/engines.js';
import { aServer, issuer, password } from '../support/server.js';
const path = '/oauth/userinfo';
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const anywhere = { Origin: 'https://shop.example' };
let applications = 0;
/** An access token of a new application, as a code would bring it. */
async function aToken(server, user, asked = {}) {
    const { scope = 'openid', metadata = {}, row = {}, resources = [] } = asked;
    const id = `application-${++applications}`;
    await anApplication(server, id, { metadata: { scope, ...metadata }, ...row });
    const { session } = await aSessionOf(server, user, id, { scope, resources });
    const { storage, tokens, revocation } = server.composed.parts;
    const standing = (await storage.sessionStore.standings(storage.database, [session.id])).get(session.id);
    await revocation.applications.meet(id);
    return tokens.issue.accessOf(standing, server.clock.now(), revocation.policy.of(session)).token;
}
describe('userinfo is refused', () => {
    const challenge = ({ headers }) => headers.get('www-authenticate');
    it('without a token, and tells of no error then (RFC 6750 §3.1)', async () => {
        const client = aClient(await aServer());
        for (const [method, options] of [
            ['GET', {}],
            ['POST', {}],
            ['POST', { headers: form, body: 'access_token=' }],
            ['POST', { headers: form, body: 'token=a' }],
            ['GET', { headers: { Authorization: 'Basic YTpi' } }],
        ]) {
            const answer = await client.send(method, path, options);
            expect([answer.status, challenge(answer)]).to.deep.equal([401, 'Bearer realm="api"']);
        }
        // RFC 6750 §2.3 is not taken: addresses are logged everywhere. An access token in one is not even looked at.
        expect((await client.get(`${path}?access_token=a`)).status).to.equal(401);
    });
    it('for a token that is over, is none, or is of another kind, each with its own code', async () => {
        const server = await aServer();
        const client = aClient(server);
        const amy = await server.aUser();
        const { refresh, device_token } = await client.signIn(amy);
        const early = await aToken(server, amy);
        server.clock.advance('1h');
        for (const [token, code] of [
            ['garbage', 'token_malformed'],
            [early, 'token_expired'],
            [refresh, 'token_type'],
            [device_token, 'token_type'],
        ]) {
            for (const [method, options] of [
                ['GET', { token }],
                ['POST', { token }],
                ['POST', { headers: form, body: `access_token=${token}` }],
            ]) {
                const answer = await client.send(method, path, options);
                expect([answer.status, answer.body.error], `${method} ${code}`).to.deep.equal([401, 'invalid_token']);
                expect(challenge(answer), code).to.include('error="invalid_token"').and.include(`error_code="${code}"`);
                expect(answer.headers.get('cache-control')).to.equal('no-store');
            }
        }
    });
    it('where the token came in two ways, or twice', async () => {
        const server = await aServer();
        const client = aClient(server);
        const token = await aToken(server, await server.aUser());
        for (const options of [
            { token, headers: form, body: `access_token=${token}` },
            { token, headers: form, body: 'access_token=other' },
            { headers: form, body: `access_token=${token}&access_token=${token}` },
        ]) {
            const answer = await client.send('POST', path, options);
            expect([answer.status, answer.body.error]).to.deep.equal([400, 'invalid_request']);
            expect(challenge(answer)).to.equal('Bearer realm="api", error="invalid_request"');
        }
        const json = await client.send('POST', path, { json: { access_token: token } });
        expect([json.status, json.body.error]).to.deep.equal([415, 'invalid_request']);
    });
    it('to who has no openid: neither to our own tokens, nor to those of applications for themselves', async () => {
        const server = await aServer();
        const client = aClient(server);
        const amy = await server.aUser();
        for (const token of [
            (await client.signIn(amy)).access,
            (await client.signIn({ username: 'admin', password })).access,
            await aToken(server, amy, { scope: 'profile email' }),
        ]) {
            for (const answer of [
                await client.get(path, token),
                await client.send('POST', path, { headers: form, body: `access_token=${token}` }),
            ]) {
                expect([answer.status, answer.body.error]).to.deep.equal([403, 'insufficient_scope']);
                expect(challenge(answer)).to.equal('Bearer realm="api", error="insufficient_scope", scope="openid"');
            }
        }
    });
    it('with the headers that a page of another origin needs to read why', async () => {
        const client = aClient(await aServer());
        const asked = {
            ...anywhere,
            'Access-Control-Request-Method': 'POST',
            'Access-Control-Request-Headers': 'authorization,dpop',
        };
        const preflight = await client.send('OPTIONS', path, { headers: asked });
        expect(preflight.status).to.equal(204);
        expect(preflight.headers.get('access-control-allow-origin')).to.equal('*');
        expect(preflight.headers.get('access-control-allow-headers')).to.equal('authorization,dpop');
        expect(preflight.headers.get('access-control-allow-credentials')).to.equal(null);
        for (const options of [{ headers: anywhere }, { headers: anywhere, token: 'garbage' }]) {
            const { status, headers } = await client.send('GET', path, options);
            expect([status, headers.get('access-control-allow-origin')]).to.deep.equal([401, '*']);
            const exposed = headers.get('access-control-expose-headers').split(',');
            expect(exposed).to.include('WWW-Authenticate').and.include('DPoP-Nonce');
            expect(headers.get('access-control-allow-credentials')).to.equal(null);
        }
    });
});
onEachEngine('userinfo', engine => {
    let server;
    let client;
    beforeEach(async () => {
        server = await aServer({ engine });
        client = aClient(server);
    });
    // oidcc-userinfo-get, oidcc-userinfo-post-header, oidcc-userinfo-post-body
    it('says the same by GET, by POST with the header, and by POST with the form', async () => {
        const amy = await server.aUser();
        const token = await aToken(server, amy);
        for (const answer of [
            await client.get(path, token),
            await client.send('POST', path, { token }),
            // RFC 9110 §11.1: the scheme in any case.
            await client.send('POST', path, { headers: { ...form, Authorization: `bearer ${token}` }, body: 'other=1' }),
            await client.send('POST', path, { headers: form, body: `access_token=${token}` }),
            await client.send('POST', path, { headers: { ...form, ...anywhere }, body: `access_token=${token}` }),
        ]) {
            expect(answer.status).to.equal(200);
            expect(answer.body).to.deep.equal({ sub: String(amy.id) });
            expect(answer.headers.get('cache-control')).to.equal('no-store');
        }
    });
    it('takes a token of whichever audience', async () => {
        const amy = await server.aUser();
        const resource = 'https://orders.example';
        await anApplication(server, 'orders', {
            kind: 'resource_server',
            resource,
            resourceScopes: [{ name: 'orders:read', description: 'Read orders' }],
        });
        await server.composed.parts.revocation.tail.readNow();
        const scope = 'openid profile orders:read';
        const token = await aToken(server, amy, { scope, resources: [resource] });
        expect(claimsOf(token).aud).to.equal(resource);
        expect((await client.get(path, token)).body).to.include({ sub: String(amy.id), preferred_username: amy.username });
        // Elsewhere it is not for us.
        expect((await client.get('/api/me/', token)).body).to.include({ reason: 'token_audience' });
    });
    // oidcc-scope-profile, oidcc-scope-email, oidcc-scope-all
    it('says what its scopes say, as the person is now, and leaves out what is not known', async () => {
        const amy = await server.aUser({ username: 'amy', roles: ['support'] });
        const { users } = server.composed.parts.people;
        const told = async (scope, metadata = {}) => {
            const { sub, ...claims } = (await client.get(path, await aToken(server, amy, { scope, metadata }))).body;
            expect(sub).to.equal(String(amy.id));
            return claims;
        };
        expect(await told('openid profile email')).to.deep.equal({ name: 'amy', preferred_username: 'amy' });
        await users.update(amy.id, { firstName: 'Amy', lastName: 'Winter', email: 'amy@example.org' }, 'operator:test');
        expect(await told('openid profile')).to.deep.equal({
            name: 'Amy Winter',
            preferred_username: 'amy',
            given_name: 'Amy',
            family_name: 'Winter',
        });
        expect(await told('openid email')).to.deep.equal({ email: 'amy@example.org', email_verified: true });
        expect(await told('openid roles', { roles_claim: 'groups' })).to.deep.equal({
            roles: ['support'],
            groups: ['support'],
        });
        expect(await told('openid email roles', { roles_claim: 'email' })).to.deep.equal({
            email: 'amy@example.org',
            email_verified: true,
            roles: ['support'],
        });
        const all = Object.keys(await told('openid profile email roles offline_access'));
        expect(all.sort()).to.deep.equal('email email_verified family_name given_name name preferred_username roles'.split(' '));
    });
    it('is refused with the session of the token, and with its person', async () => {
        const amy = await server.aUser();
        const token = await aToken(server, amy);
        expect((await client.get(path, token)).status).to.equal(200);
        await server.composed.parts.people.users.disable(amy.id, 'operator:test');
        const { status, body } = await client.get(path, token);
        expect([status, body.error, body.error_uri]).to.deep.equal([401, 'invalid_token', `${issuer}/errors/user_inactive`]);
    });
    it('vouches for an address that an administrator wrote, and for none that the person wrote', async () => {
        const admin = (await client.signIn({ username: 'admin', password })).access;
        const made = await client.post('/api/admin/users/', { username: 'eve', password: 'a much better horse', email: 'eve@example.org' }, admin);
        expect(made.status).to.equal(201);
        const id = made.body.user_id;
        const own = (await client.signIn({ username: 'eve', password: 'a much better horse' })).access;
        const verified = async () => (await client.get(path, await aToken(server, { id, username: 'eve' }, { scope: 'openid email' }))).body;
        const change = (json) => client.patch('/api/me/', json, own);
        expect(await verified()).to.include({ email: 'eve@example.org', email_verified: true });
        // What she leaves as it was stays vouched for.
        await change({ first_name: 'Eve', email: 'eve@example.org' });
        expect(await verified()).to.include({ email_verified: true });
        await change({ email: 'boss@example.org' });
        expect(await verified()).to.include({ email: 'boss@example.org', email_verified: false });
        // Another field of a form that holds hers too: nobody has looked at the address.
        await client.patch(`/api/admin/users/${id}/`, { first_name: 'E.', email: 'boss@example.org' }, admin);
        expect(await verified()).to.include({ email_verified: false });
        await client.patch(`/api/admin/users/${id}/`, { email: 'eve2@example.org' }, admin);
        expect(await verified()).to.include({ email: 'eve2@example.org', email_verified: true });
        // Nor does an administrator for their own.
        await client.patch('/api/me/', { email: 'root@example.org' }, admin);
        expect((await client.get('/api/me/', admin)).body).to.include({ email_verified: false });
        await client.patch('/api/admin/users/1/', { email: 'root2@example.org' }, admin);
        expect((await client.get('/api/me/', admin)).body).to.include({ email_verified: false });
        // An import says what is known of it.
        const { users } = server.composed.parts.people;
        const imported = { passwordHash: '!', email: 'i@example.org' };
        const one = await users.importOne({ username: 'i1', ...imported }, 'operator:test');
        const two = await users.importOne({ username: 'i2', ...imported, emailVerified: true }, 'operator:test');
        expect([one.emailVerified, two.emailVerified]).to.deep.equal([false, true]);
    });
});
//# sourceMappingURL=userinfo.test.js.map