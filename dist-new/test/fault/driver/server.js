// One server of the two: the real program as a process of its own, on a port that it keeps when it is started again.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { ended } from '../../support/mariadb.js';
import { tied } from '../../support/tied.js';
/** How long it may take until it serves, in ms. */
const patience = 120_000;
export function aServer({ name, program, host, port, env, prefix = [] }) {
    const accidents = [];
    let child = null;
    let said = '';
    /** @returns whether it serves; false when it died before */
    function launch() {
        const [command, ...args] = [...prefix, process.execPath, program];
        const launched = spawn(...tied(command, args), {
            stdio: ['ignore', 'pipe', 'pipe'],
            // Without what a checkout may hold in .env.
            cwd: tmpdir(),
            env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, HOST: host, PORT: String(port), ...env },
        });
        child = launched;
        said = '';
        let serves = false;
        return new Promise(resolve => {
            launched.stdout.on('data', chunk => {
                if (!String(chunk).includes('is ready'))
                    return;
                serves = true;
                resolve(true);
            });
            launched.stderr.on('data', chunk => {
                said = `${said}${chunk}`.slice(-4_000);
            });
            launched.once('exit', (code, signal) => {
                resolve(false);
                if (!serves || child !== launched)
                    return;
                accidents.push(`server ${name} ended by itself (${signal ?? code}): ${said}`);
                // As whoever runs it would; the run goes on, and tells of it at its end.
                server.start().catch(error => accidents.push(String(error)));
            });
        });
    }
    const server = {
        name,
        url: `http://${host}:${port}`,
        accidents,
        async start() {
            const until = performance.now() + patience;
            while (!(await launch())) {
                if (performance.now() > until)
                    throw new Error(`server ${name} does not start: ${said}`);
                await new Promise(resolve => setTimeout(resolve, 50));
            }
        },
        async kill() {
            const killed = child;
            child = null;
            if (killed)
                await ended(killed, 'SIGKILL');
        },
        hang: () => void child?.kill('SIGSTOP'),
        goOn: () => void child?.kill('SIGCONT'),
    };
    return server;
}
//# sourceMappingURL=server.js.map