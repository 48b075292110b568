// Two servers on one database and one Redis: what one ends the other refuses within milliseconds, and within a second
// whatever becomes of Redis; no request ever fails because of it.
import { expect } from 'chai';
import { quantiles, trials } from '../support/bursts.js';
import { aClient, claimsOf } from '../support/client.js';
import { lastLetIn } from '../support/enforcement.js';
import { onMariaDb, onRedis } from '../support/engines.js';
import { waitFor } from '../support/mariadb.js';
import { aServerProcess } from '../support/processes.js';
import { aRedis, aRedisCluster } from '../support/redis.js';
import { aRelay } from '../support/relay.js';
import { password } from '../support/server.js';
const admin = { username: 'admin', password };
async function twoServers(engine, settings) {
    const database = await engine.migrated();
    const servers = [await aServerProcess(database, {}, settings), await aServerProcess(database, {}, settings)];
    return { servers, here: aClient(servers[0]), there: aClient(servers[1]) };
}
/** Ends a session at one server. @returns ms after which the other still let its token in */
async function endAndSee({ here, there }) {
    const [own, other] = [await here.signIn(admin), await here.signIn(admin)];
    expect((await there.verify(other.access)).status, 'before its end').to.equal(200);
    const { sid } = claimsOf(other.access);
    expect((await here.delete(`/api/me/sessions/${sid}/`, own.access)).status).to.be.oneOf([200, 204]);
    return lastLetIn(there, other.access);
}
/** Ordinary requests at both servers until it is stopped. @returns what did not succeed */
function bystander({ here, there }, pair) {
    let going = true;
    const failed = [];
    let present = pair;
    const run = (async () => {
        for (let turn = 0; going; turn++) {
            const client = turn % 2 === 0 ? here : there;
            const refreshed = await client.refresh(present.refresh);
            if (refreshed.status === 200)
                present = refreshed.body;
            const answers = [refreshed, await there.verify(present.access), await here.get('/api/me/', present.access)];
            for (const answer of answers)
                if (answer.status >= 400)
                    failed.push(`${answer.status} ${answer.text}`);
            await new Promise(resolve => setTimeout(resolve, 20));
        }
    })();
    return {
        async stop() {
            going = false;
            await run;
            return failed;
        },
    };
}
async function redisOf(client) {
    const answer = await client.get('/readyz');
    expect(answer.status).to.equal(200);
    return answer.body.redis;
}
async function bothSay(two, status) {
    await waitFor(async () => {
        expect([await redisOf(two.here), await redisOf(two.there)]).to.deep.equal([status, status]);
    }, 15_000);
}
/** The newest number in the copy, and how many it has. */
async function copyIn(redis) {
    const [key] = (await redis.command('KEYS', '{darvoza:*}:log'));
    if (!key)
        return { count: 0, highest: 0 };
    const [, score] = (await redis.command('ZREVRANGE', key, 0, 0, 'WITHSCORES'));
    return { count: Number(await redis.command('ZCARD', key)), highest: Number(score) };
}
onMariaDb('two servers with Redis', engine => onRedis('between them', () => {
    it('P1: what one ends, the other refuses within 150 ms', async () => {
        const redis = await aRedis();
        const two = await twoServers(engine, { REDIS_URL: redis.url });
        await bothSay(two, 'ok');
        const times = [];
        for (let trial = 0; trial < trials(60); trial++)
            times.push(await endAndSee(two));
        const [p50, p99] = quantiles(times, 0.5, 0.99);
        console.log(`      P1: what ends at one server, the other last let in p50/p99 ${p50}/${p99} ms later, with Redis (${times.length} ends)`);
        expect(p99).to.be.at.most(150);
        expect(two.servers.flatMap(server => server.complaints)).to.deep.equal([]);
    }).timeout(60_000 + trials(60) * 500);
    it('they start without Redis, say that it is degraded, and find it once it is there', async () => {
        const redis = await aRedis();
        await redis.kill();
        const startedAt = performance.now();
        const two = await twoServers(engine, { REDIS_URL: redis.url });
        expect(performance.now() - startedAt).to.be.below(15_000);
        await bothSay(two, 'degraded');
        expect(await endAndSee(two)).to.be.below(1_000);
        await redis.restart();
        await bothSay(two, 'ok');
        expect(await endAndSee(two)).to.be.below(1_000);
        await waitFor(async () => expect((await copyIn(redis)).count).to.equal(2), 10_000);
    }).timeout(60_000);
    it('they start while Redis hangs, and find it once it goes on', async () => {
        const redis = await aRedis();
        redis.hang();
        const two = await twoServers(engine, { REDIS_URL: redis.url });
        await bothSay(two, 'degraded');
        expect(await endAndSee(two)).to.be.below(1_000);
        redis.goOn();
        await bothSay(two, 'ok');
        expect(await endAndSee(two)).to.be.below(1_000);
    }).timeout(60_000);
    it('a connection to Redis that died without a word is given up, and made anew', async () => {
        const redis = await aRedis();
        const relay = await aRelay(redis.port);
        try {
            const two = await twoServers(engine, { REDIS_URL: `redis://127.0.0.1:${relay.port}` });
            await bothSay(two, 'ok');
            const watch = bystander(two, await two.there.signIn(admin));
            relay.freeze();
            const frozenAt = performance.now();
            expect(await endAndSee(two)).to.be.below(1_000);
            await bothSay(two, 'degraded');
            expect(await endAndSee(two)).to.be.below(1_000);
            await bothSay(two, 'ok');
            console.log(`      in touch again ${Math.round((performance.now() - frozenAt) / 100) / 10} s after the wire was cut`);
            expect(await endAndSee(two)).to.be.below(1_000);
            expect(await watch.stop()).to.deep.equal([]);
        }
        finally {
            relay.close();
        }
    }).timeout(60_000);
    const faults = [
        { what: 'killed', status: 'degraded', strike: redis => redis.kill(), mend: redis => redis.restart() },
        { what: 'hung', status: 'degraded', strike: redis => redis.hang(), mend: redis => redis.goOn() },
        {
            what: 'full',
            status: 'degraded',
            strike: async (redis) => void (await redis.command('CONFIG', 'SET', 'maxmemory', '1')),
            mend: async (redis) => void (await redis.command('CONFIG', 'SET', 'maxmemory', '0')),
        },
        { what: 'flushed', status: 'ok', strike: async (redis) => void (await redis.command('FLUSHALL')), mend: () => { } },
        { what: 'restored old', status: 'ok', strike: redis => redis.restore(), mend: () => { } },
    ];
    it('Redis killed, hung, full, flushed or restored old: an end is enforced within a second, no request fails, and it is put right', async () => {
        // Each on a stage of its own, all at once: most of it is waiting.
        const stages = await Promise.all(faults.map(async (fault) => {
            const redis = await aRedis();
            const two = await twoServers(engine, { REDIS_URL: redis.url });
            await bothSay(two, 'ok');
            return { ...fault, redis, two };
        }));
        await Promise.all(stages.map(suffer));
    }).timeout(120_000);
    async function suffer({ what, status, strike, mend, redis, two }) {
        await endAndSee(two);
        await redis.dump();
        await endAndSee(two);
        const watch = bystander(two, await two.there.signIn(admin));
        await strike(redis);
        const times = [];
        for (let end = 0; end < 8; end++)
            times.push(await endAndSee(two));
        if (status === 'degraded')
            await bothSay(two, status);
        for (let end = 0; end < 4; end++)
            times.push(await endAndSee(two));
        await mend(redis);
        for (let end = 0; end < 4; end++)
            times.push(await endAndSee(two));
        await bothSay(two, 'ok');
        const { count, highest } = await waitFor(async () => {
            const copy = await copyIn(redis);
            expect(copy, what).to.deep.equal({ count: 18, highest: 18 });
            return copy;
        }, 15_000);
        times.push(await endAndSee(two));
        expect(await watch.stop(), what).to.deep.equal([]);
        const [p50, max] = quantiles(times, 0.5, 1);
        console.log(`      ${what}: last let in p50/max ${p50}/${max} ms later; ${count} entries up to ${highest} in Redis again`);
        expect(max, what).to.be.below(1_000);
    }
}));
onMariaDb('two servers with a cluster of Redis', engine => onRedis('between them', () => {
    it('serve as one, also when a node is lost', async () => {
        const cluster = await aRedisCluster();
        const two = await twoServers(engine, { REDIS_CLUSTER: cluster.setting });
        await bothSay(two, 'ok');
        const times = [];
        for (let end = 0; end < 20; end++)
            times.push(await endAndSee(two));
        const [p50, max] = quantiles(times, 0.5, 1);
        console.log(`      last let in p50/max ${p50}/${max} ms later through a cluster`);
        expect(max).to.be.below(300);
        await waitFor(async () => {
            const copies = await Promise.all(cluster.nodes.map(copyIn));
            expect(copies.map(copy => copy.count).sort()).to.deep.equal([0, 0, 20]);
        }, 10_000);
        const watch = bystander(two, await two.there.signIn(admin));
        for (const node of cluster.nodes) {
            node.hang();
            expect(await endAndSee(two)).to.be.below(1_000);
            await new Promise(resolve => setTimeout(resolve, 1_500));
            expect(await endAndSee(two)).to.be.below(1_000);
            node.goOn();
            await bothSay(two, 'ok');
            expect(await endAndSee(two)).to.be.below(1_000);
        }
        await cluster.nodes[0].kill();
        expect(await endAndSee(two)).to.be.below(1_000);
        expect(await watch.stop()).to.deep.equal([]);
    }).timeout(120_000);
}));
//# sourceMappingURL=redis.test.js.map