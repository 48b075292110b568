import { createTable, varchar, whole } from './columns.js';
/** What proves something once: assertions of applications, and later proofs of keys. */
export class SpentProofs1765800000000 {
    constructor() {
        this.name = 'SpentProofs1765800000000';
    }
    async up(runner) {
        await createTable(runner, 'spent_proof', ['hash'], { hash: varchar(43), expires_at: whole }, [
            { name: 'spent_proof_expires', columnNames: ['expires_at'] },
        ]);
    }
    async down(runner) {
        await runner.dropTable('spent_proof', true);
    }
}
//# sourceMappingURL=19-spent-proofs.js.map