import { expect } from 'chai';
import { createAdmissionLimiter } from '../../server/http/middleware/admission-limiter.js';
const turn = () => new Promise(resolve => setImmediate(resolve));
describe('the admission limiter', () => {
    it('lets a crowd in a few at a time and in order, and keeps nobody else waiting', async () => {
        const limiter = createAdmissionLimiter();
        const served = [];
        // Other requests do not pass through it at all.
        const request = async (path, name) => {
            const serve = async () => void served.push(name);
            await (path === '/crowd' ? limiter({}, serve) : serve());
        };
        const crowd = Array.from({ length: 10 }, (_, index) => request('/crowd', index));
        await request('/other', 'another');
        expect(served).to.deep.equal(['another']);
        const seen = [];
        while (served.length < 11) {
            await turn();
            seen.push(served.length);
            await request('/other', 'another');
            served.splice(served.lastIndexOf('another'), 1);
        }
        await Promise.all(crowd);
        expect(served.slice(1)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(seen).to.deep.equal([5, 9, 11]);
        // Nothing is stuck after it was empty.
        await request('/crowd', 'late');
        expect(served.at(-1)).to.equal('late');
    });
    it('goes on after a request that fails', async () => {
        const limiter = createAdmissionLimiter();
        const fail = async () => {
            throw new Error('failed');
        };
        const failed = await Promise.resolve(limiter({}, fail)).then(() => 'served', () => 'failed');
        expect(failed).to.equal('failed');
        let served = false;
        await limiter({}, async () => {
            served = true;
        });
        expect(served).to.equal(true);
    });
});
//# sourceMappingURL=admission-limiter.test.js.map