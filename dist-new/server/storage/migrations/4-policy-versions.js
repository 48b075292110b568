import { engineTypes } from './columns.js';
/** How each version of the policy comes into force, and under which one each session was opened. */
export class PolicyVersions1764300000000 {
    constructor() {
        this.name = 'PolicyVersions1764300000000';
    }
    async up(runner) {
        for (const [table, column, type] of added(runner)) {
            if (!(await runner.hasColumn(table, column)))
                await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
        }
    }
    async down(runner) {
        for (const [table, column] of added(runner)) {
            if (await runner.hasColumn(table, column))
                await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
        }
    }
}
function added(runner) {
    const small = engineTypes(runner).small.type;
    return [
        ['policy_version', 'apply', "varchar(8) NOT NULL DEFAULT 'refresh'"],
        ['policy_version', 'changed', 'text NULL'],
        ['policy_version', 'undoes', `${small} NULL`],
        ['policy_version', 'settled_at', 'bigint NULL'],
        // Until now every version was for all: under which one a session was opened makes no difference.
        ['session', 'policy_version', `${small} NOT NULL DEFAULT 1`],
    ];
}
//# sourceMappingURL=4-policy-versions.js.map