import { expect } from 'chai';
import { createSlots } from '../../server/identity/sign-in/slots.js';
/** Work that ends when it is told to. */
function aJob() {
    let end = () => { };
    const ended = new Promise(resolve => {
        end = resolve;
    });
    return { work: () => ended, end: () => end() };
}
const turns = () => new Promise(resolve => setImmediate(resolve));
describe('slots', () => {
    const slots = (count, typical, chance = 0) => createSlots({ count, typical: () => typical, chance: () => chance });
    const outcome = (work) => work.then(() => 'done', (error) => [error.code, error.details.retryAfter]);
    it('let so many work at a time, in the order of arrival, and go on after one that fails', async () => {
        const two = slots(2, 0);
        const jobs = Array.from({ length: 5 }, aJob);
        const begun = [];
        const outcomes = jobs.map(({ work }, index) => outcome(two.run(null, async () => {
            begun.push(index);
            await work();
            if (index === 0)
                throw Object.assign(new Error('failed'), { code: 'failed', details: {} });
        })));
        await turns();
        expect(begun).to.deep.equal([0, 1]);
        for (const expected of [
            [0, 1, 2],
            [0, 1, 2, 3],
            [0, 1, 2, 3, 4],
        ]) {
            jobs[begun.length - 2].end();
            await turns();
            expect(begun).to.deep.equal(expected);
        }
        for (const { end } of jobs)
            end();
        expect(await Promise.all(outcomes)).to.deep.equal([['failed', undefined], 'done', 'done', 'done', 'done']);
    });
    it('refuse at once whoever would wait too long by what the work takes of late', async () => {
        const one = slots(1, 500);
        const jobs = Array.from({ length: 8 }, aJob);
        const outcomes = jobs.map(({ work }) => outcome(one.run(null, work)));
        // One at work and four that wait two seconds at most.
        expect(await Promise.all(outcomes.slice(5))).to.deep.equal(Array(3).fill(['overloaded', 2]));
        for (const { end } of jobs)
            end();
        expect(await Promise.all(outcomes.slice(0, 5))).to.deep.equal(Array(5).fill('done'));
    });
    it('let two of one person wait, with room left for everybody else', async () => {
        const one = slots(1, 1);
        const jobs = Array.from({ length: 8 }, aJob);
        const users = [7, 7, 7, 7, 8, null, null, null];
        const outcomes = jobs.map(({ work }, index) => outcome(one.run(users[index], work)));
        expect(await outcomes[3]).to.deep.equal(['overloaded', 2]);
        for (const { end } of jobs)
            end();
        expect((await Promise.all(outcomes)).filter(one => one === 'done')).to.have.length(7);
    });
    it('that are free refuse nobody, however long the work takes', async () => {
        const one = slots(1, 60_000);
        expect(await outcome(one.run(null, async () => { }))).to.equal('done');
        expect(await outcome(one.run(null, async () => { }))).to.equal('done');
    });
    it('refuse whoever has waited too long, and tell each another time to come back', async () => {
        const held = aJob();
        const [soon, late] = [slots(1, 0, 0), slots(1, 0, 0.99)];
        const holding = [soon, late].map(one => outcome(one.run(null, held.work)));
        const begun = performance.now();
        const refused = await Promise.all([soon, late].map(one => outcome(one.run(null, async () => { }))));
        expect(performance.now() - begun).to.be.within(1_900, 10_000);
        expect(refused).to.deep.equal([
            ['overloaded', 2],
            ['overloaded', 5],
        ]);
        held.end();
        await Promise.all(holding);
        // Nobody is left in the queue.
        expect(await outcome(soon.run(null, async () => { }))).to.equal('done');
    });
});
//# sourceMappingURL=slots.test.js.map