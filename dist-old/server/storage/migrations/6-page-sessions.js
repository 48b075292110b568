import { createTable, engineTypes, orNull, text, uuid, varchar, whole } from './columns.js';
export class PageSessions1764500000000 {
    constructor() {
        this.name = 'PageSessions1764500000000';
    }
    async up(runner) {
        await createTable(runner, 'page_session', ['id_hash'], {
            id_hash: varchar(43),
            session_id: uuid,
            form_secret: varchar(43),
            authenticated_at: whole,
            notices: orNull(text),
            created_at: whole,
        }, [{ name: 'page_session_session', columnNames: ['session_id'] }]);
        if (await runner.hasColumn('user', 'must_change_password'))
            return;
        const { flag } = engineTypes(runner);
        await runner.query(`ALTER TABLE user ADD COLUMN must_change_password ${flag.type} NOT NULL DEFAULT 0`);
    }
    async down(runner) {
        await runner.dropTable('page_session', true);
        if (await runner.hasColumn('user', 'must_change_password'))
            await runner.query('ALTER TABLE user DROP COLUMN must_change_password');
    }
}
//# sourceMappingURL=6-page-sessions.js.map