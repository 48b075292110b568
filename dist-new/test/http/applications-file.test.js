// APPLICATIONS_FILE: what every server reads at its start.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readSettings, SettingsError } from '../../config/settings.js';
import { compose } from '../../server/compose.js';
import { aFolder, onEachEngine, onMariaDb } from '../support/engines.js';
import { aServer } from '../support/server.js';
const secret = 'a secret of the file that is long enough';
const till = {
    client_id: 'till',
    client_name: 'Till',
    client_secret: secret,
    kind: 'web',
    redirect_uris: ['https://till.example/cb'],
    first_party: true,
};
const orders = {
    client_id: 'orders',
    kind: 'resource_server',
    resource: 'https://orders.example',
    resource_scopes: [{ name: 'orders:read', description: 'See orders', descriptions: { uz: 'Buyurtmalarni koʻrish' } }],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: 'https://orders.example/keys',
};
const silent = { debug: () => { }, info: () => { }, warn: () => { }, error: () => { } };
/** The next start on the same database, with this file. */
async function startWith({ settings, clock }, entries) {
    const applicationsFile = { path: '/etc/applications.json', entries };
    const composed = await compose({ ...settings, applicationsFile }, { log: silent, now: clock.now });
    try {
        await composed.migrate();
        await composed.start();
    }
    finally {
        await composed.close();
    }
}
const problemsOf = (work) => work.then(() => [], error => {
    if (error instanceof SettingsError)
        return error.problems;
    throw error;
});
describe('a file of applications that is none', () => {
    const read = (text, name = 'applications.json') => {
        const file = join(aFolder(), name);
        if (text !== null)
            writeFileSync(file, text);
        try {
            readSettings({ APPLICATIONS_FILE: file });
            return null;
        }
        catch (error) {
            return error.problems.join();
        }
    };
    it('is refused with the other settings, and nothing of it is shown', () => {
        expect(read(null)).to.match(/^APPLICATIONS_FILE names a file that cannot be read: .*ENOENT/);
        const broken = read('[{"client_secret": "hunter2", }');
        expect(broken).to.match(/^APPLICATIONS_FILE names a file that is not JSON/);
        expect(broken).to.not.include('hunter2');
        expect(read('{"client_id": "till"}')).to.match(/holds no JSON array/);
        expect(read('\ufeff[]')).to.equal(null);
    });
});
describe('a first start that a wrong file refuses', () => {
    it('makes no administrator, whose password nobody would be shown', async () => {
        const settings = readSettings({ DATA_DIR: aFolder() });
        const applicationsFile = { path: '/etc/applications.json', entries: [{ ...till, client_secret: 'short' }] };
        const begin = async (more) => {
            const composed = await compose({ ...settings, ...more }, { log: silent });
            try {
                await composed.migrate();
                return await composed.start();
            }
            finally {
                await composed.close();
            }
        };
        expect(await problemsOf(begin({ applicationsFile }))).to.have.length(1);
        expect(await begin({})).to.include({ username: 'admin' });
    });
});
onEachEngine('a file of applications', engine => {
    let server;
    beforeEach(async () => {
        server = await aServer({ engine });
    });
    const show = (id) => server.composed.parts.applications.applications.require(id);
    const matches = (text) => server.composed.parts.applications.applicationSecrets.matches('till', text);
    const entries = async () => (await server.composed.parts.logs.auditLog.page({ actor: 'system' }, { limit: 50 })).results
        .filter(entry => entry.subjectKind === 'application')
        .map(entry => `${entry.action} ${entry.subject}`);
    it('that is wrong refuses the start, names every problem with its place, and nothing is written', async () => {
        const wrong = [
            till,
            'till',
            { ...till, client_secret: 'short' },
            { client_name: 'Nobody', kind: 'machine' },
            { ...till, client_id: 'bad', redirect_uris: ['https://a.example/*', 'file:///etc'], colour: 'red', kind: 'site' },
            { ...orders, client_id: 'one' },
            { ...orders, client_id: 'two', client_secret: secret, resource: 'https://orders.example/' },
            { ...till, client_id: 'darvoza' },
            { ...till, client_id: 'narrow', scope: 'darvoza:everything', permissions: 'orders:read' },
        ];
        const problems = await problemsOf(startWith(server, wrong));
        const places = problems.map(line => line.replace(/^APPLICATIONS_FILE (\S+)( \(\S+\))?: .*$/s, '$1$2'));
        expect(places.sort()).to.deep.equal([
            '[1]',
            '[2].client_id (till)',
            '[2].client_secret (till)',
            '[3].client_id',
            ...['redirect_uris', 'redirect_uris', 'colour', 'kind'].map(name => `[4].${name} (bad)`),
            '[6].client_secret (two)',
            '[6].resource (two)',
            '[7].client_id (darvoza)',
            '[8].scope (narrow)',
            '[8].permissions (narrow)',
        ].sort());
        expect(problems.join()).to.not.include(secret);
        expect(await server.composed.parts.applications.applications.count({})).to.deep.equal({ count: 1, more: false });
    });
    it('is there after the start; a second start writes nothing', async () => {
        await startWith(server, [{ ...till, scope: 'openid orders:read' }, orders]);
        expect(await show('till')).to.deep.include({ origin: 'file', kind: 'web', name: 'Till', version: 1 });
        expect((await show('orders')).resourceScopes[0].descriptions).to.deep.equal({ uz: 'Buyurtmalarni koʻrish' });
        expect(await matches(secret)).to.equal(true);
        const written = await entries();
        expect(written.sort()).to.deep.equal(['application_created orders', 'application_created till']);
        const { revocationStore, database } = server.composed.parts.storage;
        const before = await revocationStore.head(database);
        await startWith(server, [orders, { scope: 'openid orders:read', ...till }]);
        const after = await revocationStore.head(database);
        expect([after.seq, after.applicationVersion]).to.deep.equal([before.seq, before.applicationVersion]);
        expect(await entries()).to.have.length(2);
        expect(await show('till')).to.include({ version: 1 });
    });
    it('changes what differs, also what an administrator has changed meanwhile, and leaves alone what is not in it', async () => {
        await startWith(server, [till]);
        const { applications } = server.composed.parts.applications;
        await applications.change('till', { name: 'Other', metadata: { contacts: ['a@b.example'] } }, 'operator:test');
        await applications.disable('till', 'operator:test');
        await applications.create({ id: 'own', name: 'Own', kind: 'machine', metadata: {} }, 'operator:test');
        const other = `${secret} now`;
        await startWith(server, [{ ...till, client_secret: other }]);
        const now = await show('till');
        expect(now).to.include({ name: 'Till', active: false, origin: 'file' });
        expect(now.metadata).to.not.have.any.keys('contacts');
        expect([await matches(secret), await matches(other)]).to.deep.equal([false, true]);
        expect(await show('own')).to.include({ version: 1, origin: 'administrator' });
        expect(await entries()).to.include('secret_rotated till');
    });
    it('takes over one that an administrator made, and starts without one that an administrator deleted', async () => {
        const { applications } = server.composed.parts.applications;
        await applications.create({ id: 'till', name: 'Till', kind: 'machine', metadata: {} }, 'operator:test');
        await startWith(server, [till]);
        expect(await show('till')).to.include({ origin: 'file', kind: 'web' });
        await applications.remove('till', 'operator:test');
        await startWith(server, [till, orders]);
        expect(await applications.some(['till', 'orders'])).to.have.keys('orders');
    });
});
onMariaDb('servers that start together with a file', engine => {
    it('write it once', async () => {
        const server = await aServer({ engine });
        await Promise.all([1, 2, 3, 4].map(() => startWith(server, [till, orders])));
        const { results } = await server.composed.parts.logs.auditLog.page({ actor: 'system' }, { limit: 50 });
        const actions = results.filter(entry => entry.subjectKind === 'application').map(entry => entry.action);
        expect(actions).to.deep.equal(['application_created', 'application_created']);
        expect(await server.composed.parts.applications.secretChanges.list('till')).to.have.length(1);
    });
});
describe('the program with a file of applications that is wrong', function () {
    this.timeout(60_000);
    it('does not start, and says all of it on stderr', async () => {
        const folder = aFolder();
        const file = join(folder, 'applications.json');
        writeFileSync(file, JSON.stringify([
            { ...till, redirect_uris: ['http://till.example/'] },
            { ...till, kind: 'x' },
        ]));
        const main = fileURLToPath(new URL('../../server/main.js', import.meta.url));
        const { PATH = '' } = process.env;
        const env = { PATH, PORT: '0', ISSUER: 'http://localhost:4000', DATA_DIR: folder, APPLICATIONS_FILE: file };
        const child = spawn(process.execPath, [main], { cwd: folder, env });
        let said = '';
        for (const stream of [child.stdout, child.stderr])
            stream.on('data', chunk => (said += chunk));
        const code = await new Promise(resolve => child.once('close', resolve));
        expect(code, said).to.equal(1);
        expect(said)
            .to.include('[0].redirect_uris (till)')
            .and.include('[1].kind (till)')
            .and.include('[1].client_id (till)');
        expect(said).to.not.include(secret);
    });
});
//# sourceMappingURL=applications-file.test.js.map