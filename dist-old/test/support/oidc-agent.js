// Debian's oidc-agent, with a folder of its own: the agent that keeps tokens, and its commands beside it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { aFolder, missing } from './engines.js';
import { ended, waitFor } from './mariadb.js';
import { tied } from './tied.js';
const program = '/usr/bin/oidc-agent';
const running = new Set();
/** Describes behaviour that needs it. */
export function onOidcAgent(title, define) {
    if (existsSync(program))
        describe(title, define);
    else
        missing(title, 'oidc-agent is not installed (apt-get install oidc-agent-cli)');
}
export async function anOidcAgent() {
    const folder = aFolder();
    const socket = join(folder, 'agent');
    const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, OIDC_ENCRYPTION_PW: 'of-the-test' };
    const agent = spawn(...tied(program, ['--console', '--no-autoreauthenticate', '-a', socket]), {
        env,
        stdio: 'ignore',
    });
    running.add(agent);
    await waitFor(async () => accessSync(socket));
    const found = { ...env, OIDC_SOCK: socket };
    return {
        /** Makes an account by a device code. @returns once it is there; `told` gets what a person reads meanwhile */
        async account(name, options, told) {
            const usual = ['--flow=device', '--manual', '--prompt=none', '--confirm-default', '--pw-env', '--no-url-call'];
            const making = spawn('oidc-gen', [name, ...usual, ...options], { env: found, stdio: ['ignore', 'pipe', 'pipe'] });
            let said = '';
            for (const stream of [making.stdout, making.stderr])
                stream.on('data', (data) => {
                    said += data;
                    told(said);
                });
            await once(making, 'close');
            return said;
        },
        /** An access token, refreshed where the one that it has is over. */
        token: async (name, ...options) => (await promisify(execFile)('oidc-token', [...options, name], { env: found })).stdout.trim(),
    };
}
export async function stopOidcAgents() {
    for (const agent of running) {
        running.delete(agent);
        await ended(agent, 'SIGTERM');
    }
}
//# sourceMappingURL=oidc-agent.js.map