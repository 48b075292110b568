// A private Redis: its own temporary folder and port, nothing written to disk unless it is asked to. Or a cluster of three.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis as Connection } from 'ioredis';
import { ended, freePort, waitFor } from './mariadb.js';
const programs = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];
export const redisServer = programs.find(existsSync) ?? null;
/** Commands fail instead of waiting: for a Redis that hangs, that is gone, and that was never there. */
const failFast = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 300,
    connectTimeout: 1_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
};
const running = new Set();
/** The first may be where it listens; the others are options of redis-server. */
export async function aRedis(...[first, ...rest]) {
    const folder = mkdtempSync(join(tmpdir(), 'darvoza-redis-'));
    const port = typeof first === 'object' ? first.port : await freePort();
    const more = typeof first === 'string' ? [first, ...rest] : rest;
    const dumped = join(folder, 'dump.rdb');
    const kept = join(folder, 'kept.rdb');
    const start = async () => {
        const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
        const started = spawn(redisServer, [...args, ...more], { stdio: 'ignore' });
        await waitFor(() => command(port, 'PING'));
        return started;
    };
    let child = await start();
    const kill = () => ended(child, 'SIGKILL');
    const connections = new Set();
    const redis = {
        url: `redis://127.0.0.1:${port}`,
        port,
        get pid() {
            return child.pid;
        },
        async connect() {
            const connection = new Connection({ host: '127.0.0.1', port, ...failFast, lazyConnect: true });
            connection.on('error', () => { });
            connections.add(connection);
            await connection.connect();
            return connection;
        },
        async stop() {
            running.delete(redis);
            for (const connection of connections)
                connection.disconnect();
            await kill();
            rmSync(folder, { recursive: true, force: true });
        },
        async kill() {
            await kill();
            rmSync(dumped, { force: true });
        },
        async restart() {
            child = await start();
        },
        hang: () => void child.kill('SIGSTOP'),
        goOn: () => void child.kill('SIGCONT'),
        async dump() {
            await command(port, 'SAVE');
            copyFileSync(dumped, kept);
        },
        async restore() {
            await kill();
            copyFileSync(kept, dumped);
            await redis.restart();
        },
        command: (name, ...args) => command(port, name, ...args),
    };
    running.add(redis);
    return redis;
}
/** Three masters that share the slots, without replicas. */
export async function aRedisCluster() {
    const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
    const nodes = [await aRedis(...options), await aRedis(...options), await aRedis(...options)];
    const addresses = nodes.map(node => `127.0.0.1:${node.port}`);
    execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { stdio: 'ignore' });
    for (const node of nodes) {
        await waitFor(async () => {
            const info = String(await node.command('CLUSTER', 'INFO'));
            if (!info.includes('cluster_state:ok'))
                throw new Error('the cluster is not ready');
        });
    }
    return { nodes, setting: addresses.join(',') };
}
export async function stopRedises() {
    await Promise.all([...running].map(redis => redis.stop()));
}
/** One command on a connection of its own, which fails at once where nobody answers. */
async function command(port, name, ...args) {
    const connection = new Connection(port, '127.0.0.1', {
        lazyConnect: true,
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
        connectTimeout: 1_000,
    });
    connection.on('error', () => { });
    try {
        await connection.connect();
        return await connection.call(name, ...args);
    }
    finally {
        connection.disconnect();
    }
}
//# sourceMappingURL=redis.js.map