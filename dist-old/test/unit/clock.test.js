import { expect } from 'chai';
import { createClock } from '../../server/storage/clock.js';
const hour = 3_600_000;
const start = 1_800_000_000_000;
/** A machine, and a database whose clock is two hours ahead of it. It is asked every second unless a test does it. */
function aMachine({ seen = 0 } = {}) {
    const machine = { monotonic: 0, uptime: 50_000, wall: start, database: start + 2 * hour };
    const told = [];
    const clock = createClock({
        monotonic: () => machine.monotonic,
        wall: () => machine.wall,
        uptime: () => machine.uptime,
        log: { warn: (_, message) => void told.push(message) },
    });
    const observe = () => clock.observe(machine.database, machine.monotonic, machine.monotonic, seen);
    const move = (ms, names = ['monotonic', 'uptime', 'wall', 'database']) => {
        for (const name of names)
            machine[name] += ms;
    };
    const pass = (ms) => {
        for (let left = ms; left > 0; left -= 1_000) {
            move(Math.min(left, 1_000));
            observe();
        }
    };
    return { machine, clock, told, observe, move, pass };
}
describe('the clock', () => {
    it("is the wall's until the database has told its time, and the database's from then on", () => {
        const { clock, machine, observe, pass } = aMachine();
        expect(clock.now()).to.equal(start);
        observe();
        for (const step of [-hour, 2 * hour, 5_000]) {
            machine.wall += step;
            pass(1_000);
        }
        expect([clock.now(), clock.trouble()]).to.deep.equal([start + 2 * hour + 3_000, null]);
    });
    it('takes a slow answer for what it is worth: nothing, while it contradicts nothing', () => {
        const { clock, machine, observe, move } = aMachine();
        observe();
        move(4_000);
        // Told at once, and heard four seconds later: this process was stopped.
        clock.observe(machine.database - 4_000, 0, 4_000);
        expect(clock.now()).to.equal(start + 2 * hour + 4_000);
    });
    it('doubts a jump ahead for five minutes, goes on from where it was, and then believes it', () => {
        const { clock, machine, told, observe, pass } = aMachine();
        observe();
        machine.database += 3 * hour;
        pass(1_000);
        expect(clock.now()).to.equal(start + 2 * hour + 1_000);
        expect(clock.latest()).to.equal(machine.database);
        expect(clock.trouble()).to.deep.include({ kind: 'ahead', seconds: 10_800 });
        pass(298_000);
        expect([clock.now(), clock.latest()]).to.deep.equal([start + 2 * hour + 299_000, machine.database]);
        pass(2_000);
        expect([clock.now(), clock.latest(), clock.trouble()]).to.deep.equal([machine.database, machine.database, null]);
        expect(told).to.have.length(2);
    });
    it('never knew of a jump ahead that was taken back meanwhile', () => {
        const { clock, machine, observe, pass } = aMachine();
        observe();
        machine.database += hour;
        pass(100_000);
        machine.database -= hour;
        pass(1_000);
        expect([clock.now(), clock.latest(), clock.trouble()]).to.deep.equal([machine.database, machine.database, null]);
        // Another one is doubted for as long as the first.
        machine.database += hour;
        pass(299_000);
        expect(clock.now()).to.equal(machine.database - hour);
    });
    it('never goes back: behind by 30 seconds or an hour it goes on, then slower, until the other has caught up', () => {
        for (const step of [30_000, hour]) {
            const { clock, machine, observe, pass } = aMachine();
            observe();
            machine.database -= step;
            let before = clock.now();
            pass(299_000);
            expect(clock.now()).to.equal(before + 299_000);
            expect(clock.trouble()).to.deep.include({ kind: 'behind', seconds: step / 1000 });
            for (let minute = 0; minute < 125; minute++) {
                before = clock.now();
                pass(60_000);
                expect(clock.now()).to.be.at.least(before + 29_000);
                expect(clock.now()).to.be.at.least(machine.database);
            }
            expect([clock.now(), clock.trouble()]).to.deep.equal([machine.database, null]);
        }
    });
    it('back again after a jump that was believed goes on from there', () => {
        const { clock, machine, observe, pass } = aMachine();
        observe();
        machine.database += 3 * hour;
        pass(302_000);
        const before = clock.now();
        machine.database -= 3 * hour;
        pass(10_000);
        expect(clock.now()).to.equal(before + 10_000);
        // A second step back is noticed beside the first.
        pass(400_000);
        machine.database -= hour;
        pass(1_000);
        expect(clock.trouble().kind).to.equal('behind');
        expect(clock.now()).to.be.above(before + 10_000);
    });
    it('follows small differences at once, and never backwards', () => {
        const { clock, machine, observe, pass } = aMachine();
        observe();
        machine.database += 4_000;
        pass(1_000);
        expect(clock.now()).to.equal(machine.database);
        machine.database -= 3_000;
        const before = clock.now();
        pass(1_000);
        expect(clock.now()).to.be.within(before, before + 1_000);
        pass(6_000);
        expect([clock.now(), clock.trouble()]).to.deep.equal([machine.database, null]);
    });
    it('knows that the machine was suspended: nobody has set anything', () => {
        const { clock, machine, observe, move, pass } = aMachine();
        observe();
        move(8 * hour, ['uptime', 'wall', 'database']);
        pass(1_000);
        expect([clock.now(), clock.trouble()]).to.deep.equal([machine.database, null]);
        expect(clock.elapsed()).to.equal(8 * hour + 1_000);
    });
    it('knows that the process was stopped', () => {
        const { clock, machine, observe, move, pass } = aMachine();
        observe();
        move(8 * hour);
        pass(1_000);
        expect([clock.now(), clock.trouble()]).to.deep.equal([machine.database, null]);
    });
    it('begins no earlier than a server is known to have been, unless that was more than a day ahead', () => {
        const { clock, machine, told, observe, pass } = aMachine({ seen: start + 3 * hour });
        observe();
        expect(clock.now()).to.equal(start + 3 * hour);
        expect([clock.trouble().kind, told]).to.deep.equal([
            'behind',
            ['the clock went back since a server was last here'],
        ]);
        pass(2 * hour + 10_000);
        expect([clock.now(), clock.trouble()]).to.deep.equal([machine.database, null]);
        const other = aMachine({ seen: start + 27 * hour });
        other.observe();
        expect(other.clock.now()).to.equal(other.machine.database);
    });
});
//# sourceMappingURL=clock.test.js.map