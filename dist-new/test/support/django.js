// A small Django service with djangorestframework-simplejwt (test/django/), both from Debian's packages: a database of its
// own, the commands of manage.py, and the service itself on a port of its own.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { aFolder, missing } from './engines.js';
import { ended } from './mariadb.js';
import { tied } from './tied.js';
const project = fileURLToPath(new URL('../../../test/django/', import.meta.url));
/** Debian's packages are its own Python's; the first one in PATH may be another. */
const python = '/usr/bin/python3';
const installed = '/usr/lib/python3/dist-packages';
const packages = {
    django: 'python3-django',
    rest_framework: 'python3-djangorestframework',
    rest_framework_simplejwt: 'python3-djangorestframework-simplejwt',
    bcrypt: 'python3-bcrypt',
    argon2: 'python3-argon2',
};
const settingsOf = {
    auth: 'service.settings',
    members: 'service.member_settings',
    visitors: 'service.visitor_settings',
};
const dumpEach = `
import io, json, sys
from django.core.management import call_command
calls = json.load(sys.stdin)
written = [io.StringIO() for _ in calls]
for call, into in zip(calls, written):
    call_command('dumpdata', *call, stdout=into)
print(json.dumps([into.getvalue() for into in written]))`;
const running = new Set();
/** Describes behaviour that needs Django, its REST framework and simplejwt. */
export function onDjango(title, define) {
    const lacking = Object.keys(packages).filter(name => !existsSync(join(installed, name)));
    if (existsSync(python) && lacking.length === 0)
        describe(title, define);
    else
        missing(title, `Django is not installed (apt-get install ${Object.values(packages).join(' ')})`);
}
/** A service with an empty database. */
export async function aDjango(options = {}) {
    const users = options.users ?? 'auth';
    const database = join(aFolder(), 'django.sqlite3');
    migrated[users] ??= migratedDatabase(users);
    copyFileSync(await migrated[users], database);
    const env = environment(users, database, options);
    return {
        manage: (args, stdin) => run(['manage.py', ...args], env, stdin),
        script: (code, stdin) => run(['manage.py', 'shell', '-c', code], env, stdin),
        async dumps(code, ...calls) {
            const printed = await run(['manage.py', 'shell', '-c', code + dumpEach], env, JSON.stringify(calls));
            return JSON.parse(printed);
        },
        serve: () => serve(env),
    };
}
export async function stopDjangos() {
    await Promise.all([...running].map(child => ended(child, 'SIGKILL')));
    running.clear();
}
/** Made once by the real command, and copied: it takes seconds. */
const migrated = {};
async function migratedDatabase(users) {
    const database = join(aFolder(), 'migrated.sqlite3');
    await run(['manage.py', 'migrate', '--verbosity', '0'], environment(users, database));
    return database;
}
function environment(users, database, { simpleJwt, secretKey } = {}) {
    return {
        PATH: process.env.PATH ?? '',
        DJANGO_SETTINGS_MODULE: settingsOf[users],
        DJANGO_DATABASE: database,
        ...(simpleJwt && { DJANGO_SIMPLE_JWT: JSON.stringify(simpleJwt) }),
        ...(secretKey && { DJANGO_SECRET_KEY: secretKey }),
        // The checkout stays clean.
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONUTF8: '1',
    };
}
function run(args, env, stdin = '') {
    const child = spawn(...tied(python, args), { cwd: project, env });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
        child[name].setEncoding('utf8').on('data', (text) => {
            said[name] += text;
        });
    // What it does not read it may leave.
    child.stdin.on('error', () => { });
    child.stdin.end(stdin);
    return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', code => {
            if (code === 0)
                resolve(said.stdout);
            else
                reject(new Error(`${args.join(' ').slice(0, 200)} ended with ${code}: ${said.stderr || said.stdout}`));
        });
    });
}
async function serve(env) {
    const child = spawn(...tied(python, ['serve.py']), { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
        complaints = (complaints + text).slice(-2_000);
    });
    for await (const port of createInterface({ input: child.stdout }))
        return `http://127.0.0.1:${port}`;
    throw new Error(`the Django service did not start: ${complaints}`);
}
//# sourceMappingURL=django.js.map