// The servers of `npm run bench`, each with a store of its own that is durable: what was answered outlives the machine.
import { execFileSync, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compose } from '../../server/compose.js';
import { hashPassword } from '../../server/identity/sign-in/stored-passwords.js';
import { aFolder } from '../support/engines.js';
import { aForge, changed } from '../support/forge.js';
import { ended, freePort, hurrySharedMariaDb, mariadbd, sharedMariaDb, stopSharedMariaDb, waitFor, } from '../support/mariadb.js';
import { secretKey, urlOf } from '../support/processes.js';
import { aRedis, redisServer } from '../support/redis.js';
import { issuer, testSettings } from '../support/server.js';
import { tied } from '../support/tied.js';
import { machineOf, machines, password, people, quick, resourceServer, secret, usernameOf, } from './stack-names.js';
const root = new URL('../../../', import.meta.url);
const packageOf = (path) => JSON.parse(readFileSync(path, 'utf8'));
const versionOf = (name) => packageOf(fileURLToPath(new URL(`node_modules/${name}/package.json`, root))).version;
/** The version that a program names: `redis-server --version`. */
const versionOfProgram = (program) => /\d+\.\d+\.\d+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[0] ?? '';
async function darvoza(cost) {
    if (quick)
        hurrySharedMariaDb();
    const mariadb = await sharedMariaDb();
    const database = await mariadb.create();
    const forge = await furnish(database, cost);
    const port = await freePort();
    // With node's options of `npm start`; without what that builds first.
    const [, , ...options] = packageOf(fileURLToPath(new URL('package.json', root))).scripts.start.split(' ');
    const program = fileURLToPath(new URL('../../server/main.js', import.meta.url));
    const child = spawn(...tied(process.execPath, [...options.slice(0, -1), program]), {
        cwd: aFolder(),
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
            PATH: process.env.PATH,
            PORT: String(port),
            ISSUER: issuer,
            DATA_DIR: aFolder(),
            DATABASE_URL: urlOf(database),
            SECRET_KEY: secretKey,
        },
    });
    await ready(child, async () => {
        const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
        if (status !== 200)
            throw new Error(`/readyz answered ${status}`);
    });
    return {
        ...{ name: 'darvoza', title: `this server, MariaDB ${versionOfProgram(mariadbd)}`, port, pid: child.pid },
        storePid: mariadb.pid,
        expired: await anExpired(port, forge),
        async stop() {
            await ended(child, 'SIGKILL');
            await stopSharedMariaDb();
        },
    };
}
/** People and machines. The policy is the usual one, but for the cost of passwords and how many of them may be tried. */
async function furnish(database, cost) {
    const silent = () => { };
    const log = { debug: silent, info: silent, warn: silent, error: silent };
    const composed = await compose(testSettings(database), { log });
    await composed.migrate();
    // Before the first administrator is made: every comparison takes the work of the dearest hash that is stored.
    const policy = { password_cost: cost, sign_in_guesses_per_hour: 10_000 };
    await composed.parts.policies.policies.set(policy, 'system', 'bench');
    await composed.start();
    // As ours are: what another server hashed is hashed anew at the first sign-in.
    const passwordHash = await hashPassword(password, cost);
    for (let index = 0; index < people; index++)
        await composed.parts.people.users.importOne({ username: usernameOf(index), passwordHash }, 'system');
    const each = { grant_types: ['client_credentials'], client_secret: secret };
    const applications = [
        ...Array.from({ length: machines }, (_, lane) => ({ client_id: machineOf(lane), ...each })),
        { client_id: resourceServer, introspects: [issuer], ...each },
    ];
    const options = { origin: 'file', actor: 'system', makesSecrets: false };
    await composed.parts.applications.applicationImport.run(applications, options);
    const forge = aForge({ composed });
    await composed.close();
    return forge;
}
async function anExpired(port, forge) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/token/`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username: usernameOf(people - 1), password }),
    });
    const { access } = (await answer.json());
    const before = Math.floor(Date.now() / 1000) - 7_200;
    return forge.access(changed(access, { iat: before, auth_time: before, exp: before + 3_600 }));
}
/** One of peers/, with a Redis that has written what it answers. */
async function peer(name, library, cost) {
    const redis = await aRedis('--appendonly', 'yes', '--appendfsync', 'always');
    const settings = { port: await freePort(), redisPort: redis.port, cost };
    const child = fork(fileURLToPath(new URL(`./peers/${name}.js`, import.meta.url)), {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: { ...process.env, NODE_ENV: 'production', PEER: JSON.stringify(settings) },
    });
    const told = new Promise(resolve => child.once('message', resolve));
    await ready(child, () => told);
    return {
        ...{ name, title: `${library} ${versionOf(library)}, Redis ${versionOfProgram(redisServer)}`, expired: null },
        ...{ port: settings.port, pid: child.pid, storePid: redis.pid },
        async stop() {
            await ended(child, 'SIGKILL');
            await redis.stop();
        },
    };
}
/** @throws what it wrote to stderr, if it ends before it is ready; later it is printed: nobody else ends it */
async function ready(child, attempt) {
    let complaints = '';
    child.stderr.on('data', chunk => {
        complaints += chunk;
    });
    const dead = new Promise((_, reject) => {
        child.once('exit', (code, signal) => {
            if (signal !== 'SIGKILL')
                console.error(`a server ended with ${code ?? signal}: ${complaints}`);
            reject(new Error(`a server did not start: ${complaints}`));
        });
    });
    // It ends one day, when nobody waits for it.
    dead.catch(() => { });
    await Promise.race([waitFor(attempt), dead]);
}
export const startStack = {
    darvoza,
    'node-oauth': cost => peer('node-oauth', '@node-oauth/oauth2-server', cost),
    oidc: cost => peer('oidc', 'oidc-provider', cost),
};
//# sourceMappingURL=stacks.js.map