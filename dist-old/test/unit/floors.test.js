// The house has floors: what is above knows what is below, never the other way round, and nothing goes in a circle.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
const root = fileURLToPath(new URL('../../../', import.meta.url));
const roof = { floor: 7, may: [0, 1, 2, 3, 4, 5, 6, 7] };
const top = { floor: 6, may: [1, 3, 4, 5, 6] };
/** A folder, its floor, and the floors that it may import from. */
const rooms = {
    config: { floor: 0, may: [0] },
    'server/protocol': { floor: 1, may: [1], only: /^server\/protocol\// },
    'server/policy': { floor: 1, may: [1] },
    'server/storage': { floor: 2, may: [1, 2], only: /^server\/(protocol|policy|storage)\// },
    // Calls to others: I/O like storage, and as little known to it as it knows of it.
    'server/outgoing': { floor: 2, may: [1, 2], only: /^server\/(protocol|outgoing)\// },
    'server/revocation': { floor: 3, may: [1, 2, 3] },
    'server/tokens': { floor: 4, may: [1, 2, 3, 4] },
    'server/identity': { floor: 5, may: [1, 2, 3, 4, 5] },
    'server/http': top,
    'server/jobs': top,
    'server/commands': top,
    // What resource servers and clients take with them: beside jose only what is pure and lies in protocol/.
    'server/verifier': { floor: 8, may: [1, 8], only: /^server\/(verifier|protocol)\// },
    'server/client': { floor: 8, may: [1, 8], only: /^server\/(client|protocol)\// },
    'server/composition': roof,
    'server/demo': roof,
    'server/process': roof,
};
/** What a floor may take from outside; the others may take anything that is installed. */
const packages = { 0: /^(node:.*|zod)$/, 1: /^node:crypto$/, 8: /^(node:.*|jose)$/ };
/** A schema is a table, and as pure as one; not in protocol/, which a verifier takes along. */
const alsoPackages = { 'server/policy/application-metadata.ts': ['zod'] };
function roomOf(file) {
    const folder = file
        .split('/')
        .slice(0, file.startsWith('server/') ? 2 : 1)
        .join('/');
    if (rooms[folder])
        return rooms[folder];
    if (/^server\/\w+\.ts$/.test(file))
        return roof;
    throw new Error(`${file} lies on no floor: give its folder a row above`);
}
const files = ['config', 'server']
    .flatMap(folder => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => posix.join(folder, name)))
    .filter(name => name.endsWith('.ts'));
/** Every import of a file, type-only ones and import() too; our own as paths from the root. */
function importsOf(file) {
    const source = readFileSync(join(root, file), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    const names = [...source.matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|^import\s+)['"]([^'"]+)['"]/gm)].map(match => match[1]);
    return {
        own: names
            .filter(name => name.startsWith('.'))
            .map(name => posix.join(dirname(file), name).replace(/\.js$/, '.ts')),
        packages: names.filter(name => !name.startsWith('.')),
    };
}
/** What a built file loads at once: nothing that is there for its types, or by import() when it is needed. */
function loadedBy(file) {
    const built = readFileSync(join(root, 'dist', file.replace(/ts$/, 'js')), 'utf8');
    return [...built.matchAll(/^(?:import|export) (?:[^'"]*\sfrom )?['"]([^'"]+)['"]/gm)].map(match => match[1]);
}
const imports = new Map(files.map(file => [file, importsOf(file)]));
describe('the floors', () => {
    it('are read from real files', () => {
        expect(files.length).to.be.above(60);
        expect(imports.get('server/tokens/rotate.ts').own).to.include('server/policy/rotation.ts');
        for (const [file, { own }] of imports)
            for (const name of own)
                expect(files, `${file} → ${name}`).to.include(name);
    });
    it('are only ever stepped down', () => {
        const steps = [];
        for (const [file, { own }] of imports) {
            const { may, only } = roomOf(file);
            for (const name of own)
                if (!may.includes(roomOf(name).floor) || only?.test(name) === false)
                    steps.push(`${file} → ${name}`);
        }
        expect(steps).to.deep.equal([]);
    });
    it('keep the lower ones free of what is not theirs', () => {
        const strangers = [];
        for (const [file, { packages: names }] of imports) {
            const mine = packages[roomOf(file).floor];
            for (const name of names)
                if (mine && !mine.test(name) && !alsoPackages[file]?.includes(name))
                    strangers.push(`${file} → ${name}`);
        }
        expect(strangers).to.deep.equal([]);
    });
    it('keep the client free of what a browser does not have', () => {
        const client = [...imports].filter(([file]) => file.startsWith('server/client/'));
        expect(client).to.not.be.empty;
        for (const [file, { packages: names }] of client)
            expect(names, file).to.deep.equal([]);
        // Types alone may come from elsewhere: the built files stand by themselves.
        for (const [file] of client)
            expect(readFileSync(join(root, 'dist', file.replace(/ts$/, 'js')), 'utf8'), file).to.not.match(/from '(?!\.\/)/);
    });
    it('have no ring in them', () => {
        const done = new Set();
        const rings = [];
        const visit = (file, path) => {
            if (path.includes(file))
                rings.push([...path.slice(path.indexOf(file)), file].join(' → '));
            if (path.includes(file) || done.has(file))
                return;
            for (const name of imports.get(file)?.own ?? [])
                visit(name, [...path, file]);
            done.add(file);
        };
        for (const file of files)
            visit(file, []);
        expect(rings).to.deep.equal([]);
    });
    it('let whoever only serves run without TypeORM', () => {
        const schema = /^server\/storage\/(entities\/|migrations\/|(data-source|migration-executor|snake-naming)\.ts$)/;
        const ways = [];
        const visit = (file, path, seen) => {
            if (seen.has(file))
                return;
            seen.add(file);
            for (const name of loadedBy(file)) {
                if (name === 'typeorm')
                    ways.push([...path, file].join(' → '));
                if (name.startsWith('.'))
                    visit(posix.join(dirname(file), name).replace(/\.js$/, '.ts'), [...path, file], seen);
            }
        };
        visit('server/storage/migration-executor.ts', [], new Set());
        expect(ways.splice(0)).to.not.be.empty;
        const seen = new Set();
        for (const file of files)
            if (!schema.test(file))
                visit(file, [], seen);
        expect(ways).to.deep.equal([]);
    });
    it('leave the environment to config/', () => {
        const readers = files.filter(file => readFileSync(join(root, file), 'utf8').includes('process.env'));
        // The two that are run hand it over; nobody else looks.
        for (const file of readers)
            expect(file).to.be.oneOf(['server/main.ts', 'server/cli.ts']);
    });
});
//# sourceMappingURL=floors.test.js.map