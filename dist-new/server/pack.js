// Makes the package that resource servers and clients install (`npm run pack:verifier`): the verifier, the client and what of
// protocol/ they need, with types, and without anything of the server. Written to dist/darvoza-VERSION.tgz.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
const root = fileURLToPath(new URL('../../', import.meta.url));
/** Its files by the names that they are imported by; in the package they lie under the same paths as in server/. */
const entries = {
    './verifier': 'verifier/verifier',
    './verifier/koa': 'verifier/koa',
    './verifier/express': 'verifier/express',
    './verifier/fastify': 'verifier/fastify',
    './verifier/node': 'verifier/node',
    './verifier/decorators': 'verifier/decorators',
    './client': 'client/client',
};
/** What it may bring along. */
const allowed = ['jose'];
/** @returns the path of the package */
export function pack(destination = join(root, 'dist')) {
    const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const folder = join(destination, 'package');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const there = Object.entries(entries).filter(([, path]) => existsSync(join(root, 'server', `${path}.ts`)));
    compile(folder, there.map(([, path]) => path));
    const { version, license, engines } = own;
    const manifest = {
        name: 'darvoza',
        version,
        type: 'module',
        description: 'For resource servers and clients of a Darvoza token server: verify locally, learn of a revocation at once',
        license,
        engines,
        exports: Object.fromEntries(there.map(([name, path]) => [name, { types: `./${path}.d.ts`, default: `./${path}.js` }])),
        sideEffects: false,
        dependencies: dependenciesOf(folder, own.dependencies),
    };
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
    copyFileSync(join(root, 'server/verifier/README.md'), join(folder, 'README.md'));
    run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', destination, folder]);
    return join(destination, `darvoza-${version}.tgz`);
}
/** By a run of the compiler of its own: what the entries do not import is not in it. */
function compile(folder, paths) {
    const project = join(folder, 'tsconfig.json');
    const compilerOptions = {
        ...{ rootDir: join(root, 'server'), outDir: folder, declaration: true, sourceMap: false, incremental: false },
        ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
    };
    const files = paths.map(path => join(root, 'server', `${path}.ts`));
    writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files }));
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project]);
    rmSync(project);
}
/** Those that its files import, in the versions that the server is tested with. @throws for any but those that are allowed */
function dependenciesOf(folder, known) {
    const names = new Set();
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|d\.ts)$/.test(file))
            continue;
        const text = readFileSync(join(folder, file), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
        for (const [, name] of text.matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|^import\s+)['"]([^'".][^'"]*)['"]/gm))
            if (!name.startsWith('node:'))
                names.add(name);
    }
    const stranger = [...names].find(name => !allowed.includes(name));
    if (stranger !== undefined)
        throw new Error(`the package may not need ${stranger}`);
    return Object.fromEntries([...names].map(name => [name, known[name]]));
}
function run(command, args) {
    try {
        execFileSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
    }
    catch (error) {
        const { stdout, stderr } = error;
        throw new Error(`${command} ${args[0]} failed:\n${stdout}${stderr}`);
    }
}
if (process.argv[1] === fileURLToPath(import.meta.url))
    process.stdout.write(`${pack()}\n`);
//# sourceMappingURL=pack.js.map