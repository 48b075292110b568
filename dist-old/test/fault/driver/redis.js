// A private Redis: its own temporary folder and port, nothing written to disk unless it is asked to.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis as Connection } from 'ioredis';
import { ended, freePort, waitFor } from '../../support/mariadb.js';
import { tied } from '../../support/tied.js';
const programs = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];
export const redisServer = programs.find(existsSync) ?? null;
export async function startRedis() {
    const folder = mkdtempSync(join(tmpdir(), 'darvoza-redis-'));
    const port = await freePort();
    const dumped = join(folder, 'dump.rdb');
    const kept = join(folder, 'kept.rdb');
    const start = async () => {
        const child = spawn(...tied(redisServer, [
            ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
            // Not one that the machine's own settings bring along: `save` would write by itself.
            ...['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'],
        ]), { stdio: 'ignore' });
        await waitFor(() => command(port, connection => connection.ping()));
        return child;
    };
    let child = await start();
    const kill = () => ended(child, 'SIGKILL');
    const restart = async () => {
        child = await start();
    };
    return {
        port,
        url: `redis://127.0.0.1:${port}`,
        async stop() {
            await kill();
            rmSync(folder, { recursive: true, force: true });
        },
        async kill() {
            await kill();
            rmSync(dumped, { force: true });
        },
        restart,
        hang: () => void child.kill('SIGSTOP'),
        goOn: () => void child.kill('SIGCONT'),
        async flush() {
            await command(port, connection => connection.flushall());
        },
        async dump() {
            await command(port, connection => connection.save());
            copyFileSync(dumped, kept);
        },
        async restore() {
            await kill();
            copyFileSync(kept, dumped);
            await restart();
        },
        async fill() {
            await command(port, connection => connection.config('SET', 'maxmemory', '1'));
        },
        async empty() {
            await command(port, connection => connection.config('SET', 'maxmemory', '0'));
        },
    };
}
/** One command on a connection of its own, which fails soon where nobody answers. */
async function command(port, run) {
    const connection = new Connection(port, '127.0.0.1', {
        lazyConnect: true,
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
        connectTimeout: 1_000,
    });
    connection.on('error', () => { });
    // One that hangs takes the connection, and says nothing more.
    const hangs = setTimeout(() => connection.disconnect(), 2_000);
    try {
        await connection.connect();
        return await run(connection);
    }
    finally {
        clearTimeout(hangs);
        connection.disconnect();
    }
}
//# sourceMappingURL=redis.js.map