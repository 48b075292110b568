// Somebody sets the clock of the machine, back or forth: nobody is signed out by it, and nothing that is over is accepted.
import { expect } from 'chai';
import { aClient, claimsOf } from '../support/client.js';
import { aForge, changed } from '../support/forge.js';
import { aServer, password, settle } from '../support/server.js';
import { aVisitor } from '../support/visitor.js';
const admin = { username: 'admin', password };
const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
/** The clocks of a machine, which stand until somebody turns them. */
function clocks() {
    const at = { monotonic: 0, uptime: 1_000_000, wall: Date.parse('2026-01-05T09:00:00Z') };
    return {
        ports: { monotonic: () => at.monotonic, uptime: () => at.uptime, wall: () => at.wall },
        pass(ms) {
            for (const name of ['monotonic', 'uptime', 'wall'])
                at[name] += ms;
        },
        set(ms) {
            at.wall += ms;
        },
    };
}
async function aMachine() {
    const machine = clocks();
    const ports = { now: undefined, clocks: machine.ports };
    const server = await aServer({ ports });
    /** As the server looks at the clock four times a second. */
    const pass = async (ms) => {
        machine.pass(ms);
        await settle(server.composed);
    };
    const step = async (ms) => {
        machine.set(ms);
        await settle(server.composed);
    };
    const restart = async (settings = server.settings) => {
        await server.composed.parts.house.housekeeping.beat();
        await server.close();
        return aServer({ ports, settings, policy: null });
    };
    return { machine, server, client: aClient(server), pass, step, restart };
}
async function clockOf(server) {
    const { status, body } = await aClient(server).get('/readyz');
    expect(status).to.equal(200);
    return body.clock;
}
describe('a clock that is set back', () => {
    for (const [what, ms] of [
        ['30 seconds', 30 * second],
        ['an hour', hour],
    ]) {
        it(`by ${what} signs nobody out, also over a restart`, async () => {
            const { server, client, pass, step, restart } = await aMachine();
            const pair = await client.signIn(admin);
            await pass(10 * second);
            const { body: next } = await client.refresh(pair.refresh);
            await step(-ms);
            expect(await clockOf(server)).to.equal('behind');
            expect((await client.verify(next.access)).status).to.equal(200);
            const { status, body: later } = await client.refresh(next.refresh);
            expect(status).to.equal(200);
            const fresh = await client.signIn(admin);
            const restarted = await restart();
            const again = aClient(restarted);
            for (const one of [later, fresh]) {
                expect((await again.verify(one.access)).status).to.equal(200);
                const refreshed = await again.refresh(one.refresh);
                expect(refreshed.status, refreshed.text).to.equal(200);
                expect((await again.get('/api/me/', refreshed.body.access)).status).to.equal(200);
            }
            expect(await clockOf(restarted)).to.equal('behind');
        });
    }
    it('again after a jump ahead that was believed signs nobody out', async () => {
        const { client, pass, step } = await aMachine();
        const pair = await client.signIn(admin);
        await step(3 * hour);
        await pass(6 * minute);
        const { status, body: ahead } = await client.refresh(pair.refresh);
        expect(status).to.equal(200);
        expect((await client.verify(ahead.access)).status).to.equal(200);
        await step(-3 * hour);
        expect((await client.verify(ahead.access)).status).to.equal(200);
        const again = await client.refresh(ahead.refresh);
        expect(again.status, again.text).to.equal(200);
        expect((await client.verify(again.body.access)).status).to.equal(200);
    });
    it('shows in a token of ours that is of a later time: 503, and a refresh does not ask', async () => {
        const { server, client } = await aMachine();
        const pair = await client.signIn(admin);
        const forge = aForge(server);
        const { iat, exp } = claimsOf(pair.access);
        const at = (seconds) => forge.access(changed(pair.access, { iat: iat + seconds, exp: exp + seconds }));
        for (const seconds of [30, 3_600, 86_000]) {
            for (const answer of [await client.verify(at(seconds)), await client.get('/api/me/', at(seconds))]) {
                expect([answer.status, answer.body.code]).to.deep.equal([503, 'clock_went_back']);
                expect(Number(answer.headers.get('retry-after'))).to.be.above(0);
            }
        }
        expect((await client.verify(at(4))).status).to.equal(200);
        const never = await client.verify(at(2 * 86_400));
        expect([never.status, never.body.reason]).to.deep.equal([401, 'token_not_yet_valid']);
        const refresh = claimsOf(pair.refresh);
        const later = forge.refresh(changed(pair.refresh, { iat: refresh.iat + 3_600, exp: refresh.exp + 3_600 }));
        expect((await client.refresh(later)).status).to.equal(200);
    });
});
describe('a clock that jumps ahead', () => {
    it('signs nobody out for five minutes: 503 with Retry-After, and all is well when it is put right', async () => {
        const { server, client, pass, step } = await aMachine();
        const pair = await client.signIn(admin);
        const visitor = aVisitor(server);
        await visitor.signIn(admin);
        const amy = await server.aUser();
        const { sessions } = server.composed.parts.devices;
        const doomed = await client.signIn(amy);
        await sessions.endAll(amy.id, 'system');
        await step(2 * day);
        const { body: ready } = await client.get('/readyz');
        expect(ready).to.deep.include({ status: 'ok', clock: 'ahead' });
        expect(ready.clock_reason).to.match(/jumped ahead by 172800 s/);
        const doubted = [
            await client.verify(pair.access),
            await client.verify(pair.refresh),
            await client.refresh(pair.refresh),
            await client.get('/api/me/', pair.access),
        ];
        for (const { status, body, headers } of doubted) {
            expect([status, body.code]).to.deep.equal([503, 'clock_jumped']);
            expect(Number(headers.get('retry-after'))).to.be.above(0);
        }
        expect((await visitor.send('GET', '/account/')).status).to.equal(503);
        // What needs no such judgement goes on.
        const fresh = await client.signIn(admin);
        expect((await client.verify(fresh.access)).status).to.equal(503);
        expect((await client.verify(doomed.access)).status).to.be.oneOf([401, 503]);
        await server.composed.jobs.runAll();
        const { database } = server.composed.parts.storage;
        const [{ expired } = { expired: -1 }] = await database.read("SELECT COUNT(*) AS expired FROM session WHERE ended_reason = 'expired'");
        const [{ entries } = { entries: -1 }] = await database.read('SELECT COUNT(*) AS entries FROM revocation');
        expect([expired, entries]).to.deep.equal([0, 1]);
        await pass(4 * minute);
        await step(-2 * day);
        expect(await clockOf(server)).to.equal(undefined);
        for (const one of [pair, fresh]) {
            expect((await client.verify(one.access)).status).to.equal(200);
            const refreshed = await client.refresh(one.refresh);
            expect(refreshed.status, refreshed.text).to.equal(200);
        }
        expect((await client.verify(doomed.access)).status).to.equal(401);
        expect((await visitor.send('GET', '/account/')).status).to.equal(200);
    });
    it('is believed after five minutes: then what is over is refused, and tidied away', async () => {
        const { server, client, pass, step } = await aMachine();
        const pair = await client.signIn(admin);
        await step(2 * day);
        await pass(4 * minute);
        expect((await client.verify(pair.access)).status).to.equal(503);
        await pass(61 * second);
        expect(await clockOf(server)).to.equal(undefined);
        const verified = await client.verify(pair.access);
        expect([verified.status, verified.body.reason]).to.deep.equal([401, 'token_expired']);
        expect((await client.refresh(pair.refresh)).status).to.equal(401);
        await server.composed.jobs.runAll();
        const { database } = server.composed.parts.storage;
        const [row] = await database.read("SELECT COUNT(*) AS count FROM session WHERE ended_reason = 'expired'");
        expect(row.count).to.equal(1);
        const next = await client.signIn(admin);
        expect((await client.verify(next.access)).status).to.equal(200);
    });
    it('by less than what anybody has left is not noticed, and by a minute lets a refresh go on', async () => {
        const { server, client, step } = await aMachine();
        const pair = await client.signIn(admin);
        await step(3 * second);
        expect(await clockOf(server)).to.equal(undefined);
        await step(minute);
        expect(await clockOf(server)).to.equal('ahead');
        expect((await client.verify(pair.access)).status).to.equal(200);
        const refreshed = await client.refresh(pair.refresh);
        expect(refreshed.status).to.equal(200);
        expect((await client.verify(refreshed.body.access)).status).to.equal(200);
    });
});
describe('a machine that was suspended for a night', () => {
    it('knows what is over, and doubts nothing', async () => {
        const { machine, server, client } = await aMachine();
        const pair = await client.signIn(admin);
        machine.pass(9 * hour);
        await settle(server.composed);
        expect(await clockOf(server)).to.equal(undefined);
        expect((await client.verify(pair.access)).body.reason).to.equal('token_expired');
        expect((await client.refresh(pair.refresh)).status).to.equal(200);
    });
});
//# sourceMappingURL=clock-steps.test.js.map