// A private MariaDB: its own temporary folder, socket and port, started once for all tests that ask.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { tied } from './tied.js';
const programs = ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/bin/mariadbd', '/usr/local/sbin/mariadbd'];
export const mariadbd = programs.find(existsSync) ?? null;
let shared = null;
let sharedOptions = [];
let count = 0;
export function sharedMariaDb() {
    shared ??= startMariaDb(...sharedOptions);
    return shared;
}
/**
 * What is committed need not outlive the machine, and tables come and go with each test, so they have no files of their own: for
 * tests, which never ask; not for what measures.
 */
export function hurrySharedMariaDb() {
    sharedOptions = [
        '--innodb-flush-method=nosync',
        '--sync-frm=0',
        '--innodb-file-per-table=0',
        '--skip-innodb-doublewrite',
        '--innodb-stats-persistent=0',
    ];
}
export async function stopSharedMariaDb() {
    await (await shared)?.stop();
    shared = null;
}
/** @param options of mariadbd, beside ours */
export function startMariaDb(...options) {
    return startMariaDbIn({}, ...options);
}
/** @param env what its environment has beside ours */
export async function startMariaDbIn(env, ...options) {
    const folder = mkdtempSync(join(tmpdir(), 'darvoza-mariadb-'));
    const asRoot = userInfo().uid === 0 ? ['--user=root'] : [];
    makeData(`${folder}/data`, asRoot);
    // Of its own: several servers give their temporary tables the same names, and delete each other's.
    mkdirSync(`${folder}/tmp`);
    const port = await freePort();
    const start = async () => {
        const child = spawn(...tied(mariadbd, [
            '--no-defaults',
            ...asRoot,
            `--datadir=${folder}/data`,
            `--tmpdir=${folder}/tmp`,
            `--socket=${folder}/socket`,
            `--port=${port}`,
            '--bind-address=127.0.0.1',
            '--innodb-flush-log-at-trx-commit=1',
            '--max-connections=300',
            ...options,
        ]), { stdio: 'ignore', env: { ...process.env, ...env } });
        await waitFor(() => mysql.createConnection({ host: '127.0.0.1', port, user: 'root' }).then(c => c.end()));
        return child;
    };
    let child = await start();
    async function run(...statements) {
        const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
        for (const statement of statements)
            await connection.query(statement);
        await connection.end();
    }
    return {
        port,
        get pid() {
            return child.pid;
        },
        async create() {
            const name = `darvoza_${++count}`;
            await run(`CREATE DATABASE ${name}`);
            return { engine: 'mysql', host: '127.0.0.1', port, user: 'root', password: '', name, tls: null };
        },
        run,
        async stop() {
            await ended(child, 'SIGKILL');
            rmSync(folder, { recursive: true, force: true });
        },
        kill: () => ended(child, 'SIGKILL'),
        async restart() {
            child = await start();
        },
        hang: () => void child.kill('SIGSTOP'),
        goOn: () => void child.kill('SIGCONT'),
    };
}
/** Its program for that crashes now and then on a busy machine; a second attempt finds nothing of the first. */
function makeData(data, asRoot) {
    const options = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
    for (let attempt = 1;; attempt++) {
        try {
            execFileSync('mariadb-install-db', [...options, ...asRoot], { stdio: 'ignore' });
            return;
        }
        catch (error) {
            if (attempt === 3)
                throw error;
            rmSync(data, { recursive: true, force: true });
        }
    }
}
export function freePort() {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}
export function ended(child, signal) {
    return new Promise(resolve => {
        if (child.exitCode !== null || child.signalCode !== null)
            return resolve();
        child.once('exit', () => resolve());
        child.kill(signal);
    });
}
/** Tries again until it works; for processes that start. */
export async function waitFor(attempt, patience = 20_000) {
    const until = Date.now() + patience;
    for (;;) {
        try {
            return await attempt();
        }
        catch (error) {
            if (Date.now() > until)
                throw error;
            await new Promise(resolve => setTimeout(resolve, 30));
        }
    }
}
//# sourceMappingURL=mariadb.js.map