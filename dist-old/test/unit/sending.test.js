// Whose turn it is to be sent logout tokens, where many wait for theirs.
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { createSending } from '../../server/identity/deliveries/sending.js';
import { aClock } from '../support/clock.js';
/** Each application that is due has one row, for as long as it is due. */
function aHouse(due, attempt) {
    const clock = aClock();
    const deliveryStore = {
        dueApplications: async () => due,
        take: async (_, id) => (due.includes(id) ? [{ id, since: clock.now(), attempts: 1 }] : []),
        settle: async () => { },
        giveUp: async () => 0,
    };
    const sending = createSending({
        ...{ database: {}, deliveryStore, random: randomBytes, count: () => { } },
        ...{ now: clock.now, monotonic: clock.now, log: { info: () => { }, warn: () => { } } },
        applications: {
            areAnyToldOfEnds: () => true,
            meet: async (id) => ({ id }),
        },
        attempts: { attempt: ({ id }) => attempt(id) },
        afterwards: work => void work(),
    });
    return { clock, sending };
}
describe('sending', () => {
    it('has places left for others, however many that could not be reached have waited longer', async () => {
        const down = Array.from({ length: 40 }, (_, number) => `down-${number}`);
        let isSilent = false;
        const due = [...down];
        const tried = [];
        const { clock, sending } = aHouse(due, async (id) => {
            tried.push(id);
            if (id === 'shop')
                due.pop();
            else if (isSilent)
                await new Promise(() => { });
            return id === 'shop' ? { failure: null, status: 200 } : { failure: 'TIMEOUT', status: null };
        });
        const run = async () => {
            await sending.run();
            for (let turns = 0; turns < 10; turns++)
                await setImmediate();
        };
        for (let times = 0; times < 3; times++)
            await run();
        expect(tried.toSorted()).to.deep.equal(down.toSorted());
        clock.advance('1m');
        isSilent = true;
        due.push('shop');
        tried.length = 0;
        await run();
        expect(tried).to.include('shop').and.to.have.length(13);
    });
});
//# sourceMappingURL=sending.test.js.map