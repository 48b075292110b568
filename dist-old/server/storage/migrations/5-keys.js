/** When a pending key is to sign from, and when a key was revoked. */
const added = ['activates_at', 'revoked_at'];
export class Keys1764400000000 {
    constructor() {
        this.name = 'Keys1764400000000';
    }
    async up(runner) {
        for (const column of added) {
            if (!(await runner.hasColumn('signing_key', column)))
                await runner.query(`ALTER TABLE signing_key ADD COLUMN ${column} bigint NULL`);
        }
    }
    async down(runner) {
        for (const column of added) {
            if (await runner.hasColumn('signing_key', column))
                await runner.query(`ALTER TABLE signing_key DROP COLUMN ${column}`);
        }
    }
}
//# sourceMappingURL=5-keys.js.map