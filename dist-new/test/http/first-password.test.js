// A password that somebody else knows, such as the printed one of the first administrator: its tokens serve to choose
// another, and for nothing else that is ours.
import { expect } from 'chai';
import { senderOf } from '../../server/http/kinds/kinds.js';
import { routes } from '../../server/http/routes.js';
import { aClient, claimsOf } from '../support/client.js';
import { onEachEngine } from '../support/engines.js';
import { aServer, password } from '../support/server.js';
import { snapshotOf } from '../support/snapshot.js';
const longPassword = 'a much better horse';
const pathOf = ({ path }) => path.replace(/:\w+/g, '1');
const closed = Object.entries(routes).filter(([, row]) => senderOf(row) === 'token');
/** What may be done before. */
const allowed = ['me', 'changeMe', 'changePassword'];
onEachEngine('the tokens of somebody whose password must be changed', engine => {
    it('open nothing but the own profile and password, whatever their user may do', async () => {
        const server = await aServer({ engine });
        const client = aClient(server);
        const root = await server.aUser({ username: 'root', roles: ['admin'], mustChangePassword: true });
        const pair = await client.signIn(root);
        expect(pair).to.include({ must_change_password: true });
        const claims = claimsOf(pair.access);
        expect(claims).to.include({ scope: 'darvoza:account', must_change_password: true });
        expect([claims.roles, claims.permissions]).to.deep.equal([['admin'], []]);
        // A refresh is no way around it.
        const { access } = (await client.refresh(pair.refresh)).body;
        expect(claimsOf(access)).to.include({ scope: 'darvoza:account', must_change_password: true });
        const before = await snapshotOf(server);
        for (const [name, row] of closed) {
            if (allowed.includes(name))
                continue;
            const isOauth = row.access.kind === 'scope';
            const body = row.method === 'GET' || isOauth ? {} : { json: {} };
            const answer = await client.send(row.method, pathOf(row), { token: access, ...body });
            // On OAuth's wire its scope says so, and where only applications are let in: it has none but ours.
            const isByScope = isOauth || row.access.kind === 'program';
            const expected = isByScope ? 'insufficient_scope' : 'password_change_required';
            expect([answer.status, answer.body.code ?? answer.body.error], name).to.deep.equal([403, expected]);
        }
        // A resource server that goes by the roles in it would be told that it is good.
        const verified = await client.verify(access);
        expect([verified.status, verified.body.code]).to.deep.equal([403, 'password_change_required']);
        expect(await snapshotOf(server)).to.equal(before);
        expect((await client.get('/api/me/', access)).status).to.equal(200);
        expect((await client.patch('/api/me/', { first_name: 'Root' }, access)).status).to.equal(200);
    });
    it('are what an administrator asks for, with a new user and with a new password', async () => {
        const server = await aServer({ engine });
        const client = aClient(server);
        const { access } = await client.signIn({ username: 'admin', password });
        const users = '/api/admin/users/';
        const made = { username: 'amy', password: longPassword, must_change_password: 'perhaps' };
        const refused = await client.post(users, made, access);
        expect([refused.status, refused.body]).to.deep.equal([400, { must_change_password: ['Must be a valid boolean.'] }]);
        const { user_id: id } = (await client.post(users, { ...made, must_change_password: true }, access)).body;
        const amy = { username: 'amy', password: longPassword };
        expect(await client.signIn(amy)).to.include({ must_change_password: true });
        const reset = (json) => client.post(`${users}${id}/password/`, { password, ...json }, access);
        expect((await reset({})).status).to.equal(204);
        expect(await client.signIn({ ...amy, password })).to.not.have.property('must_change_password');
        expect((await reset({ must_change_password: true })).status).to.equal(204);
        expect(await client.signIn({ ...amy, password })).to.include({ must_change_password: true });
    });
    it('are stale once another was chosen: a refresh of the same session brings whole ones', async () => {
        const server = await aServer({ engine });
        const client = aClient(server);
        const root = await server.aUser({ username: 'root', roles: ['admin'], mustChangePassword: true });
        const pair = await client.signIn(root);
        const change = (new_password) => client.post('/api/me/password/', { old_password: password, new_password }, pair.access);
        expect((await change(password)).status).to.equal(400);
        expect((await change(longPassword)).status).to.equal(204);
        expect((await client.get('/api/me/', pair.access)).body).to.include({ reason: 'token_stale' });
        const whole = (await client.refresh(pair.refresh)).body;
        const claims = claimsOf(whole.access);
        expect(claims).to.include({ scope: 'darvoza:account darvoza:admin', sid: claimsOf(pair.access).sid });
        expect(claims).to.not.have.property('must_change_password');
        expect((await client.get('/api/admin/users/', whole.access)).status).to.equal(200);
        expect(await client.signIn({ ...root, password: longPassword })).to.not.have.property('must_change_password');
    });
    it('are judged by the row where something is changed, whatever an older token says', async () => {
        const server = await aServer({ engine });
        const client = aClient(server);
        const { access } = await client.signIn({ username: 'admin', password });
        await server.composed.parts.storage.database.write('UPDATE user SET must_change_password = 1 WHERE id = 1');
        const before = await snapshotOf(server);
        for (const [method, path] of [
            ['DELETE', '/api/me/devices/'],
            ['POST', '/api/admin/users/1/disable'],
        ]) {
            const { status, body } = await client.send(method, path, { token: access, json: {} });
            expect([status, body.code], path).to.deep.equal([403, 'password_change_required']);
        }
        expect(await snapshotOf(server)).to.equal(before);
        expect((await client.patch('/api/me/', { first_name: 'Root' }, access)).status).to.equal(200);
    });
});
//# sourceMappingURL=first-password.test.js.map