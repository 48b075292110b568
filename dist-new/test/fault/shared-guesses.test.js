// Guesses counted in Redis: together while it is there, by each server alone while it is not, and nobody waits for it.
import { expect } from 'chai';
import { Cluster } from 'ioredis';
import { aClient } from '../support/client.js';
import { onRedis } from '../support/engines.js';
import { freePort, waitFor } from '../support/mariadb.js';
import { aRedis } from '../support/redis.js';
import { aServer, sharedHashing } from '../support/server.js';
const path = '/api/token/';
const wrong = 'a wrong guess';
const limit = 5;
/** A server that counts at this Redis, and how many passwords were compared there. */
async function aCountingServer(redis, beforeHash = async () => { }) {
    const counter = { hashed: 0 };
    const shared = sharedHashing();
    const server = await aServer({
        policy: { sign_in_guesses_per_hour: limit },
        ports: {
            redis,
            hashingWork: {
                hash: shared.hash,
                async matches(...guess) {
                    counter.hashed++;
                    await beforeHash();
                    return shared.matches(...guess);
                },
            },
        },
    });
    return { server, counter, client: aClient(server) };
}
async function statusesOf(server, count, user) {
    const statuses = [];
    for (let index = 0; index < count; index++)
        statuses.push((await aClient(server).post(path, user)).status);
    return statuses;
}
const tested = Array(limit).fill(401);
const told = (server, text) => server.logged.filter(line => line.includes(text)).length;
onRedis('guesses counted by several servers', () => {
    it('a hundred at once at two of them never get more than the limit into a hash', async () => {
        const redis = await aRedis();
        const [one, other] = [await aCountingServer(await redis.connect()), await aCountingServer(await redis.connect())];
        const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? one : other).client.post(path, { username: 'nobody', password: wrong })));
        expect(one.counter.hashed + other.counter.hashed).to.equal(limit);
        expect(answers.filter(answer => answer.status === 401)).to.have.length(limit);
        expect(answers.filter(answer => answer.status === 429)).to.have.length(100 - limit);
        expect([told(one.server, 'Redis'), told(other.server, 'Redis')]).to.deep.equal([0, 0]);
    });
    it('right ones are given back, and nothing is left of them', async () => {
        const redis = await aRedis();
        const connection = await redis.connect();
        const { server } = await aCountingServer(connection);
        const amy = await server.aUser();
        expect(await statusesOf(server, 3 * limit, amy)).to.deep.equal(Array(3 * limit).fill(200));
        await waitFor(async () => expect(await connection.keys('*')).to.deep.equal([]));
        const guess = { ...amy, password: wrong };
        expect(await statusesOf(server, limit + 1, guess)).to.deep.equal([...tested, 429]);
    });
    it('no key names a user or an address, and each goes with its window', async () => {
        const redis = await aRedis();
        const connection = await redis.connect();
        const { server } = await aCountingServer(connection);
        const amy = await server.aUser({ username: 'amelia' });
        server.clock.advance('17m');
        await statusesOf(server, 2, { ...amy, password: wrong });
        const keys = await connection.keys('*');
        expect(keys).to.have.length(3);
        for (const key of keys) {
            expect(key).to.match(/^\{darvoza\}:guess:\d+:[\w-]{22}$/);
            expect(await connection.get(key)).to.equal('2');
            expect(await connection.pttl(key)).to.be.within(42 * 60_000, 43 * 60_000);
        }
        server.clock.advance('43m');
        expect(await statusesOf(server, limit + 1, { ...amy, password: wrong })).to.deep.equal([...tested, 429]);
    });
    it('what Redis forgot is never counted below nothing', async () => {
        const redis = await aRedis();
        const connection = await redis.connect();
        let forget = async () => { };
        const { server, client } = await aCountingServer(connection, () => forget());
        const amy = await server.aUser();
        forget = async () => void (await connection.flushall());
        await Promise.all(Array.from({ length: 3 }, () => client.post(path, amy)));
        forget = async () => { };
        expect(await statusesOf(server, limit + 1, { ...amy, password: wrong })).to.deep.equal([...tested, 429]);
    });
    it('in a cluster lie in one slot', async () => {
        const redis = await aRedis(...['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())], ...['--cluster-announce-ip', '127.0.0.1']);
        const node = await redis.connect();
        await node.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
        await waitFor(async () => expect(await node.call('CLUSTER', 'INFO')).to.include('cluster_state:ok'));
        const cluster = new Cluster([{ host: '127.0.0.1', port: redis.port }], { redisOptions: { commandTimeout: 300 } });
        try {
            const { server } = await aCountingServer(cluster);
            expect(await statusesOf(server, limit + 1, { username: 'nobody', password: wrong })).to.deep.equal([
                ...tested,
                429,
            ]);
            expect(told(server, 'Redis')).to.equal(0);
        }
        finally {
            cluster.disconnect();
        }
    });
    const faults = {
        hangs: { begin: redis => redis.hang(), end: redis => redis.goOn() },
        'is killed': { begin: redis => redis.kill(), end: redis => redis.restart() },
        'is full': {
            begin: (_, node) => node.config('SET', 'maxmemory', '1'),
            end: (_, node) => node.config('SET', 'maxmemory', '0'),
        },
    };
    for (const [what, { begin, end }] of Object.entries(faults)) {
        it(`while it ${what}, sign-ins are neither refused nor kept waiting, and the limit holds in each server`, async () => {
            const redis = await aRedis();
            const connection = await redis.connect();
            const { server } = await aCountingServer(connection);
            const amy = await server.aUser();
            const ben = await server.aUser();
            await statusesOf(server, 2, { ...ben, password: wrong });
            await begin(redis, connection);
            const startedAt = performance.now();
            expect(await statusesOf(server, 20, amy)).to.deep.equal(Array(20).fill(200));
            const ms = Math.round(performance.now() - startedAt);
            // Each of them would wait for the time-out of a command, 300 ms, if they asked it.
            expect(ms).to.be.lessThan(3_000);
            expect(await statusesOf(server, limit + 1, { ...amy, password: wrong })).to.deep.equal([...tested, 429]);
            expect(told(server, 'Redis does not count guesses')).to.equal(1);
            await end(redis, connection);
            await waitFor(async () => {
                await statusesOf(server, 1, { username: 'nobody', password: wrong });
                expect(told(server, 'Redis counts guesses again')).to.equal(1);
            });
            expect((await statusesOf(server, limit + 1, { ...ben, password: wrong })).at(-1)).to.equal(429);
            expect((await connection.keys('{darvoza}:guess:*')).length).to.be.above(0);
            expect(server.logged.filter(line => line.includes(amy.username))).to.deep.equal([]);
            console.log(`      20 sign-ins while Redis ${what}: ${ms} ms`);
        }).timeout(30_000);
    }
    it('that never was there refuses nobody', async () => {
        const redis = await aRedis();
        const connection = await redis.connect();
        await redis.kill();
        const { server } = await aCountingServer(connection);
        expect(await statusesOf(server, 3, await server.aUser())).to.deep.equal([200, 200, 200]);
    });
});
//# sourceMappingURL=shared-guesses.test.js.map