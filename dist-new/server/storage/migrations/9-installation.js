import { createTable, engineTypes, varchar } from './columns.js';
/** Whose database this is: two issuers on one would refuse each other's tokens. The next start writes its own. */
export class Installation1764800000000 {
    constructor() {
        this.name = 'Installation1764800000000';
    }
    async up(runner) {
        const { small } = engineTypes(runner);
        await createTable(runner, 'installation', ['id'], { id: small, issuer: varchar(300) });
    }
    async down(runner) {
        await runner.dropTable('installation', true);
    }
}
//# sourceMappingURL=9-installation.js.map