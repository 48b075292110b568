import { freePort, startMariaDb, waitFor } from '../../support/mariadb.js';
import { issuer } from '../../support/server.js';
import { aControl, administrator } from './control.js';
import { aNamespace } from './namespace.js';
import { startRedis } from './redis.js';
import { aRelay } from './relay.js';
import { aServer } from './server.js';
import { someVerifiers } from './verifiers.js';
import { aWallClock } from './wall-clock.js';
import { aCodeWay } from './ways.js';
/** A database that is empty, and a Redis where one is wanted; the casts of one run share them. */
export async function openStores(withRedis) {
    const mariaDb = await startMariaDb();
    const redis = withRedis ? await startRedis() : null;
    return {
        mariaDb,
        database: await mariaDb.create(),
        redis,
        async stop() {
            await Promise.all([mariaDb.stop(), redis?.stop()]);
        },
    };
}
const main = new URL('../../../server/main.js', import.meta.url).pathname;
const staleServer = new URL('./stale-server.js', import.meta.url).pathname;
export async function raise(stores, cast, { stale = false, verifiers = 0 } = {}) {
    const { mariaDb, redis } = stores;
    const program = stale && verifiers === 0 ? staleServer : main;
    const near = environment(stores);
    // The tables are there before two servers look for them.
    const control = await aControl(near);
    const [asking, own] = [await aCodeWay(control), await aCodeWay(control, { first_party: true })];
    const clock = cast === 'clock' ? aWallClock() : null;
    const namespace = cast === 'cut' ? aNamespace() : null;
    const relays = [];
    const a = aServer({ name: 'A', program, host: '127.0.0.1', port: await freePort(), env: { ...near, ...clock?.env } });
    const b = namespace === null
        ? aServer({ name: 'B', program, host: '127.0.0.1', port: await freePort(), env: near })
        : await serverWithin(namespace);
    await Promise.all([a.start(), b.start()]);
    await healthy({ servers: [a, b] });
    const resourceServers = await someVerifiers(verifiers, [a, b], control, stale);
    const world = {
        mariaDb,
        redis,
        servers: [a, b],
        verifiers: resourceServers,
        control,
        asking,
        own,
        namespace,
        clock,
        accidents: () => [a, b, ...resourceServers].flatMap(one => one.accidents),
        async close() {
            await Promise.all([...[a, b, ...resourceServers].map(one => one.kill()), control.close()]);
            for (const { line } of resourceServers)
                line.close();
            for (const relay of relays)
                relay.close();
            namespace?.remove();
        },
    };
    return world;
    async function serverWithin({ prefix, links }) {
        const toDatabase = await aRelay(links.database.outside, mariaDb.port);
        const toRedis = redis && (await aRelay(links.redis.outside, redis.port));
        relays.push(toDatabase, ...(toRedis ? [toRedis] : []));
        const env = {
            ...near,
            DATABASE_URL: databaseUrl(stores, links.database.outside, toDatabase.port),
            ...(toRedis && { REDIS_URL: `redis://${links.redis.outside}:${toRedis.port}` }),
        };
        // A port of its own network: nobody else has it.
        return aServer({ name: 'B', program, host: links.front.inside, port: 4000, env, prefix });
    }
}
/** Waits until both servers say that they are ready. */
export async function healthy({ servers }) {
    for (const { url } of servers) {
        await waitFor(async () => {
            const { status } = await fetch(`${url}/readyz`);
            if (status !== 200)
                throw new Error(`${url} answers ${status}`);
        }, 30_000);
    }
}
/** What a server is started with that reaches both stores by the loopback. */
function environment(stores) {
    const { mariaDb, redis } = stores;
    return {
        ISSUER: issuer,
        DATABASE_URL: databaseUrl(stores, '127.0.0.1', mariaDb.port),
        ...(redis && { REDIS_URL: redis.url }),
        SECRET_KEY: Buffer.from('a test secret key of 32+ bytes! 0123456789').toString('base64'),
        ADMIN_USERNAME: administrator.username,
        ADMIN_PASSWORD: administrator.password,
        LOG_LEVEL: 'warn',
    };
}
function databaseUrl({ database }, host, port) {
    if (database.engine !== 'mysql')
        throw new Error('two servers need MySQL');
    return `mysql://${database.user}:${database.password}@${host}:${port}/${database.name}`;
}
//# sourceMappingURL=world.js.map