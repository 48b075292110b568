import { administratorRole } from '../policy/permissions.js';
import { dumpRow, readDump } from './django-dump.js';
import { readDjangoRow, readMap, readPermissions } from './django-fields.js';
import { WrongUse } from './failures.js';
import { jsonRows } from './json-rows.js';
import { parsed, RowProblem } from './user-file.js';
/** Names in a sentence; `--json` has all. */
const mostNames = 20;
/** @throws WrongUse */
export async function djangoFile(text, options) {
    const map = readMap(options.map ?? []);
    const dump = await readDump(text, options);
    requireMapped(map, options.map ?? [], dump);
    const superusers = [];
    const leftOut = new Set();
    let staff = 0;
    let guessedZones = 0;
    function readUser(row, roleOf) {
        const { user, isSuperuser, isStaff, groups, permissions, guessedZone } = readDjangoRow(row, map, options.newIds ?? false);
        const roles = options.withoutGroups ? [] : groups.map(one => named('group', one, dump.groupOf(one)));
        const given = options.withoutGroups ? [] : permissions.map(one => named('permission', one, dump.permissionOf(one)));
        const read = readPermissions(given);
        for (const one of read.leftOut)
            leftOut.add(one);
        if (isSuperuser && !options.grantAdmin)
            superusers.push(user.username);
        if (isStaff)
            staff++;
        if (guessedZone)
            guessedZones++;
        return {
            ...user,
            roles: [
                ...new Set([
                    ...roles.flatMap(group => roleOf(group) ?? []),
                    ...(isSuperuser && options.grantAdmin ? [administratorRole] : []),
                ]),
            ],
            permissions: [...new Set(read.permissions)],
        };
    }
    function remarks() {
        const names = superusers.slice(0, mostNames).join(', ') + (superusers.length > mostNames ? ', …' : '');
        const untaken = [...dump.fields].filter(name => !Object.values(map).includes(name)).sort();
        return [
            ...(superusers.length > 0
                ? [
                    `superusers, who get no role by it (--grant-admin makes them ${administratorRole}): ${superusers.length}, ${names}`,
                ]
                : []),
            ...(staff > 0 ? [`staff, which gives nothing here: ${staff}`] : []),
            ...(leftOut.size > 0
                ? [`permissions that cannot be written here were left out: ${[...leftOut].join(', ')}`]
                : []),
            ...(guessedZones > 0 ? [`times of ${guessedZones} users have no zone and were taken for UTC`] : []),
            ...(untaken.length > 0 ? [`fields that are not taken: ${untaken.join(', ')}`] : []),
        ];
    }
    return {
        total: dump.total,
        groups: dump.groups,
        async *rows(roleOf) {
            for await (const { kind, number, text: written } of jsonRows(text.chunks())) {
                const row = dumpRow(parsed(written));
                if (row && row.model !== dump.model)
                    continue;
                const at = `${kind} ${number}${row ? ` (${row.model} ${typeof row.pk === 'object' ? JSON.stringify(row.pk) : row.pk})` : ''}`;
                yield {
                    at,
                    username: row ? usernameIn(row, map) : null,
                    read() {
                        if (!row)
                            throw new RowProblem(parsed(written) === undefined ? 'This is not JSON.' : 'This is no row of a model.');
                        return readUser(row, roleOf);
                    },
                };
            }
        },
        report: () => ({ remarks: remarks(), printed: { superusers, staff, remarks: remarks() } }),
    };
}
/** A field that is mistyped, or that the dump calls otherwise, would be empty in every row. @throws WrongUse */
function requireMapped(map, pairs, { model, fields, total }) {
    if (total === 0)
        return;
    const theirs = pairs.map(pair => pair.split('=')[0]);
    const unknown = theirs.filter(name => !fields.has(name));
    const known = [...fields].sort().join(', ');
    if (unknown.length > 0)
        throw new WrongUse(`rows of ${model} have no field ${unknown.join(', ')}, but ${known}`);
    if (!fields.has(map.username))
        throw new WrongUse(`rows of ${model} have no field ${map.username}, but ${known}: --map FIELD=username says which is the name`);
}
/** @throws RowProblem */
function named(what, reference, name) {
    if (name === null)
        throw new RowProblem(`${what}s: The dump has no ${what} ${JSON.stringify(reference)}.`);
    return name;
}
function usernameIn({ fields }, map) {
    const found = fields[map.username];
    return typeof found === 'string' ? found : null;
}
//# sourceMappingURL=django-file.js.map