// Writes what is made from the tables: the settings and policies of the README, example.env, and the list of routes.
// `--check` writes nothing and fails when something is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { settingsTable } from '../config/settings.js';
import { kinds } from './http/kinds/kinds.js';
import { routes } from './http/routes.js';
import { formatDuration } from './policy/durations.js';
import { policyNames, policyTable } from './policy/policies.js';
import { triggers } from './policy/revocation.js';
const root = new URL('../../', import.meta.url);
export function exampleEnv() {
    const lines = Object.entries(settingsTable).flatMap(([name, { default: value, meaning }]) => [
        `# ${meaning.replaceAll('`', '')}`,
        `# Default: ${value}`,
        `#${name}=`,
        '',
    ]);
    return ['# Settings of Darvoza. Made by `npm run documents` from config/settings.ts.', '', ...lines].join('\n');
}
/** docs/routes.md */
export function routesDocument() {
    const rows = Object.values(routes);
    const forPrograms = rows.filter(row => kinds[row.access.kind].presenter !== 'page');
    const forPeople = rows.filter(row => !forPrograms.includes(row));
    const named = (rules = {}) => Object.keys(rules)
        .map(name => `\`${name}\``)
        .join(' ');
    const first = (row) => [`\`${row.method} ${row.path}\``, ...whoMayCall(row.access), row.what];
    return [
        '# Routes',
        '',
        'Made by `npm run documents` from the table that the router is built from. Each path is taken with a slash at its end as well.',
        '',
        '## For programs',
        '',
        'Errors are JSON, and pages of any origin may call. A token stands in the Authorization header; cookies are never read. Where a token is asked for, parameters that are not named here are refused.',
        '',
        table(['Route', 'Who may call', 'By', 'What it does', 'In the address', 'In the body'], forPrograms.map(row => [...first(row), named(row.query), named(row.body)])),
        '',
        '## Pages',
        '',
        'Errors are pages. Forms need the token of a page that this browser was shown.',
        '',
        table(['Route', 'Who may call', 'By', 'What it is'], forPeople.map(first)),
        '',
    ].join('\n');
}
function whoMayCall(access) {
    const { who, sender } = kinds[access.kind];
    return [who(access), sender === 'nobody' ? '–' : sender];
}
/** The tables that a document shows, by the name in its `<!-- name -->` marks. */
export const tables = {
    settings: () => table(['Setting', 'Default', 'Meaning'], Object.entries(settingsTable).map(([name, row]) => [`\`${name}\``, row.default, row.meaning])),
    policies: () => table(['Policy', 'Default', 'Meaning', 'simplejwt'], policyNames.map(name => {
        const row = policyTable[name];
        const value = row.kind === 'duration' ? formatDuration(row.default) : String(row.default) || 'the issuer';
        return [`\`${name}\``, value, row.meaning, row.simplejwt ?? '–'];
    })),
    triggers: () => table(['What happens', 'Sessions', 'Live access tokens'], Object.values(triggers).map(row => [
        row.later ? `${row.what} *(to come)*` : row.what,
        sessionsInWords[row.sessions],
        row.effect === 'end' ? 'end' : 'stale: a refresh brings new ones',
    ])),
};
const sessionsInWords = { it: 'that one ends', all: 'all end', others: 'the others end', stay: 'stay' };
/** A document with the tables between its marks made anew. */
export function withTables(document) {
    return document.replace(/(<!-- (\w+) -->\n)[\s\S]*?(<!-- \/\2 -->)/g, (whole, opening, name, closing) => tables[name] ? `${opening}${tables[name]()}\n${closing}` : whole);
}
function table(head, rows) {
    const line = (cells) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
function write(check) {
    const made = {
        'README.md': withTables,
        'example.env': exampleEnv,
        'docs/routes.md': routesDocument,
    };
    return Object.entries(made).flatMap(([name, make]) => {
        const path = fileURLToPath(new URL(name, root));
        const before = read(path);
        const after = make(before);
        if (after === before)
            return [];
        if (!check)
            writeFileSync(path, after);
        return [name];
    });
}
function read(path) {
    try {
        return readFileSync(path, 'utf8');
    }
    catch {
        return '';
    }
}
if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const check = process.argv.includes('--check');
    const changed = write(check);
    if (changed.length > 0)
        process.stderr.write(`${check ? 'out of date: ' : 'written: '}${changed.join(', ')}\n`);
    process.exitCode = check && changed.length > 0 ? 1 : 0;
}
//# sourceMappingURL=documents.js.map