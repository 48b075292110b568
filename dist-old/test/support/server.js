// A whole server for a test, made by the same compose() as the real one, on its own port and an empty database.
import { createServer } from 'node:http';
import { calculateJwkThumbprint } from 'jose';
import { readRedisUrl } from '../../config/addresses.js';
import { compose } from '../../server/compose.js';
import { createHashingProcess } from '../../server/identity/sign-in/hashing-process.js';
import { hashPassword } from '../../server/identity/sign-in/stored-passwords.js';
import { generatePair } from '../../server/protocol/algorithms.js';
import { aClock } from './clock.js';
import { aFolder, sqlite } from './engines.js';
import { guarded } from './transaction-guard.js';
export const issuer = 'http://localhost:4000';
export const password = 'correct horse battery';
/** For races between more sign-ins of one user than the policy lets be tried at once. */
export const manyGuesses = { sign_in_guesses_per_hour: 10_000 };
const open = new Set();
/** bcrypt's real cost is for production; tests hash a lot. */
const usualCost = 4;
let usualHash = null;
let rsaPair = null;
/** One RSA key for the beginning of all servers of a run; those that come later are made for each. */
function sharedPair(algorithm) {
    if (algorithm !== 'RS256')
        return generatePair(algorithm);
    rsaPair ??= nameablePair();
    return rsaPair;
}
/** One that newKeyPair takes: asked again it would be given the same. */
async function nameablePair() {
    for (;;) {
        const pair = await generatePair('RS256');
        const kid = await calculateJwkThumbprint(pair.publicKey.export({ format: 'jwk' }));
        if (!kid.startsWith('-'))
            return pair;
    }
}
let hashing = null;
/** One hashing process for all servers of a run: a start of it costs more than most tests. It yields to nobody here. */
export function sharedHashing() {
    hashing ??= createHashingProcess({ threads: 4, niceness: 0, log: { warn: (...line) => console.error(line) } });
    return hashing;
}
export async function stopSharedHashing() {
    await hashing?.close();
    hashing = null;
}
/** Starts a server with one administrator, `admin` with `password`. */
export async function aServer(options = {}) {
    const clock = options.clock ?? aClock();
    const settings = options.settings ?? {
        ...testSettings(await (options.engine ?? sqlite).migrated()),
        ...(options.redis && { redis: readRedisUrl(options.redis) }),
    };
    const logged = [];
    const line = (details, message) => {
        logged.push(`${message} ${JSON.stringify(details, (_, value) => (value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value))}`);
    };
    const log = { debug: line, info: line, warn: line, error: line };
    const composed = await compose(settings, {
        log,
        now: clock.now,
        hashingWork: sharedHashing(),
        firstPair: sharedPair,
        administratorId: 1,
        transactionGuard: guarded,
        ...(options.pauses && { pauses: options.pauses }),
        ...options.ports,
    });
    await composed.migrate();
    if (options.policy !== null)
        await composed.parts.policies.policies.set({ password_cost: usualCost, ...options.policy }, 'system', 'test');
    await composed.start();
    const server = await listen(composed, settings.port, options.onRequest);
    const made = {
        url: `http://127.0.0.1:${server.address().port}`,
        clock,
        settings,
        composed,
        logged,
        async setPolicy(changes) {
            await composed.parts.policies.policies.set(changes, 'system', 'test');
            await settle(composed);
        },
        async aUser(user = {}) {
            const made = { username: `user${Math.random().toString(36).slice(2, 10)}`, password, ...user };
            // Without a hash for each: a hundred users at once would wait for each other's longer than anybody may.
            const { password: own, mustChangePassword: _, ...person } = made;
            usualHash ??= hashPassword(password, usualCost);
            const passwordHash = await (own === password ? usualHash : hashPassword(own, usualCost));
            const { users } = composed.parts.people;
            const { id } = made.mustChangePassword
                ? await users.create(made, 'system')
                : await users.importOne({ ...person, passwordHash }, 'system');
            return { id, username: made.username, password: made.password };
        },
        async close() {
            open.delete(made);
            server.closeAllConnections();
            await new Promise(resolve => server.close(resolve));
            await composed.close();
        },
    };
    open.add(made);
    return made;
}
/** Makes a server read the head of the log now, as it does by itself every quarter of a second. */
export async function settle(composed) {
    await composed.parts.revocation.tail.readNow();
}
export async function closeServers() {
    for (const server of [...open])
        await server.close();
}
export function testSettings(database) {
    return {
        port: 0,
        host: '127.0.0.1',
        issuer,
        dataDir: aFolder(),
        database,
        redis: null,
        workers: 1,
        secretKey: Buffer.from('a test secret key of 32+ bytes! 0123456789'),
        secretKeyPrevious: null,
        adminUsername: 'admin',
        adminPassword: password,
        applicationsFile: null,
        trustProxy: [],
        forwardedHeader: 'X-Forwarded-For',
        outgoingAllow: { hosts: [], networks: [] },
        legacyJwt: null,
        logLevel: 'silent',
    };
}
function listen(composed, port, onRequest) {
    const server = createServer(composed.app.callback());
    if (onRequest)
        server.prependListener('request', onRequest);
    return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => resolve(server));
    });
}
//# sourceMappingURL=server.js.map