import { createTable, engineTypes, orNull, text, varchar, whole } from './columns.js';
export class Audit1764100000000 {
    constructor() {
        this.name = 'Audit1764100000000';
    }
    async up(runner) {
        const { small } = engineTypes(runner);
        await createTable(runner, 'audit_entry', ['seq'], {
            seq: whole,
            created_at: whole,
            actor: varchar(100),
            action: varchar(40),
            subject_kind: varchar(20),
            subject: varchar(100),
            address: varchar(45),
            user_agent: varchar(512),
            request_id: varchar(64),
            before_json: orNull(text),
            after_json: orNull(text),
            hash: varchar(43),
        }, [
            { name: 'audit_entry_actor', columnNames: ['actor', 'seq'] },
            { name: 'audit_entry_subject', columnNames: ['subject_kind', 'subject', 'seq'] },
            { name: 'audit_entry_action', columnNames: ['action', 'seq'] },
            { name: 'audit_entry_created', columnNames: ['created_at'] },
        ]);
        await createTable(runner, 'audit_head', ['id'], {
            id: small,
            seq: whole,
            hash: varchar(43),
            dropped_seq: whole,
            dropped_hash: varchar(43),
            dropped_mark: varchar(43),
        });
    }
    async down(runner) {
        for (const table of ['audit_head', 'audit_entry'])
            await runner.dropTable(table, true);
    }
}
//# sourceMappingURL=2-audit.js.map