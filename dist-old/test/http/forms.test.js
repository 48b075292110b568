// Every form of every page, made from the route table: refused without its token, from another site, with another session's
// token and by whoever may less, with nothing changed; and whatever else is sent with a good one is written nowhere.
import { expect } from 'chai';
import { pageRoutes } from '../../server/http/pages/routes.js';
import { builtInRoles, ownPermissions } from '../../server/policy/permissions.js';
import { aClient } from '../support/client.js';
import { formNames, readyForm, tokenOf } from '../support/forms.js';
import { aServer, password } from '../support/server.js';
import { snapshotOf } from '../support/snapshot.js';
import { aVisitor } from '../support/visitor.js';
const admin = { username: 'admin', password };
const ownSite = { 'Sec-Fetch-Site': 'same-origin' };
const accessOf = (name) => pageRoutes[name].access;
const permissionOf = (name) => {
    const access = accessOf(name);
    return access.kind === 'page' ? access.permission : undefined;
};
const isForRecent = (name) => 'recentlyAuthenticated' in accessOf(name);
/** Each form once, about somebody of its own. */
async function everyForm(server) {
    const ready = [];
    for (const name of formNames)
        ready.push(await readyForm(server, name, name.toLowerCase()));
    return ready;
}
function send(form, _token, headers = ownSite, by = form.sender) {
    return by.send('POST', form.path, { form: { ...form.fields, ...(_token !== undefined && { _token }) }, headers });
}
async function expectUnchanged(server, before, what) {
    expect(await snapshotOf(server), what).to.equal(before);
}
describe('every form of every page', () => {
    it('stands in the table of filled-in forms', () => {
        const posts = Object.entries(pageRoutes).flatMap(([name, row]) => (row.method === 'POST' ? [name] : []));
        expect([...formNames].sort()).to.deep.equal(posts.sort());
    });
    it('does what it says for who may send it, so that what is refused below is refused for its own reason', async () => {
        const server = await aServer();
        for (const [index, name] of formNames.entries()) {
            const form = await readyForm(server, name, `m${index}`);
            const token = await tokenOf(form.sender);
            const before = await snapshotOf(server);
            const { status, text } = await send(form, token);
            expect(status, `${name}: ${text.slice(0, 500)}`).to.be.oneOf([200, 303]);
            if (!form.looks)
                expect(await snapshotOf(server), name).to.not.equal(before);
        }
    }).timeout(60_000);
    it('is refused without a token, with a made-up one, with one that was changed, and with that of another session', async () => {
        const server = await aServer();
        const ready = await everyForm(server);
        const stranger = aVisitor(server);
        await stranger.signIn(admin);
        const others = await tokenOf(stranger);
        const tokens = new Map();
        for (const form of ready)
            tokens.set(form, await tokenOf(form.sender));
        const before = await snapshotOf(server);
        for (const form of ready) {
            const own = tokens.get(form);
            const changed = own.slice(0, -1) + (own.endsWith('A') ? 'B' : 'A');
            const spliced = `${others.split('.')[0]}.${own.split('.')[1]}`;
            for (const token of [undefined, '', 'made-up', changed, spliced, others]) {
                const { status, text } = await send(form, token);
                expect(status, `${form.name} with ${token}`).to.equal(403);
                expect(text, form.name).to.include('form_refused');
            }
            const headers = { ...ownSite, 'Content-Type': 'application/json', Cookie: cookiesOf(form.sender) };
            const fields = JSON.stringify(form.fields).slice(1, -1);
            for (const json of ['null', '[]', '"a"', `{"_token":null,${fields}}`, `{"_token":["${own}"],${fields}}`]) {
                const body = json.replace(/,}$/, '}');
                const { status } = await aClient(server).send('POST', form.path, { headers, body });
                expect(status, `${form.name} ${body}`).to.equal(403);
            }
            await expectUnchanged(server, before, form.name);
        }
    }).timeout(60_000);
    it('is refused from another site, whatever else is right with it', async () => {
        const server = await aServer();
        const ready = await everyForm(server);
        const tokens = new Map();
        for (const form of ready)
            tokens.set(form, await tokenOf(form.sender));
        const before = await snapshotOf(server);
        const sites = [
            { 'Sec-Fetch-Site': 'cross-site' },
            { 'Sec-Fetch-Site': 'same-site' },
            { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:4000' },
            { Origin: 'https://other.example' },
            { Origin: 'http://localhost:4000.other.example' },
            { Origin: 'null' },
        ];
        for (const form of ready) {
            for (const headers of sites) {
                const { status, text } = await send(form, tokens.get(form), headers);
                expect(status, `${form.name} ${JSON.stringify(headers)}`).to.equal(403);
                expect(text, form.name).to.include('form_refused');
            }
            await expectUnchanged(server, before, form.name);
        }
    }).timeout(60_000);
    it('is refused to everybody who lacks its permission, be it the only one that they lack', async () => {
        const server = await aServer();
        const ready = (await everyForm(server)).filter(({ name }) => permissionOf(name) !== undefined);
        expect(ready).to.have.length.above(20);
        const people = await lesserPeople(server, new Set(ready.map(({ name }) => permissionOf(name))));
        const nobody = aVisitor(server);
        const before = await snapshotOf(server);
        for (const form of ready) {
            const out = await send(form, 'x', ownSite, nobody);
            expect([out.status, out.headers.get('location')], form.name).to.deep.equal([303, '/login?next=%2F']);
            const lesser = people.filter(({ permissions }) => !permissions.includes(permissionOf(form.name)));
            expect(lesser, form.name).to.have.length.of.at.least(2);
            for (const { who, visitor, token } of lesser) {
                const { status, text } = await send(form, token, ownSite, visitor);
                expect(status, `${form.name} by ${who}`).to.equal(403);
                expect(text, form.name).to.include('permission_denied');
            }
            await expectUnchanged(server, before, form.name);
        }
    }).timeout(60_000);
    it('that acts on somebody does nothing to who may do more than its sender, whatever the sender may', async () => {
        const server = await aServer();
        const { roles } = server.composed.parts.people;
        const some = Object.keys(ownPermissions).filter(permission => permission !== 'darvoza:keys:write');
        await roles.create('deputy', some, 'system');
        const deputy = aVisitor(server);
        await deputy.signIn(await server.aUser({ roles: ['deputy'] }));
        const token = await tokenOf(deputy);
        const ready = [];
        for (const name of onSomebody)
            ready.push(await readyForm(server, name, name.toLowerCase(), ['admin']));
        const before = await snapshotOf(server);
        for (const form of ready) {
            const { status, text } = await send(form, token, ownSite, deputy);
            // Many at once: whoever is left out is named where the list is.
            if (status === 303)
                expect((await deputy.open('/account')).text, form.name).to.match(/left out/i);
            else
                expect([status, text.includes('permission_denied')], form.name).to.deep.equal([403, true]);
            // The page has told what it had to, and keeps it no more.
            await expectUnchanged(server, before, form.name);
        }
    }).timeout(60_000);
    it('that is for who typed the password recently asks for it once the last time is five minutes ago', async () => {
        const server = await aServer();
        const ready = (await everyForm(server)).filter(({ name }) => isForRecent(name));
        expect(ready).to.have.length.above(15);
        server.clock.advance('5m');
        const tokens = new Map();
        for (const form of ready)
            tokens.set(form, await tokenOf(form.sender));
        const before = await snapshotOf(server);
        for (const form of ready) {
            const { status, text } = await send(form, tokens.get(form));
            expect(status, form.name).to.equal(401);
            expect(text, form.name).to.include('name="_proof"').and.include(`action="${form.path}"`);
            await expectUnchanged(server, before, form.name);
        }
    }).timeout(60_000);
    it('is refused with a field that is there twice, and nothing changes', async () => {
        const server = await aServer();
        for (const form of await everyForm(server)) {
            const fields = { ...form.fields, _token: await tokenOf(form.sender) };
            const before = await snapshotOf(server);
            for (const [name, value] of Object.entries(fields)) {
                const pairs = [...Object.entries(fields), [name, value]];
                const headers = { ...ownSite, Cookie: cookiesOf(form.sender) };
                const client = aClient(server);
                const sent = [
                    ['application/x-www-form-urlencoded', String(new URLSearchParams(pairs))],
                    ['application/json', `{${pairs.map(pair => pair.map(one => JSON.stringify(one)).join(':')).join(',')}}`],
                ];
                for (const [type, body] of sent) {
                    const answer = await client.send('POST', form.path, { headers: { ...headers, 'Content-Type': type }, body });
                    expect(answer.status, `${form.name}: ${name} twice as ${type}`).to.equal(400);
                }
            }
            await expectUnchanged(server, before, form.name);
        }
    }).timeout(60_000);
    it('leaves alone whatever is sent beside its own fields: the same is written as without', async () => {
        const [plain, crowded, json] = [await aServer(), await aServer(), await aServer()];
        for (const [index, name] of formNames.entries()) {
            const mark = `m${index}`;
            const written = await Promise.all([plain, crowded, json].map(async (server) => {
                const form = await readyForm(server, name, mark);
                const token = await tokenOf(form.sender);
                const answer = await (server === json
                    ? sendJson(server, form, token)
                    : send(server === plain ? form : { ...form, fields: { ...extras(form), ...form.fields } }, token));
                // What goes on after the answer of the change, such as marking rows, is done.
                await server.composed.jobs.stop();
                return { answer: [answerOf(answer)], ...masked(await snapshotOf(server)) };
            }));
            for (const one of written.slice(1))
                for (const table of Object.keys(one))
                    expect(one[table], `${name}: ${table}`).to.deep.equal(written[0][table]);
        }
    }).timeout(90_000);
});
/** Forms that change a person, or end what is theirs. */
const onSomebody = [
    'disableUsersPage',
    'signOutUsersPage',
    'addRoleToUsersPage',
    'removeRoleFromUsersPage',
    'saveUserPage',
    'saveUserRoles',
    'savePasswordOfUser',
    'deleteUserPage',
    'disableUserPage',
    'enableUserPage',
    'signOutUserPage',
    'addRevocationPage',
    'endManyDevicesPage',
    'endDevicePage',
    'endManySessionsPage',
    'endSessionPage',
];
/** Those who have a built-in role or none, and for each permission one who has all others. */
async function lesserPeople(server, permissions) {
    const all = Object.keys(ownPermissions);
    const kinds = [
        { who: 'nobody in particular', roles: [], permissions: [] },
        { who: 'support', roles: ['support'], permissions: builtInRoles.support },
        { who: 'an auditor', roles: ['auditor'], permissions: builtInRoles.auditor },
    ];
    for (const lacking of permissions) {
        const name = `all-but-${lacking.replaceAll(':', '-')}`;
        const others = all.filter(permission => permission !== lacking);
        await server.composed.parts.people.roles.create(name, others, 'system');
        kinds.push({ who: name, roles: [name], permissions: others });
    }
    const people = [];
    for (const { who, roles, permissions } of kinds) {
        const visitor = aVisitor(server);
        await visitor.signIn(await server.aUser({ roles }));
        people.push({ who, permissions, visitor, token: await tokenOf(visitor) });
    }
    return people;
}
/** What an attacker would like to be written; a field that the form has itself is not among it. */
const wanted = {
    id: '1',
    user_id: '1',
    userId: '1',
    username: 'root',
    active: '0',
    is_active: '0',
    is_admin: '1',
    is_staff: '1',
    roles: 'admin',
    role: 'admin',
    'roles[]': 'admin',
    'roles[0]': 'admin',
    permissions: 'darvoza:keys:write',
    allPermissions: 'darvoza:keys:write',
    password_hash: 'x',
    passwordHash: 'x',
    must_change_password: '0',
    created_at: '0',
    actor: 'system',
    seq: '0',
    sid: 'x',
    session_id: 'x',
    authenticatedAt: '9999999999999',
    device_token: 'x',
    deviceToken: 'x',
    _method: 'DELETE',
    email_verified: '1',
    constructor: 'x',
    toString: 'x',
    'constructor.prototype.admin': '1',
    'constructor[prototype][admin]': '1',
    '__proto__[admin]': '1',
    '__proto__.roles': 'admin',
    prototype: 'x',
    hasOwnProperty: 'x',
    mustChangePassword: '0',
    builtIn: '1',
};
function extras({ fields }) {
    const all = [...Object.entries(wanted), ['__proto__', 'admin']];
    return Object.fromEntries(all.filter(([name]) => !Object.hasOwn(fields, name)));
}
/** The same as JSON, where values can be more than text. */
function sendJson(server, form, _token) {
    const lists = { roles: ['admin'], permissions: ['darvoza:keys:write'], is_admin: true, id: 1, user: { id: 1 } };
    const others = Object.entries(lists).filter(([name]) => !Object.hasOwn(form.fields, name));
    const fields = { ...extras(form), ...Object.fromEntries(others), ...form.fields, _token };
    const headers = { ...ownSite, Cookie: cookiesOf(form.sender), 'Accept-Language': 'en' };
    const client = aClient(server, 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0');
    return client.send('POST', form.path, { json: fields, headers });
}
const cookiesOf = ({ cookies }) => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
const answerOf = ({ status, headers }) => `${status} ${maskIds(headers.get('location') ?? '')}`;
/** What two servers that did the same have in common: all but ids, secrets and hashes. */
function masked(snapshot) {
    const tables = JSON.parse(snapshot);
    return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.map(maskRow).sort()]));
}
function maskRow(row) {
    return maskIds(row.replace(/\{"type":"Buffer","data":\[[\d,]*\]\}/g, 'BYTES'));
}
function maskIds(text) {
    return text
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
        .replace(/(hint|secret_end)\\*":\\*"[\w-]{4}/g, 'RANDOM')
        .replace(/user_code\\*":\\*"[A-Z]{8}/g, 'RANDOM')
        .replace(/bcrypt_sha256\$\$[^"\\]+/g, 'HASH')
        .replace(/s1\.[\w-]+\.[\w-]+|"log_id":"[0-9a-f]+"|[\w-]{12}…/g, 'RANDOM')
        .replace(/(?<![\w-])(?=[\w-]*[A-Z\d])[\w-]{20,}(?![\w-])/g, 'RANDOM');
}
//# sourceMappingURL=forms.test.js.map