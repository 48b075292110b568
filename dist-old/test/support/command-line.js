// The program `darvoza`, on an installation of its own or beside a server.
import { spawn } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { runCommand } from '../../server/program.js';
import { aClock } from './clock.js';
import { aFolder } from './engines.js';
import { aServer } from './server.js';
const program = fileURLToPath(new URL('../../../bin.js', import.meta.url));
/** A test runs many commands. */
export const patience = 60_000;
export const operator = `operator:${userInfo().username}`;
/** The real program, on an installation of its own. */
export function aCommandLine(environment = {}) {
    const folder = aFolder();
    const dataDir = join(folder, 'data');
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, DATA_DIR: dataDir, ...environment };
    /** In this process: a program takes longer to load than most commands take. */
    async function run(args, stdin = '') {
        const [stdout, stderr] = [collector(), collector()];
        const code = await runCommand({
            argv: [process.execPath, program, ...args],
            env,
            cwd: folder,
            stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
            stdout: stdout.stream,
            stderr: stderr.stream,
        });
        return { code, stdout: stdout.text(), stderr: stderr.text() };
    }
    /**
     * In a process of its own, as a person runs it.
     * @param killWhen kill -9 once this resolves
     */
    function start(args, stdin = '', killWhen) {
        const child = spawn(process.execPath, [program, ...args], { cwd: folder, env });
        void killWhen?.then(() => child.kill('SIGKILL'));
        const ran = { code: null, stdout: '', stderr: '' };
        child.stdout.on('data', chunk => {
            ran.stdout += chunk;
        });
        child.stderr.on('data', chunk => {
            ran.stderr += chunk;
        });
        child.stdin.on('error', () => { });
        child.stdin.end(stdin);
        return new Promise((resolve, reject) => {
            child.once('error', reject);
            child.once('close', code => resolve({ ...ran, code }));
        });
    }
    return {
        dataDir,
        /** For another one on the same installation. */
        env: { ...environment, DATA_DIR: dataDir },
        run,
        start,
        /** Runs a command that must work; answers what it printed. */
        async done(args, stdin = '') {
            const ran = await run(args, stdin);
            expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).to.equal(0);
            return ran.stdout;
        },
        // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
        async json(args, stdin = '') {
            return JSON.parse(await this.done([...args, '--json'], stdin));
        },
        async migrated() {
            migratedData ??= prepared(['migrate', 'up']);
            cpSync(await migratedData, dataDir, { recursive: true });
            return this;
        },
        /** Cheap hashes: bcrypt's real cost is for production. */
        async cheaply() {
            cheapData ??= prepared(['migrate', 'up'], ['policy', 'set', 'password_cost=4']);
            cpSync(await cheapData, dataDir, { recursive: true });
            return this;
        },
        file(name, content) {
            writeFileSync(join(folder, name), content);
            return name;
        },
    };
}
/** Made once by the real commands, and copied: a command takes as long as a whole test otherwise does. */
let migratedData = null;
let cheapData = null;
async function prepared(...commands) {
    const darvoza = aCommandLine();
    for (const command of commands)
        await darvoza.done(command);
    return darvoza.dataDir;
}
function collector() {
    const chunks = [];
    const stream = new Writable({
        write(chunk, _, done) {
            chunks.push(chunk);
            done();
        },
    });
    return { stream, text: () => Buffer.concat(chunks).toString() };
}
/** Insists that each is refused in one line, on stderr alone. All at once: they change nothing. */
export async function expectRefused(darvoza, cases) {
    const check = async ([args, code, saying, stdin]) => {
        const ran = await darvoza.run([...args], stdin);
        expect([ran.code, ran.stdout], args.join(' ')).to.deep.equal([code, '']);
        expectOneLine(ran, saying);
    };
    await Promise.all(cases.map(check));
}
/** A running server, and the command line beside it on the same SQLite file. */
export async function besideAServer() {
    const server = await aServer({ clock: aClock(Date.now()) });
    const { database, secretKey } = server.settings;
    if (database.engine !== 'sqlite')
        throw new Error('this test shares a SQLite file');
    const darvoza = aCommandLine({
        DATABASE_URL: `sqlite:${database.path}`,
        SECRET_KEY: secretKey.toString('base64'),
    });
    return { server, darvoza };
}
export function expectOneLine({ stderr }, saying) {
    expect(stderr).to.match(/^darvoza: [^\n]+\n$/);
    expect(stderr).to.match(saying);
}
//# sourceMappingURL=command-line.js.map