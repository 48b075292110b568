/** Where it is written down that the log was seen at a number that the database does not have: it went back. */
export class LogSeen1764200000000 {
    constructor() {
        this.name = 'LogSeen1764200000000';
    }
    async up(runner) {
        if (await runner.hasColumn('log_head', 'seen_seq'))
            return;
        await runner.query('ALTER TABLE log_head ADD COLUMN seen_seq bigint NULL');
    }
    async down(runner) {
        await runner.query('ALTER TABLE log_head DROP COLUMN seen_seq');
    }
}
//# sourceMappingURL=3-log-seen.js.map