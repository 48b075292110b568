/** Our mark on the end of the audit log: without it whoever writes to the database could put the end anywhere. */
export class AuditMark1764700000000 {
    constructor() {
        this.name = 'AuditMark1764700000000';
    }
    async up(runner) {
        if (await runner.hasColumn('audit_head', 'mark'))
            return;
        await runner.query("ALTER TABLE audit_head ADD COLUMN mark varchar(43) NOT NULL DEFAULT ''");
    }
    async down(runner) {
        await runner.query('ALTER TABLE audit_head DROP COLUMN mark');
    }
}
//# sourceMappingURL=8-audit-mark.js.map