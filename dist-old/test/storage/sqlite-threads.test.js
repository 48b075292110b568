import { expect } from 'chai';
import { Refusal } from '../../server/protocol/errors.js';
import { keepWorkers } from '../../server/storage/sqlite-workers.js';
import { aDatabase } from '../support/database.js';
import { sqlite } from '../support/engines.js';
const insert = (tx, name) => tx.write('INSERT INTO last_number (name, value) VALUES (?, 1)', [name]);
async function names(database) {
    const rows = await database.read("SELECT name FROM last_number WHERE name <> 'user' ORDER BY name");
    return rows.map(row => row.name);
}
async function codeOf(work) {
    try {
        await work;
        return 'done';
    }
    catch (error) {
        return error instanceof Refusal ? error.code : String(error);
    }
}
/** Long for SQLite, and nothing for whoever waits. */
const longRead = (rounds) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rounds}) SELECT COUNT(*) AS count FROM n`;
describe('the threads of SQLite', () => {
    const workers = [];
    const remember = (worker) => workers.push(worker);
    let database;
    let keepAsBefore;
    beforeEach(async () => {
        keepAsBefore = keepWorkers(0);
        workers.length = 0;
        process.on('worker', remember);
        database = await aDatabase(sqlite);
    });
    afterEach(() => {
        process.off('worker', remember);
        keepAsBefore();
    });
    it('take a transaction with them when they die: that is passing, and others go on', async () => {
        const killed = database.transaction(async (tx) => {
            await insert(tx, 'before');
            await Promise.all(workers.map(worker => worker.terminate()));
            await insert(tx, 'after');
        });
        expect(await codeOf(killed)).to.equal('database_unavailable');
        await insert(database, 'next');
        expect(await names(database)).to.deep.equal(['next']);
    });
    it('that die under a statement fail it as passing', async () => {
        const reading = codeOf(database.read(longRead(20_000_000)));
        const writing = codeOf(database.transaction(tx => tx.read(longRead(20_000_000))));
        await Promise.all(workers.map(worker => worker.terminate()));
        expect([await reading, await writing]).to.deep.equal(['database_unavailable', 'database_unavailable']);
        await insert(database, 'next');
        expect(await names(database)).to.deep.equal(['next']);
    }).timeout(40_000);
    it('answer short reads and writes while a long read goes on', async () => {
        // Brings the second reader, whose start is not what is looked at.
        await Promise.all([database.read(longRead(1_000_000)), names(database)]);
        const order = [];
        const long = codeOf(database.read(longRead(6_000_000))).then(() => order.push('long'));
        await Promise.all([names(database), insert(database, 'short')]);
        await names(database);
        order.push('short');
        await long;
        expect(order).to.deep.equal(['short', 'long']);
    }).timeout(40_000);
    it('bring back bytes, great numbers, names that come twice and nothing as they are', async () => {
        const [row] = await database.read(`SELECT x'00ff' AS bytes, ? AS whole, ? AS broken, ? AS absent, 'a' AS twice, 'b' AS twice, ? AS yes`, [Number.MAX_SAFE_INTEGER, 1.5, null, true]);
        expect(Buffer.isBuffer(row.bytes) && row.bytes.equals(Buffer.from([0, 255]))).to.equal(true);
        expect({ ...row, bytes: null }).to.deep.equal({
            bytes: null,
            whole: Number.MAX_SAFE_INTEGER,
            broken: 1.5,
            absent: null,
            twice: 'b',
            yes: 1,
        });
    });
    it('finish what was asked for when the database is closed, and refuse what comes later', async () => {
        const last = insert(database, 'last');
        await database.close();
        expect(await codeOf(last)).to.equal('done');
        expect(await codeOf(insert(database, 'late'))).to.not.equal('done');
    });
    it('end with their database', async () => {
        await database.close();
        expect(workers).to.have.length(2);
        // What Node says of those that have exited.
        expect(workers.map(worker => worker.threadId)).to.deep.equal([-1, -1]);
    });
    it('that are kept serve the next database, and know nothing of the one before', async () => {
        keepWorkers(2);
        await insert(database, 'first');
        await database.close();
        const next = await aDatabase(sqlite);
        expect(await names(next)).to.deep.equal([]);
        await insert(next, 'second');
        expect(await names(next)).to.deep.equal(['second']);
        expect(workers).to.have.length(2);
    });
    it('that die while they are kept are not used again', async () => {
        keepWorkers(2);
        await database.close();
        await Promise.all(workers.map(worker => worker.terminate()));
        await insert(await aDatabase(sqlite), 'next');
        expect(workers).to.have.length(4);
    });
});
//# sourceMappingURL=sqlite-threads.test.js.map