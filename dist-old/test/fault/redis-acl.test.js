// Redis lets us in or not, and lets us do what we need or not: what is wrong is said, in /readyz and in one line of the log.
import { expect } from 'chai';
import { readRedisCluster, readRedisUrl } from '../../config/addresses.js';
import { redisAcl } from '../../server/storage/redis-acl.js';
import { aClient } from '../support/client.js';
import { onRedis, sqlite } from '../support/engines.js';
import { waitFor } from '../support/mariadb.js';
import { aRedis, aRedisCluster } from '../support/redis.js';
import { aServer, password, testSettings } from '../support/server.js';
const admin = { username: 'admin', password };
async function aServerAt(redis) {
    if (typeof redis === 'string')
        throw new Error(redis);
    const server = await aServer({ settings: { ...testSettings(await sqlite.fresh()), redis } });
    const client = aClient(server);
    const ready = async () => (await client.get('/readyz')).body;
    return { server, client, ready };
}
const urlFor = ({ port }, credentials) => readRedisUrl(`redis://${credentials}127.0.0.1:${port}`);
async function allow(redis, rules, user = 'darvoza') {
    await redis.command('ACL', 'SETUSER', user, 'reset', 'on', '>a password', ...rules);
}
const rules = redisAcl.split(' ');
const credentials = 'darvoza:a%20password@';
/** Whatever libraries write to the console while it runs. */
async function saidOnConsole(run) {
    const said = [];
    const { warn, error } = console;
    console.warn = console.error = (...words) => said.push(...words);
    try {
        await run();
    }
    finally {
        Object.assign(console, { warn, error });
    }
    return said;
}
onRedis('a Redis that does not let us', () => {
    const doors = [
        ['a wrong password', 'right', ':wrong@', 'WRONGPASS'],
        ['a user that is not there', null, 'nobody:wrong@', 'WRONGPASS'],
        ['no password where one is asked for', 'right', '', 'NOAUTH'],
    ];
    for (const [what, secret, given, code] of doors) {
        it(`in, for ${what}, is called by its name, once, and nothing is printed beside the log`, async () => {
            const redis = await aRedis();
            if (secret !== null)
                await redis.command('CONFIG', 'SET', 'requirepass', secret);
            const said = await saidOnConsole(async () => {
                const { server, client, ready } = await aServerAt(urlFor(redis, given));
                const { status, redis: state, redis_reason } = await ready();
                expect([status, state]).to.deep.equal(['ok', 'degraded']);
                expect(redis_reason).to.match(new RegExp(`^${code}: Redis (refuses|asks)`));
                await client.signIn(admin);
                await waitFor(async () => expect((await ready()).redis_reason).to.match(new RegExp(`^${code}`)));
                const lines = server.logged.filter(line => line.includes('Redis is degraded'));
                expect(lines).to.have.length(1);
                expect(lines[0]).to.include(`"failure":"${code}"`);
                expect(server.logged.join()).to.not.include('wrong@').and.not.include('"wrong"');
            });
            expect(said).to.deep.equal([]);
        });
    }
    it('and a password that it does not ask for is told in the log, and no harm', async () => {
        const redis = await aRedis();
        const said = await saidOnConsole(async () => {
            const { server, ready } = await aServerAt(urlFor(redis, ':needless@'));
            expect(await ready()).to.deep.equal({ status: 'ok', database: 'ok', redis: 'ok' });
            expect(server.logged.filter(line => line.includes('wants no password')).length).to.be.above(0);
        });
        expect(said).to.deep.equal([]);
    });
    const lacks = {
        'count guesses': { without: ['+@scripting'], reason: /^NOPERM: .* count guesses$/ },
        'read the copy of the log': {
            without: ['+@read'],
            reason: /^NOPERM: .* (keep a copy of the revocation log|count guesses)$/,
        },
        'write the copy of the log': {
            without: ['+@write'],
            reason: /^NOPERM: .* (keep a copy of the revocation log|count guesses)$/,
        },
        'touch our keys': {
            without: ['~{darvoza*'],
            reason: /^NOPERM: .* (keep a copy of the revocation log|count guesses)$/,
        },
        'use our channels': { without: ['&darvoza:log*'], reason: /^NOPERM: .* (tell|listen to) the other servers$/ },
        'publish and subscribe': { without: ['+@pubsub'], reason: /^NOPERM: .* (tell|listen to) the other servers$/ },
    };
    it('do one thing that we need is degraded, says which, and is ok once it lets us', async () => {
        const redis = await aRedis();
        const said = await saidOnConsole(async () => {
            // At once: most of it is waiting until it is tried again.
            await Promise.all(Object.entries(lacks).map(async ([what, { without, reason }], at) => {
                const user = `user${at}`;
                await allow(redis, rules, user);
                const { server, client, ready } = await aServerAt(urlFor(redis, `${user}:a%20password@`));
                expect(await ready(), what).to.deep.equal({ status: 'ok', database: 'ok', redis: 'ok' });
                await allow(redis, rules.filter(rule => !without.includes(rule)), user);
                await waitFor(async () => expect((await ready()).redis_reason, what).to.match(reason), 15_000);
                await client.signIn(admin);
                await allow(redis, rules, user);
                await waitFor(async () => expect((await ready()).redis, what).to.equal('ok'), 15_000);
                expect(server.logged.filter(line => /CLOSED/.test(line))).to.deep.equal([]);
            }));
        });
        expect(said).to.deep.equal([]);
    }).timeout(60_000);
});
onRedis('an ACL user with the rules of README', () => {
    async function mayDoAll(nodes, setting) {
        for (const node of nodes)
            await allow(node, rules);
        const { server, client, ready } = await aServerAt(setting);
        await waitFor(async () => expect(await ready()).to.deep.equal({ status: 'ok', database: 'ok', redis: 'ok' }), 10_000);
        const amy = await server.aUser();
        expect((await client.post('/api/token/', { ...amy, password: 'wrong' })).status).to.equal(401);
        await server.composed.parts.people.users.disable(amy.id, 'system');
        await waitFor(async () => {
            const keys = (await Promise.all(nodes.map(node => node.command('KEYS', '*')))).flat();
            expect(keys.filter(key => key.endsWith(':log'))).to.have.length(1);
            expect(keys.filter(key => key.startsWith('{darvoza}:guess:')).length).to.be.above(0);
        });
        // The copy is looked after at every fifth beat; this is the last that is asked then.
        await waitFor(async () => {
            const asked = await Promise.all(nodes.map(node => node.command('INFO', 'commandstats')));
            expect(asked.join()).to.include('cmdstat_zremrangebyscore');
        }, 15_000);
        expect(await ready()).to.deep.equal({ status: 'ok', database: 'ok', redis: 'ok' });
        for (const node of nodes)
            expect(await node.command('ACL', 'LOG')).to.deep.equal([]);
    }
    it('is refused nothing that a server asks', async () => {
        const redis = await aRedis();
        await mayDoAll([redis], urlFor(redis, credentials));
    }).timeout(30_000);
    it('is refused nothing in a cluster', async () => {
        const cluster = await aRedisCluster();
        await mayDoAll(cluster.nodes, readRedisCluster(`redis://${credentials}${cluster.setting}`));
    }).timeout(60_000);
    it('may not look at what is not ours, nor empty the database', async () => {
        const redis = await aRedis();
        await allow(redis, rules);
        const connection = await redis.connect();
        await connection.auth('darvoza', 'a password');
        for (const [name, ...args] of [
            ['GET', 'other'],
            ['FLUSHALL'],
            ['KEYS', '*'],
            ['PUBLISH', 'other', 'x'],
            ['CONFIG', 'GET', '*'],
        ]) {
            const refused = await connection.call(name, ...args).catch((error) => error.message);
            expect(refused, name).to.match(/NOPERM/);
        }
    });
});
//# sourceMappingURL=redis-acl.test.js.map