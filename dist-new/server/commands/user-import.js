// `user import`: each user by itself, so that what is wrong with one keeps no other out; some at a time are written together.
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../protocol/errors.js';
import { djangoFile } from './django-file.js';
import { Failure, tellRefusal, WrongUse } from './failures.js';
import { csvFile, jsonFile, RowProblem } from './user-file.js';
export const importFormats = {
    json: jsonFile,
    csv: csvFile,
    django: djangoFile,
};
/** How many users are written together. */
const batch = 50;
/** Shortest pause, in ms. */
const shortestPause = 5;
export async function importUsers({ open, actor, input, output }, path, { format, dryRun = false, json, ...options }) {
    refuseForOthers(format, options);
    // Opened once the file was read: one of something else changes nothing.
    const file = await importFormats[format](await input.file(path), options);
    const run = (await open()).people.userImport.begin(actor, { dryRun });
    const told = createOutcomes(dryRun);
    const bar = json ? null : await output.progress();
    let done = 0;
    try {
        const roles = file.groups.length > 0 ? await run.addGroups(file.groups) : [];
        told.groups(roles);
        const byGroup = new Map(roles.map(one => [one.group, one.outcome === 'too_many_permissions' ? null : one.role]));
        const rows = file.rows(group => byGroup.get(group) ?? null);
        for await (const some of takingTurns(batched(rows), dryRun)) {
            const read = some.map(readRow);
            const outcomes = await run.addUsers(read.flatMap(({ user }) => user ?? []));
            for (const row of read)
                told.user(row, row.user ? outcomes.shift() : null);
            done += some.length;
            bar?.show(done, file.total);
        }
    }
    catch (error) {
        bar?.end();
        await finish(false);
        throw error instanceof WrongUse ? new Failure(error.message) : error;
    }
    bar?.end();
    await finish(true);
    const { refused, total } = told.counts();
    if (refused > 0)
        throw new Failure(`${refused} of ${total} users were refused`);
    async function finish(complete) {
        const { remarks, printed } = file.report();
        if (!json)
            for (const line of [...told.remarks(), ...remarks])
                output.remark(line);
        const record = { ...told.printed(), ...printed, complete };
        await output.done(complete ? told.sentence() : `${told.sentence()}, then had to stop`, record, { json });
    }
}
/** @throws WrongUse */
function refuseForOthers(format, options) {
    if (format === 'django')
        return;
    const named = {
        model: '--model',
        map: '--map',
        newIds: '--new-ids',
        grantAdmin: '--grant-admin',
        withoutGroups: '--without-groups',
    };
    for (const [name, option] of Object.entries(named))
        if (options[name] !== undefined)
            throw new WrongUse(`${option} is for --format django`);
}
function readRow(row) {
    try {
        return { ...row, user: row.read(), problem: null };
    }
    catch (error) {
        if (error instanceof RowProblem)
            return { ...row, user: null, problem: error.message };
        if (error instanceof Refusal && error.code === 'invalid_fields')
            return { ...row, user: null, problem: tellRefusal(error) };
        throw error;
    }
}
/** What became of each, as it is told in the end. */
function createOutcomes(dryRun) {
    let imported = 0;
    let unchanged = 0;
    const kept = [];
    const refused = [];
    let roles = [];
    return {
        groups(found) {
            roles = found;
        },
        user({ at, username, problem, user }, outcome) {
            if (outcome === null)
                refused.push({ at, username, problem: problem });
            else if (outcome.outcome === 'refused')
                refused.push({ at, username, problem: tellRefusal(outcome.refusal) });
            else if (outcome.outcome === 'imported')
                imported++;
            else if (outcome.outcome === 'unchanged')
                unchanged++;
            else
                kept.push({ at, username: user.username, user_id: outcome.id, differs: outcome.differs });
        },
        counts: () => ({ refused: refused.length, total: imported + unchanged + kept.length + refused.length }),
        sentence() {
            const made = roles.filter(one => one.outcome === 'made').length;
            return [
                `${dryRun ? 'would import' : 'imported'} ${imported} users`,
                ...(unchanged > 0 ? [`${unchanged} are here already, unchanged`] : []),
                ...(kept.length > 0 ? [`${kept.length} are here already and differ, and stay as they are`] : []),
                ...(made > 0 ? [`${dryRun ? 'would make' : 'made'} ${made} roles`] : []),
            ].join('; ');
        },
        remarks: () => [
            ...roles.flatMap(roleRemarks),
            ...kept.map(({ at, username, differs }) => `${at}: ${username}: is here already and stays as it is; differs in ${differs.join(', ')}`),
            ...refused.map(one => [one.at, one.username, one.problem].filter(part => part !== null).join(': ')),
        ],
        printed: () => ({
            imported,
            unchanged,
            kept,
            refused,
            ...(roles.length > 0 && { roles: roles.map(printedRole) }),
            ...(dryRun && { dry_run: true }),
        }),
    };
}
function roleRemarks({ group, role, outcome, beyond, leftOut }) {
    const name = JSON.stringify(group);
    return [
        ...(outcome === 'too_many_permissions'
            ? [`the group ${name} has too many permissions for a role, and becomes none`]
            : []),
        ...(outcome !== 'too_many_permissions' && group !== role ? [`the group ${name} is the role ${role}`] : []),
        ...(beyond.length > 0 ? [`the role ${role} is here already and also allows ${beyond.join(', ')}`] : []),
        ...(leftOut.length > 0
            ? [`permissions of the group ${name} that cannot be written here were left out: ${leftOut.join(', ')}`]
            : []),
    ];
}
function printedRole({ group, role, outcome, permissions, beyond, leftOut }) {
    return {
        group,
        role: outcome === 'too_many_permissions' ? null : role,
        outcome,
        permissions,
        beyond,
        left_out: leftOut,
    };
}
async function* batched(items) {
    let some = [];
    for await (const item of items) {
        some.push(item);
        if (some.length < batch)
            continue;
        yield some;
        some = [];
    }
    if (some.length > 0)
        yield some;
}
/**
 * A server on the same SQLite file sleeps while it waits for the lock, and may find it taken each time it wakes: after some
 * users it gets as long as they took. Who only looks takes no lock.
 */
async function* takingTurns(items, dryRun) {
    for await (const item of items) {
        const since = performance.now();
        yield item;
        if (!dryRun)
            await pause(Math.max(shortestPause, performance.now() - since));
    }
}
//# sourceMappingURL=user-import.js.map