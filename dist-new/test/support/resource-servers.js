// Resource servers with the kit, each a process of its own (resource-server.ts), that watch tokens for a bench.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from './mariadb.js';
import { issuer } from './server.js';
/** ms of the machine's monotonic clock, which all processes share. */
export const instant = () => Number(process.hrtime.bigint()) / 1e6;
export async function aResourceServer(options) {
    const { name, serverUrl, clientId, clientSecret } = options;
    const port = await freePort();
    const child = fork(fileURLToPath(new URL('./resource-server.js', import.meta.url)), {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
        env: {
            PATH: process.env.PATH,
            HOST: '127.0.0.1',
            PORT: String(port),
            ISSUER: issuer,
            SERVER_URL: serverUrl,
            CLIENT_ID: clientId,
            CLIENT_SECRET: clientSecret,
            NAME: name,
        },
    });
    await new Promise((resolve, reject) => {
        child.stdout.once('data', () => resolve());
        child.once('exit', code => reject(new Error(`${name} ended (${code})`)));
    });
    const waiting = hear(child);
    return {
        name,
        url: `http://127.0.0.1:${port}`,
        async watch(id, token) {
            const refused = new Promise(resolve => waiting.refused.set(id, resolve));
            const first = await new Promise(resolve => {
                waiting.watching.set(id, resolve);
                child.send({ watch: id, token });
            });
            if (first !== null)
                throw new Error(`${name} refuses a token that is good: ${first}`);
            return { refused };
        },
        kill: () => void child.kill('SIGKILL'),
    };
}
function hear(child) {
    const watching = new Map();
    const refused = new Map();
    child.on('message', (said) => {
        if (said.watching !== undefined)
            watching.get(said.watching)(said.code);
        if (said.refused !== undefined)
            refused.get(said.refused)({ begun: said.begun, code: said.code });
        watching.delete(said.watching ?? -1);
        refused.delete(said.refused ?? -1);
    });
    return { watching, refused };
}
/** Waits until it serves: its keys and the log are there. @param token one that is good */
export async function untilReady({ url, name }, token) {
    for (let tries = 0;; tries++) {
        const { status } = await fetch(`${url}/orders`, { headers: { Authorization: `Bearer ${token}` } });
        const { lease } = (await (await fetch(`${url}/status`)).json());
        if (status === 200 && lease?.valid !== false)
            return;
        if (tries === 100)
            throw new Error(`${name} is not ready: ${status}`);
        await new Promise(resolve => setTimeout(resolve, 100));
    }
}
//# sourceMappingURL=resource-servers.js.map