import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readEnvironment } from '../../config/environment.js';
import { readSettings, SettingsError } from '../../config/settings.js';
import { aFolder } from '../support/engines.js';
function aFile(content) {
    const folder = aFolder();
    writeFileSync(join(folder, '.env'), content);
    return folder;
}
function problemsOf(environment, folder) {
    try {
        readEnvironment(environment, folder);
    }
    catch (error) {
        if (error instanceof SettingsError)
            return error.problems;
        throw error;
    }
    return [];
}
describe('the environment', () => {
    const refused = [
        ['DATABSE_URL', 'DATABASE_URL'],
        ['DATABASE_URI', 'DATABASE_URL'],
        ['database_url', 'DATABASE_URL'],
        ['DARVOZA_DATABASE_URL', 'DATABASE_URL'],
        ['DATABASE-URL', 'DATABASE_URL'],
        ['ADMIN_PASWORD', 'ADMIN_PASSWORD'],
        ['SECRETKEY', 'SECRET_KEY'],
        ['REDIS_ULR', 'REDIS_URL'],
        ['DATA_DRI', 'DATA_DIR'],
    ];
    for (const [name, meant] of refused) {
        it(`refuses ${name}, which is ${meant} but for its spelling, and repeats no value`, () => {
            for (const problems of [problemsOf({ [name]: 'hunter2' }, aFolder()), problemsOf({}, aFile(`${name}=hunter2`))]) {
                // In a file names have no dash.
                if (name.includes('-') && problems.length === 0)
                    continue;
                expect(problems).to.have.length(1);
                expect(problems[0]).to.include(`${name} (in `).and.include(`${meant} is meant`).and.not.include('hunter2');
            }
        });
    }
    it('refuses neighbours of short names only in our file, where nobody else puts anything', () => {
        const near = { HOSTS: 'a', SORT: 'a', WORKER: 'a', ISSUERS: 'a' };
        expect(problemsOf(near, aFolder())).to.deep.equal([]);
        for (const name of Object.keys(near))
            expect(problemsOf({}, aFile(`${name}=a`)), name).to.have.length(1);
    });
    it("lets be what is somebody else's, empty, or beside the right one, which it then names", () => {
        const others = {
            HOME: '/',
            HOSTNAME: 'a',
            REDIS_PORT: '1',
            DARVOZA_PORT: 'tcp://10.0.0.1:4000',
            DB_URL: 'a',
            PWD: '/',
        };
        expect(problemsOf({ ...others, DATABSE_URL: '' }, aFolder())).to.deep.equal([]);
        const both = { DATABASE_URL: 'sqlite:a', DATABASE_URI: 'a' };
        expect(readEnvironment(both, aFolder()).passedOver).to.deep.equal(['DATABASE_URI']);
        expect(problemsOf({}, aFile('MARIADB_PASSWORD=a\nFOO=b'))).to.deep.equal([]);
    });
    it('is refused with a name that begins as only ours do, however far from the one that is meant', () => {
        for (const [name, meant] of [
            ['LEGACY_JWT_SIGNING_KEY', /LEGACY_JWT_\w+ is meant/],
            ['LEGACY_JWT_CUTOVER_AT', /LEGACY_JWT_CUT_OVER is meant/],
        ])
            expect(() => readEnvironment({ [name]: 'x' }, aFolder())).to.throw(meant);
        expect(readEnvironment({ LEGACY_JWT_SECRET: 'x' }, aFolder()).passedOver).to.deep.equal([]);
    });
    it('takes from .env what it does not say itself, also where it says nothing', () => {
        const folder = aFile('\uFEFF# ours\r\nPORT=5000\r\nexport ISSUER="https://id.example.com"\r\nHOST=0.0.0.0 # all\r\nREDIS_URL=redis://a\r\n\r\n');
        const { variables, file } = readEnvironment({ PORT: '6000', REDIS_URL: '' }, folder);
        expect(file).to.equal(join(folder, '.env'));
        const settings = readSettings(variables);
        expect(settings).to.include({ port: 6000, issuer: 'https://id.example.com', host: '0.0.0.0', redis: null });
        expect(readEnvironment({}, aFolder()).file).to.equal(null);
    });
    it('refuses a line of .env that says nothing, and a file that cannot be read; values over several lines are fine', () => {
        for (const wrong of ['PORT: 5000', 'PORT', 'set PORT=5000 hunter2', '=hunter2']) {
            const problems = problemsOf({}, aFile(`HOST=localhost\n${wrong}\n`));
            expect(problems, wrong).to.have.length(1);
            expect(problems[0]).to.match(/\.env line 2 is not NAME=value$/);
        }
        const folder = aFolder();
        mkdirSync(join(folder, '.env'));
        expect(problemsOf({}, folder).join()).to.match(/cannot be read \(EISDIR\)$/);
        const { variables } = readEnvironment({}, aFile('A="one\ntwo: three\n"\nPORT=5000'));
        expect(variables).to.include({ A: 'one\ntwo: three\n', PORT: '5000' });
    });
});
//# sourceMappingURL=environment.test.js.map