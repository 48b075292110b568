import { TableIndex } from 'typeorm';
import { addColumns, dropColumns, engineTypes } from './columns.js';
const sorted = new TableIndex({ name: 'application_sorted', columnNames: ['sort_key'] });
// As they were when this was written: a migration does not change with the code.
const permissions = {
    admin: ['darvoza:applications:read', 'darvoza:applications:write'],
    auditor: ['darvoza:applications:read'],
};
/** Applications are listed, changed and deleted by administrators, who may do so from now on. */
export class ApplicationLists1765900000000 {
    constructor() {
        this.name = 'ApplicationLists1765900000000';
    }
    async up(runner) {
        await addColumns(runner, 'application', {
            deleted_at: 'bigint NULL',
            sort_key: "varchar(191) NOT NULL DEFAULT ''",
        });
        const { small } = engineTypes(runner);
        await addColumns(runner, 'log_head', { resource_version: `${small.type} NOT NULL DEFAULT 1` });
        const rows = await read(runner, "SELECT id, name FROM application WHERE sort_key = ''");
        for (const { id, name } of rows) {
            const key = `${name.normalize('NFKC').toLowerCase().slice(0, 90)} ${id}`;
            await runner.query('UPDATE application SET sort_key = ? WHERE id = ?', [key, id]);
        }
        const there = new Set((await runner.getTable('application')).indices.map(index => index.name));
        if (!there.has(sorted.name))
            await runner.createIndex('application', sorted);
        await eachRole(runner, (held, added) => [...new Set([...held, ...added])]);
    }
    async down(runner) {
        await eachRole(runner, (held, added) => held.filter(one => !added.includes(one)));
        const there = new Set((await runner.getTable('application')).indices.map(index => index.name));
        if (there.has(sorted.name))
            await runner.dropIndex('application', sorted);
        await dropColumns(runner, 'log_head', ['resource_version']);
        await dropColumns(runner, 'application', ['deleted_at', 'sort_key']);
    }
}
/** The built-in roles are written once, by the first start: what has come since is added here. */
async function eachRole(runner, change) {
    for (const [name, added] of Object.entries(permissions)) {
        const [role] = await read(runner, 'SELECT permissions FROM role WHERE name = ? AND built_in = 1', [name]);
        if (!role)
            continue;
        const after = JSON.stringify(change(JSON.parse(role.permissions), added));
        await runner.query('UPDATE role SET permissions = ? WHERE name = ?', [after, name]);
    }
}
async function read(runner, sql, values = []) {
    return (await runner.query(sql, values));
}
//# sourceMappingURL=20-application-lists.js.map