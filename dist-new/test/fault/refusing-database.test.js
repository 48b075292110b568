// What a database refuses passes: its operator gives rights back, ends a limit, finishes a migration. Until then 503.
import { expect } from 'chai';
import { aClient } from '../support/client.js';
import { onEachEngine, onMariaDb } from '../support/engines.js';
import { startMariaDb, waitFor } from '../support/mariadb.js';
import { aServer } from '../support/server.js';
/** A refresh is 503 with one line that names why; once it is mended, the same token works. */
async function expectPassing(server, pair, mend, why) {
    const client = aClient(server);
    server.logged.length = 0;
    const refused = await client.refresh(pair.refresh);
    expect([refused.status, refused.body.code], refused.text).to.deep.equal([503, 'database_unavailable']);
    expect(refused.headers.get('retry-after')).to.match(/^[1-9]\d*$/);
    const lines = server.logged.filter(line => line.startsWith('a request '));
    expect(lines).to.have.length(1);
    expect(lines[0])
        .to.match(/^a request could not be served /)
        .and.match(why);
    await mend();
    const again = await waitFor(async () => {
        const answer = await client.refresh(pair.refresh);
        expect(answer.status, answer.text).to.equal(200);
        return answer;
    });
    Object.assign(pair, again.body);
}
onEachEngine('a database that is being migrated or restored at this moment', engine => {
    it('lacks a column or a table: 503, and everything goes on once it is there', async () => {
        const server = await aServer({ engine });
        const { database } = server.composed.parts.storage;
        const pair = await aClient(server).signIn(await server.aUser());
        await database.write('ALTER TABLE session RENAME COLUMN window_from TO gone');
        await expectPassing(server, pair, () => database.write('ALTER TABLE session RENAME COLUMN gone TO window_from'), /(ER_BAD_FIELD_ERROR|SQLITE_ERROR) \([^)]*window_from/);
        await database.write('ALTER TABLE session RENAME TO gone');
        await expectPassing(server, pair, () => database.write('ALTER TABLE gone RENAME TO session'), /(ER_NO_SUCH_TABLE|SQLITE_ERROR) \([^)]*session/);
    });
    it('while a mistake in a statement of ours stays 500, and a row that is there already stays what it is', async () => {
        const { composed } = await aServer({ engine });
        const { database } = composed.parts.storage;
        for (const sql of ['SELEKT 1', 'SELECT FROM', 'INSERT INTO last_number (name) VALUES (NULL, 2)']) {
            const error = await database.read(sql).catch((thrown) => thrown);
            expect(error, sql).to.have.property('name', 'StorageFailure');
        }
        for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
            const error = await database.read('SELECT id FROM user WHERE id = ?', [number]).catch((thrown) => thrown);
            expect(error).to.be.instanceOf(TypeError);
            expect(String(error)).to.equal(`TypeError: value 1 is ${number}: SELECT id FROM user WHERE id = ?`);
        }
    });
});
onMariaDb('a database server that refuses', () => {
    let mariaDb;
    let settings;
    let server;
    let pair;
    const who = "darvoza@'127.0.0.1'";
    before(async () => {
        mariaDb = await startMariaDb('--skip-name-resolve');
    });
    after(() => mariaDb.stop());
    beforeEach(async () => {
        settings = { ...(await mariaDb.create()), user: 'darvoza', password: 'secret' };
        await mariaDb.run(`CREATE OR REPLACE USER ${who} IDENTIFIED BY 'secret'`, `GRANT ALL ON ${settings.name}.* TO ${who}`);
        server = await aServer({ engine: { name: 'MariaDB', fresh: async () => settings, migrated: async () => settings } });
        pair = await aClient(server).signIn(await server.aUser());
    });
    /** New connections are needed, and those are made under the new rules. */
    const cutOff = (...rules) => mariaDb.run(...rules, `KILL CONNECTION USER ${who}`);
    /** Until the connections that were open before are gone. */
    const untilRefused = (code) => waitFor(async () => {
        const error = await server.composed.parts.storage.database.read('SELECT 1').catch((thrown) => thrown);
        expect(error).to.have.nested.property('cause.code', code);
    });
    it('the user: its password was changed', async () => {
        await cutOff(`ALTER USER ${who} IDENTIFIED BY 'other'`);
        await untilRefused('ER_ACCESS_DENIED_ERROR');
        await expectPassing(server, pair, () => mariaDb.run(`ALTER USER ${who} IDENTIFIED BY 'secret'`), /ER_ACCESS_DENIED/);
    });
    it('the rights: one was taken', async () => {
        await cutOff(`REVOKE UPDATE ON ${settings.name}.* FROM ${who}`);
        await expectPassing(server, pair, () => cutOff(`GRANT ALL ON ${settings.name}.* TO ${who}`), /ER_TABLEACCESS_DENIED_ERROR|PROTOCOL_CONNECTION_LOST/);
    });
    it('the statement: the user has had its queries of this hour', async () => {
        await cutOff(`ALTER USER ${who} WITH MAX_QUERIES_PER_HOUR 1`);
        await untilRefused('ER_USER_LIMIT_REACHED');
        await expectPassing(server, pair, () => cutOff(`ALTER USER ${who} WITH MAX_QUERIES_PER_HOUR 0`), /ER_USER_LIMIT_REACHED/);
    });
    it('every write: it was made read-only', async () => {
        await mariaDb.run('SET GLOBAL read_only = 1');
        await expectPassing(server, pair, () => mariaDb.run('SET GLOBAL read_only = 0'), /ER_OPTION_PREVENTS_STATEMENT/);
    });
});
//# sourceMappingURL=refusing-database.test.js.map