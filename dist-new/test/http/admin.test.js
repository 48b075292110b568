// What administrators may do to people through the API, and who else may not.
import { expect } from 'chai';
import { routes } from '../../server/http/routes.js';
import { builtInRoles } from '../../server/policy/permissions.js';
import { aClient, claimsOf } from '../support/client.js';
import { onEachEngine } from '../support/engines.js';
import { aServer, password } from '../support/server.js';
import { snapshotOf } from '../support/snapshot.js';
const byPermission = Object.entries(routes).flatMap(([name, row]) => row.access.kind === 'permission' ? [{ name, row, access: row.access }] : []);
const pathOf = ({ path }) => path.replace(/:\w+/g, '1');
async function aWorld(server) {
    const client = aClient(server);
    const signIn = async (roles, permissions) => {
        const user = await server.aUser({ roles });
        if (permissions)
            await server.composed.parts.people.users.setPermissions(user.id, permissions, 'system');
        return { ...user, token: (await client.signIn(user)).access };
    };
    const admin = (await client.signIn({ username: 'admin', password })).access;
    return { server, client, signIn, admin };
}
describe('the admin API', () => {
    it('refuses each route to everybody whose roles do not allow it, and changes nothing', async () => {
        const { server, client, signIn } = await aWorld(await aServer());
        for (const role of ['none', 'support', 'auditor']) {
            const { token } = await signIn(role === 'none' ? [] : [role]);
            const allowed = role === 'none' ? [] : builtInRoles[role];
            const before = await snapshotOf(server);
            for (const { name, row, access } of byPermission) {
                if (allowed.includes(access.permission))
                    continue;
                const answer = await client.send(row.method, pathOf(row), { token, ...(row.method !== 'GET' && { json: {} }) });
                expect([answer.status, answer.body.detail], `${role} ${name}`).to.deep.equal([
                    403,
                    'You do not have permission to perform this action.',
                ]);
            }
            expect(await snapshotOf(server), role).to.equal(before);
        }
    });
    it('asks for a new sign-in before what is hard to take back, five minutes after the last', async () => {
        const { server, client, admin } = await aWorld(await aServer());
        server.clock.advance('301s');
        const before = await snapshotOf(server);
        const recent = byPermission.filter(({ access }) => access.recentlyAuthenticated);
        expect(recent.length).to.be.at.least(10);
        for (const { name, row } of recent) {
            const answer = await client.send(row.method, pathOf(row), { token: admin, json: {} });
            expect([answer.status, answer.body.code], name).to.deep.equal([401, 'insufficient_user_authentication']);
            expect(answer.headers.get('www-authenticate'), name).to.include('max_age="300"');
        }
        const made = { username: 'mallory', password: 'a good password 9' };
        const mighty = await client.post('/api/admin/users/', { ...made, roles: ['admin'] }, admin);
        expect([mighty.status, mighty.body.code]).to.deep.equal([401, 'insufficient_user_authentication']);
        expect(await snapshotOf(server)).to.equal(before);
        // What takes nothing away, and gives nothing, goes on.
        expect((await client.get('/api/admin/users/', admin)).status).to.equal(200);
        expect((await client.post('/api/admin/users/', made, admin)).status).to.equal(201);
    });
    it('reads what a user may do from the database where the token could not hold it', async () => {
        const { client, signIn } = await aWorld(await aServer());
        const many = Array.from({ length: 80 }, (_, number) => `orders:permission-number-${number}`);
        const reader = await signIn([], [...many, 'darvoza:users:read']);
        expect(claimsOf(reader.token)).to.include({ permissions_omitted: true });
        expect((await client.get('/api/admin/users/', reader.token)).status).to.equal(200);
        const other = await signIn([], many);
        expect((await client.get('/api/admin/users/', other.token)).status).to.equal(403);
    });
    it('answers 404 to ids that are none, and 400 to lists and limits that are none', async () => {
        const { server, client, admin } = await aWorld(await aServer());
        const before = await snapshotOf(server);
        for (const id of ['0', '-1', '007', '1e3', '99999', 'a', '%00', '9007199254740993']) {
            expect((await client.get(`/api/admin/users/${id}`, admin)).status, id).to.equal(404);
        }
        for (const query of [
            'limit=0',
            'limit=201',
            'limit=x',
            'limit=1&limit=2',
            'after=-1',
            `username=${'a'.repeat(201)}`,
        ]) {
            expect((await client.get(`/api/admin/users/?${query}`, admin)).status, query).to.equal(400);
        }
        for (const roles of ['admin', null, [1], [null], [''], { a: 1 }, ['no such role']]) {
            const answer = await client.send('PUT', '/api/admin/users/1/roles', { token: admin, json: { roles } });
            expect([answer.status, Object.keys(answer.body)], JSON.stringify(roles)).to.deep.equal([400, ['roles']]);
        }
        expect(await snapshotOf(server)).to.equal(before);
    });
    it('changes all of what one call asks for, or nothing', async () => {
        const { server, client, signIn, admin } = await aWorld(await aServer());
        const { id, username } = await signIn([]);
        await insist(client.post('/api/admin/roles/', { name: 'clerk', permissions: ['a:b'] }, admin), 201);
        const before = await snapshotOf(server);
        const user = `/api/admin/users/${id}`;
        await insist(client.patch(user, { first_name: 'Amy', username: 'no spaces' }, admin), 400);
        await insist(client.patch(user, { first_name: 'Amy', username: 'admin' }, admin), 400);
        await insist(client.patch('/api/admin/roles/clerk', { permissions: ['a:c'], name: 'admin' }, admin), 400);
        await insist(client.patch('/api/admin/roles/clerk', { permissions: ['A C'], name: 'seller' }, admin), 400);
        expect(await snapshotOf(server)).to.equal(before);
        const changed = (await insist(client.patch(user, { first_name: 'Amy', username: `${username}2` }, admin))).body;
        expect(changed).to.include({ first_name: 'Amy', username: `${username}2` });
    });
    it('pages through users and sessions without losing or repeating one', async () => {
        const { server, client, admin } = await aWorld(await aServer());
        for (let number = 0; number < 25; number++)
            await client.signIn(await server.aUser());
        for (const path of ['/api/admin/users/', '/api/admin/sessions/']) {
            const seen = [];
            for (let next = ''; next !== null;) {
                const answer = await insist(client.get(`${path}?limit=7&after=${next}`, admin));
                const { results, next: after } = answer.body;
                seen.push(...results.map((one) => one.id ?? one.user_id));
                next = after;
            }
            expect(seen.length, path).to.equal(26);
            expect(new Set(seen).size, path).to.equal(26);
        }
    });
});
onEachEngine('the one rule about acting on people', engine => {
    async function forbidden(client, token, calls) {
        for (const [method, path, json] of calls) {
            const answer = await client.send(method, path, { token, ...(json && { json }) });
            expect(answer.status, `${method} ${path} ${answer.text}`).to.equal(403);
        }
    }
    it('keeps support from ending an administrator, and lets it end everybody else', async () => {
        const { server, client, signIn, admin } = await aWorld(await aServer({ engine }));
        const { token } = await signIn(['support']);
        const device = (await client.get('/api/admin/users/1/devices', admin)).body.results[0].id;
        const before = await snapshotOf(server);
        await forbidden(client, token, [
            ['DELETE', `/api/admin/sessions/${claimsOf(admin).sid}`],
            ['DELETE', '/api/admin/users/1/sessions'],
            ['DELETE', `/api/admin/devices/${device}`],
        ]);
        expect(await snapshotOf(server)).to.equal(before);
        const amy = await signIn([]);
        await insist(client.delete(`/api/admin/sessions/${claimsOf(amy.token).sid}`, token), 204);
        await insist(client.verify(amy.token), 401);
    });
    it('keeps who may write users and roles from anybody who may do more, and from giving what they have not', async () => {
        const { server, client, signIn } = await aWorld(await aServer({ engine }));
        const helper = ['darvoza:users:read', 'darvoza:users:write', 'darvoza:roles:write', 'orders:read'];
        const { token, id } = await signIn([], helper);
        const amy = await signIn([]);
        await server.composed.parts.people.roles.create('clerk', ['orders:write'], 'system');
        const before = await snapshotOf(server);
        await forbidden(client, token, [
            ['POST', '/api/admin/users/1/disable', {}],
            ['POST', '/api/admin/users/1/password', { password: 'a good password 9' }],
            ['PATCH', '/api/admin/users/1', { username: 'root' }],
            ['DELETE', '/api/admin/users/1'],
            ['PUT', '/api/admin/users/1/roles', { roles: [] }],
            ['PUT', `/api/admin/users/${id}/roles`, { roles: ['admin'] }],
            ['PUT', `/api/admin/users/${amy.id}/roles`, { roles: ['admin'] }],
            ['PUT', `/api/admin/users/${amy.id}/roles`, { roles: ['clerk'] }],
            ['PUT', `/api/admin/users/${amy.id}/permissions`, { permissions: ['orders:write'] }],
            ['PUT', `/api/admin/users/${amy.id}/permissions`, { permissions: ['darvoza:keys:write'] }],
            ['POST', '/api/admin/users/', { username: 'mallory', password: 'a good password 9', roles: ['admin'] }],
            ['POST', '/api/admin/users/', { username: 'mallory', password: 'a good password 9', roles: ['clerk'] }],
            ['POST', '/api/admin/roles/', { name: 'mighty', permissions: ['darvoza:keys:write'] }],
            ['PATCH', '/api/admin/roles/clerk', { permissions: ['orders:write', 'darvoza:keys:write'] }],
            ['PATCH', '/api/admin/roles/support', { permissions: [] }],
            ['DELETE', '/api/admin/roles/auditor'],
        ]);
        expect(await snapshotOf(server)).to.equal(before);
        await insist(client.send('PUT', `/api/admin/users/${amy.id}/permissions`, { token, json: { permissions: ['orders:read'] } }));
    });
    it('keeps the password of an administrator from who may do the same by name, and roles from who has not all of them', async () => {
        const { server, client, signIn } = await aWorld(await aServer({ engine }));
        const { roles } = server.composed.parts.people;
        await roles.create('mighty', builtInRoles.admin, 'system');
        await roles.create('warehouse', ['orders:refund'], 'system');
        const mighty = await signIn(['mighty']);
        const clerk = await signIn([], ['darvoza:roles:write']);
        await signIn(['warehouse']);
        const before = await snapshotOf(server);
        // Whoever sets it could sign in with it, and be what they may not make themselves.
        await forbidden(client, mighty.token, [['POST', '/api/admin/users/1/password', { password: 'a good password 9' }]]);
        await forbidden(client, clerk.token, [
            ['PATCH', '/api/admin/roles/warehouse', { permissions: [] }],
            ['PATCH', '/api/admin/roles/warehouse', { name: 'store' }],
            ['DELETE', '/api/admin/roles/warehouse'],
        ]);
        expect(await snapshotOf(server)).to.equal(before);
    });
    it('compares what is given by itself, whatever the same call takes away and whoever receives it', async () => {
        const { server, client, signIn, admin } = await aWorld(await aServer({ engine }));
        const { roles, users } = server.composed.parts.people;
        await roles.create('mighty', builtInRoles.admin, 'system');
        await roles.create('payer', ['payments:pay'], 'system');
        const mighty = await signIn(['mighty']);
        const other = await signIn(['admin']);
        const holder = await signIn([], ['payments:pay']);
        const payer = await signIn(['payer']);
        const before = await snapshotOf(server);
        await forbidden(client, mighty.token, [
            // An administrator may do everything, and so this too; given it would outlive that.
            ['PUT', `/api/admin/users/${other.id}/roles`, { roles: ['payer'] }],
            ['PUT', `/api/admin/users/${other.id}/roles`, { roles: ['admin', 'payer'] }],
            ['PUT', `/api/admin/users/${other.id}/permissions`, { permissions: ['payments:pay'] }],
            ['PUT', `/api/admin/users/${holder.id}/roles`, { roles: ['payer'] }],
            ['PUT', `/api/admin/users/${payer.id}/permissions`, { permissions: ['payments:pay'] }],
            ['PUT', `/api/admin/users/${mighty.id}/roles`, { roles: ['payer'] }],
            ['PUT', `/api/admin/users/${payer.id}/roles`, { roles: ['payer', 'admin'] }],
            ['PATCH', '/api/admin/roles/mighty', { permissions: ['payments:pay'] }],
            ['POST', '/api/admin/users/', { username: 'mallory', password: 'a good password 9', roles: ['payer'] }],
        ]);
        const path = '/api/admin/bulk/add-role';
        const chosen = { ids: [other.id, holder.id].map(String), role: 'payer' };
        const preview = (await insist(client.post(path, chosen, mighty.token))).body;
        expect([preview.count, preview.left_out.length]).to.deep.equal([0, 2]);
        const { at } = preview;
        await insist(client.post(path, { ...chosen, at, count: 2 }, mighty.token), 409);
        const done = (await insist(client.post(path, { ...chosen, at, count: 0 }, mighty.token))).body;
        expect([done.done, done.left_out.length]).to.deep.equal([0, 2]);
        expect(await snapshotOf(server)).to.equal(before);
        // What somebody has already they keep, and may lose.
        const set = (json) => insist(client.send('PUT', `/api/admin/users/${payer.id}/roles`, { token: mighty.token, json }));
        await set({ roles: ['payer', 'support'] });
        expect((await users.require(payer.id)).roles).to.deep.equal(['payer', 'support']);
        await set({ roles: [] });
        await insist(client.send('PUT', `/api/admin/users/${other.id}/roles`, { token: admin, json: { roles: ['payer'] } }));
    });
    it('lets a helpdesk set the password of who may do more elsewhere, and writes down what it could use by it', async () => {
        const { server, client, signIn } = await aWorld(await aServer({ engine }));
        const { people: { roles }, logs: { auditLog }, } = server.composed.parts;
        await roles.create('payer', ['payments:pay', 'orders:read'], 'system');
        const helper = await signIn([], ['darvoza:users:read', 'darvoza:users:write', 'orders:read']);
        const [amy, bob] = [await signIn(['payer']), await signIn([], ['orders:read'])];
        for (const { id } of [amy, bob])
            await insist(client.post(`/api/admin/users/${id}/password`, { password: 'a good password 9' }, helper.token), 204);
        const { results } = await auditLog.page({ action: 'password_reset' }, { limit: 10 });
        expect(results.map(one => [one.subject, one.afterJson])).to.deep.equal([
            [String(bob.id), null],
            [String(amy.id), '{"usable_rights":["payments:pay"]}'],
        ]);
    });
    it('lets who may make users, but not give roles, make users without roles alone', async () => {
        const { server, client, signIn } = await aWorld(await aServer({ engine }));
        await server.composed.parts.people.roles.create('maker', ['darvoza:users:read', 'darvoza:users:write'], 'system');
        const { token } = await signIn(['maker']);
        const made = { username: 'mallory', password: 'a good password 9' };
        const before = await snapshotOf(server);
        await forbidden(client, token, [['POST', '/api/admin/users/', { ...made, roles: ['maker'] }]]);
        expect(await snapshotOf(server)).to.equal(before);
        await insist(client.post('/api/admin/users/', made, token), 201);
    });
    it('counts what the actor may do at the moment of the change, not when the token was issued', async () => {
        const { server, client, signIn } = await aWorld(await aServer({ engine }));
        const { users } = server.composed.parts.people;
        const { token, id } = await signIn(['admin']);
        const amy = await signIn([]);
        // As a process that has not followed the log yet: the actor by name, with a token that is out of date.
        await users.setRoles(id, ['support'], 'system');
        const late = {
            name: `user:${id}`,
            origin: { address: '', userAgent: '', requestId: '' },
            credential: null,
        };
        const refused = await users.setRoles(amy.id, ['admin'], late).catch((error) => error.code);
        expect(refused).to.equal('permission_denied');
        await insist(client.get('/api/admin/users/', token), 401);
    });
    it('keeps built-in roles as they are, also for an administrator', async () => {
        const { server, client, admin } = await aWorld(await aServer({ engine }));
        const before = await snapshotOf(server);
        for (const role of Object.keys(builtInRoles)) {
            const path = `/api/admin/roles/${role}`;
            expect((await insist(client.patch(path, { permissions: [] }, admin), 409)).body.code).to.equal('built_in_role');
            await insist(client.patch(path, { name: 'other' }, admin), 409);
            await insist(client.delete(path, admin), 409);
        }
        expect(await snapshotOf(server)).to.equal(before);
    });
    it('never leaves the server without an administrator, also when two of them demote each other at once', async () => {
        const { server, client, signIn, admin } = await aWorld(await aServer({ engine }));
        for (const [method, path, json] of [
            ['PUT', '/api/admin/users/1/roles', { roles: [] }],
            ['POST', '/api/admin/users/1/disable', {}],
            ['DELETE', '/api/admin/users/1', undefined],
        ]) {
            const answer = await client.send(method, path, { token: admin, ...(json && { json }) });
            expect([answer.status, answer.body.code], path).to.deep.equal([409, 'last_administrator']);
        }
        const second = await signIn(['admin']);
        const demote = (id, token) => client.send('PUT', `/api/admin/users/${id}/roles`, { token, json: { roles: [] } });
        const answers = await Promise.all([demote(1, second.token), demote(second.id, admin)]);
        expect(answers.filter(answer => answer.status === 200)).to.have.length(1);
        const { database, userStore } = server.composed.parts.storage;
        expect(await database.transaction(tx => userStore.lockHolders(tx, 'admin'))).to.have.length(1);
    });
});
describe('a revocation written by hand', () => {
    it('is refused where it names nothing, or nobody whom the actor may act on', async () => {
        const { server, client, signIn, admin } = await aWorld(await aServer());
        const before = await snapshotOf(server);
        for (const entry of [
            {},
            { kind: 'nothing', subject: '1' },
            { kind: '__proto__', subject: '1' },
            { kind: 'user', subject: '999' },
            { kind: 'user', subject: '01' },
            { kind: 'user', subject: '1', effect: 'forget' },
            { kind: 'user', subject: '1', effect: '__proto__' },
            { kind: 'role', subject: 'admin', effect: 'end' },
            { kind: 'role', subject: 'nobody', effect: 'refresh' },
            { kind: 'application', subject: 'unknown' },
            { kind: 'all', subject: 'x' },
            { kind: 'token', subject: 'short' },
            { kind: 'session', subject: claimsOf(admin).sid },
        ]) {
            const answer = await client.post('/api/admin/revocations/', entry, admin);
            expect(answer.status, JSON.stringify(entry)).to.equal(400);
        }
        expect(await snapshotOf(server)).to.equal(before);
        const { token } = await signIn([], ['darvoza:revocations:write']);
        const one = await snapshotOf(server);
        for (const entry of [{ kind: 'all' }, { kind: 'user', subject: '1' }, { kind: 'application', subject: 'darvoza' }])
            await insist(client.post('/api/admin/revocations/', entry, token), 403);
        expect(await snapshotOf(server)).to.equal(one);
    });
    it('is answered as the log has it, with its cause in the audit log', async () => {
        const { client, signIn, admin } = await aWorld(await aServer());
        const amy = await signIn([]);
        const entry = { kind: 'user', subject: String(amy.id), reason: 'lost phone' };
        const { body } = await insist(client.post('/api/admin/revocations/', entry, admin), 201);
        expect(body).to.include({ kind: 'user', effect: 'end', reason: 'all_ended', actor: 'user:1' });
        const { results } = (await insist(client.get('/api/admin/audit/?limit=1', admin))).body;
        expect(results[0]).to.deep.include({ action: 'revocation_added', actor: 'user:1', subject: String(amy.id) });
        expect(results[0].after).to.include({ why: 'lost phone' });
        expect((await client.get('/api/admin/revocations/?limit=1', admin)).body.results[0]).to.deep.equal(body);
    });
});
async function insist(answering, status = 200) {
    const answer = await answering;
    expect(answer.status, answer.text).to.equal(status);
    return answer;
}
//# sourceMappingURL=admin.test.js.map