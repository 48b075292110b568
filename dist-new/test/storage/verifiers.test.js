import { expect } from 'chai';
import { Refusal } from '../../server/protocol/errors.js';
import { createEnforcement } from '../../server/revocation/enforcement.js';
import { createVerifiers } from '../../server/revocation/verifiers.js';
import { createVerifierStore, mostVerifiers } from '../../server/storage/verifiers.js';
import { aClock } from '../support/clock.js';
import { aDatabase } from '../support/database.js';
import { onEachEngine } from '../support/engines.js';
import { anEntry, writeEntries } from '../support/log.js';
const silent = { warn() { }, info() { } };
/** A server process on a database; `position` is up to where it knows the log. */
function aProcess(database, clock = aClock()) {
    let monotonic = 0;
    const statements = [];
    const counted = {
        ...database,
        write(sql, values) {
            statements.push(sql);
            return database.write(sql, values);
        },
    };
    const tail = { logId: 'abc', position: 7 };
    const verifierStore = createVerifierStore(database.dialect);
    const deps = { database: counted, verifierStore, tail, now: clock.now, log: silent };
    const verifiers = createVerifiers(deps);
    const enforcement = createEnforcement({ ...deps, verifiers, monotonic: () => monotonic });
    const renew = (name, seq = tail.position, changes = {}) => verifiers.renew({
        applicationId: 'darvoza',
        name,
        applied: seq === null ? null : { log: tail.logId, seq },
        version: '1.0.0',
        keysFetchedAt: null,
        address: '127.0.0.1',
        ...changes,
    });
    const advance = (ms) => {
        clock.advance(`${ms}ms`);
        monotonic += ms;
    };
    return { verifiers, enforcement, verifierStore, tail, renew, advance, statements, clock };
}
async function refusalOf(work) {
    try {
        await work;
    }
    catch (error) {
        if (error instanceof Refusal)
            return error.code;
        throw error;
    }
    return 'none';
}
onEachEngine('verifiers', engine => {
    let database;
    beforeEach(async () => {
        database = await aDatabase(engine);
    });
    it('are refused beyond a hundred names of one application, and take the place of those whose lease is over', async () => {
        const { renew, advance, verifierStore } = aProcess(database);
        await Promise.all(Array.from({ length: mostVerifiers }, (_, index) => renew(`v${index}`)));
        expect(await refusalOf(renew('one-more'))).to.equal('too_many_verifiers');
        expect(await refusalOf(renew('one-more', 7, { applicationId: 'others' }))).to.equal('none');
        advance(1_001);
        await Promise.all(Array.from({ length: mostVerifiers - 1 }, (_, index) => renew(`v${index + 1}`)));
        advance(2_500);
        await renew('one-more');
        const names = (await verifierStore.list(database, 'darvoza')).map(({ name }) => name);
        expect(names).to.have.length(mostVerifiers);
        expect(names).to.include('one-more').and.not.include('v0');
    });
    it('take the last place once, at two servers at once', async () => {
        const clock = aClock();
        const [one, other] = [aProcess(database, clock), aProcess(database, clock)];
        await Promise.all(Array.from({ length: mostVerifiers - 1 }, (_, index) => one.renew(`v${index}`)));
        const codes = await Promise.all([refusalOf(one.renew('last')), refusalOf(other.renew('also-last'))]);
        expect(codes.sort()).to.deep.equal(['none', 'too_many_verifiers']);
    });
    it('are in the rows for as long as their lease lasts, with one write a second for all', async () => {
        const { renew, advance, statements, clock, verifierStore } = aProcess(database);
        await Promise.all([renew('a'), renew('b')]);
        statements.length = 0;
        for (let round = 0; round < 10; round++) {
            advance(500);
            await renew('a');
            await renew('b');
            for (const row of await verifierStore.list(database))
                expect(row.leaseUntil - clock.now(), row.name).to.be.at.least(2_000);
        }
        expect(statements.length).to.be.within(3, 6);
    });
    it('keep the highest position, at whichever server they tell it, and none of another log', async () => {
        const clock = aClock();
        const [one, other] = [aProcess(database, clock), aProcess(database, clock)];
        await one.renew('a', 6);
        await other.renew('a', 5);
        await other.verifiers.settled();
        expect((await other.verifierStore.list(database))[0].appliedSeq).to.equal(6);
        await other.renew('a', 7);
        await other.verifiers.settled();
        expect((await one.verifiers.connected())[0].applied).to.equal(7);
        one.tail.logId = 'def';
        expect((await one.verifiers.connected())[0].applied).to.equal(null);
        // Further than the log goes nobody has got.
        await one.renew('liar', 8);
        expect((await one.verifiers.connected()).find(({ name }) => name === 'liar').applied).to.equal(null);
    });
    it('renew although nothing can be written, and then nobody says that it is known', async () => {
        const { verifiers, enforcement, renew } = aProcess({
            ...database,
            write: () => Promise.reject(new Error('read-only')),
            transaction: () => Promise.reject(new Error('read-only')),
        });
        await renew('a');
        expect(verifiers.areWritten()).to.equal(false);
        expect(await enforcement.enforced(7)).to.include({ everywhere: false, verifiers: 1 });
    });
    it('make an entry be in force everywhere: waits for those here and at other servers', async () => {
        const clock = aClock();
        const [one, other] = [aProcess(database, clock), aProcess(database, clock)];
        await Promise.all([one.renew('a', 6), other.renew('b', 6)]);
        let done = false;
        const waited = one.enforcement.enforced(7).then(result => {
            done = true;
            return result;
        });
        await one.renew('a', 7);
        expect(done).to.equal(false);
        await other.renew('b', 7);
        expect(await waited).to.include({ log: 'abc', seq: 7, verifiers: 2, applied: 2, everywhere: true });
    });
    it('that lag are named, and hold nobody up for longer than the lease of before', async () => {
        const { enforcement, renew, advance } = aProcess(database);
        await Promise.all([renew('a', 7), renew('slow', 6)]);
        const now = await enforcement.enforced(7, { patience: 0 });
        expect(now).to.include({ verifiers: 2, applied: 1, everywhere: false });
        expect(now.lagging.map(({ name }) => name)).to.deep.equal(['slow']);
        const waited = enforcement.enforced(7);
        advance(1_000);
        await renew('slow', 6);
        advance(1_200);
        // Renewed since, it has no lease that counts: it has not applied what it was answered with.
        await renew('slow', 6);
        expect(await waited).to.include({ verifiers: 2, applied: 1, everywhere: true });
    });
    it('leave a receipt on the entry: when all had applied it', async () => {
        await writeEntries(database, [anEntry(8, { subject: 's8' }), anEntry(9, { subject: 's9' })]);
        const { renew, advance, tail, clock, verifiers, enforcement } = aProcess(database);
        await Promise.all([renew('a'), renew('b')]);
        tail.position = 8;
        advance(200);
        await renew('a', 8);
        advance(300);
        await renew('b', 8);
        await verifiers.settled();
        const at = clock.now();
        const receipts = () => database.read('SELECT seq, enforced_at AS at, enforced_verifiers AS verifiers FROM revocation WHERE seq > 7 ORDER BY seq');
        await enforcement.settled();
        expect(await receipts()).to.deep.equal([
            { seq: 8, at, verifiers: 2 },
            { seq: 9, at: null, verifiers: null },
        ]);
    });
    it('are forgotten when they were not seen for long', async () => {
        const { renew, verifierStore, clock } = aProcess(database);
        await renew('a');
        expect(await verifierStore.forget(database, clock.now() + 2_000, 10)).to.equal(0);
        expect(await verifierStore.forget(database, clock.now() + 4_000, 10)).to.equal(1);
        expect(await verifierStore.list(database)).to.deep.equal([]);
    });
});
//# sourceMappingURL=verifiers.test.js.map