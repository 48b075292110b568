import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { aFolder } from './engines.js';
import { ended } from './mariadb.js';
import { issuer, password } from './server.js';
const running = new Set();
/** SECRET_KEY of every such server. */
export const secretKey = Buffer.from('a test secret key of 32+ bytes! 0123456789').toString('base64');
/** Starts a server on a database, by the real clock, with one administrator like aServer()'s. */
export async function aServerProcess(database, 
/** null: whatever the database has. */
policy = {}, 
/** Settings beside those that every such server has, such as REDIS_URL. */
settings = {}) {
    const child = fork(fileURLToPath(new URL('./server-process.js', import.meta.url)), {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: {
            PATH: process.env.PATH,
            PORT: '0',
            ISSUER: issuer,
            DATA_DIR: aFolder(),
            DATABASE_URL: urlOf(database),
            SECRET_KEY: secretKey,
            ADMIN_USERNAME: 'admin',
            ADMIN_PASSWORD: password,
            ...settings,
            ...(policy && { POLICY: JSON.stringify({ password_cost: 4, ...policy }) }),
        },
    });
    running.add(child);
    const complaints = [];
    child.stderr.on('data', chunk => complaints.push(String(chunk)));
    const dead = new Promise(resolve => child.once('exit', () => resolve()));
    void dead.then(() => running.delete(child));
    const said = (name) => new Promise((resolve, reject) => {
        child.on('message', function hear(message) {
            if (!(name in message))
                return;
            child.off('message', hear);
            resolve(message[name]);
        });
        void dead.then(() => reject(new Error(`the server process died: ${complaints.join('')}`)));
    });
    const port = await said('port');
    return {
        url: `http://127.0.0.1:${port}`,
        pid: child.pid,
        complaints,
        async dieAt(place) {
            const armed = said('armed');
            child.send(place);
            await armed;
        },
        compared() {
            const told = said('compared');
            child.send('compared');
            return told;
        },
        turns() {
            const told = said('turns');
            child.send('turns');
            return told;
        },
        signal: signal => child.kill(signal),
        kill: () => ended(child, 'SIGKILL'),
        dead: () => dead,
    };
}
export async function killProcesses() {
    await Promise.all([...running].map(child => ended(child, 'SIGKILL')));
}
export function urlOf(database) {
    if (database.engine === 'sqlite')
        return `sqlite:${database.path}`;
    const { user, password, host, port, name } = database;
    return `mysql://${user}:${password}@${host}:${port}/${name}`;
}
//# sourceMappingURL=processes.js.map