import { expect } from 'chai';
import { createCatchUp } from '../../server/revocation/catch-up.js';
/** A log whose reads end when the test says so. */
function aLog() {
    const reads = [];
    return {
        reads,
        readNow: () => new Promise((end, fail) => reads.push({ end, fail })),
    };
}
const breathe = () => new Promise(resolve => setImmediate(resolve));
describe('catching up with the log', () => {
    it('takes one read for all who wait, and none that began before somebody came', async () => {
        const log = aLog();
        let at = 0;
        const catchUp = createCatchUp({ tail: log, monotonic: () => at });
        const first = [catchUp(), catchUp()];
        await breathe();
        expect(log.reads).to.have.length(1);
        at = 1_000;
        let answered = false;
        const late = catchUp().then(() => {
            answered = true;
        });
        await breathe();
        expect(log.reads, 'the late one has a read of its own').to.have.length(2);
        log.reads[0].end();
        await Promise.all(first);
        await breathe();
        expect(answered).to.equal(false);
        log.reads[1].end();
        await late;
    });
    it('costs one read in a while, however many ask, and keeps nobody for long', async () => {
        let reads = 0;
        const tail = { readNow: async () => void reads++ };
        const catchUp = createCatchUp({ tail, monotonic: () => performance.now() });
        const startedAt = performance.now();
        let asked = 0;
        const ask = async () => {
            while (performance.now() - startedAt < 400) {
                await catchUp();
                asked++;
            }
        };
        await Promise.all(Array.from({ length: 50 }, ask));
        expect(asked).to.be.above(150);
        expect(reads).to.be.within(2, 10);
    });
    it('tells everybody who waits that the database is silent, and asks again for the next', async () => {
        const log = aLog();
        let at = 0;
        const catchUp = createCatchUp({ tail: log, monotonic: () => at });
        const asked = Promise.allSettled([catchUp(), catchUp()]);
        await breathe();
        log.reads[0].fail(new Error('silent'));
        expect((await asked).map(one => one.status)).to.deep.equal(['rejected', 'rejected']);
        at = 1_000;
        const again = catchUp();
        await breathe();
        log.reads[1].end();
        await again;
    });
});
//# sourceMappingURL=catch-up.test.js.map