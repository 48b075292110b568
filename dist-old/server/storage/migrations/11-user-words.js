import { searchWordsOf } from '../../policy/search-words.js';
import { createTable, varchar, whole } from './columns.js';
const usersAtOnce = 500;
/** More marks than this no engine takes in one statement. */
const rowsAtOnce = 10_000;
/** What people are found by (policy/search-words.ts), of all who are there already. */
export class UserWords1765000000000 {
    constructor() {
        this.name = 'UserWords1765000000000';
    }
    async up(runner) {
        await createTable(runner, 'user_word', ['user_id', 'word'], { user_id: whole, word: varchar(190) }, [
            { name: 'user_word_word', columnNames: ['word', 'user_id'] },
        ]);
        const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
        // What a migration that died half-way has written stays as it is.
        const insert = isSqlite ? 'INSERT OR IGNORE' : 'INSERT IGNORE';
        for (let after = -1;;) {
            const users = (await runner.query(`SELECT id, username, first_name AS firstName, last_name AS lastName, email FROM user
         WHERE id > ? AND deleted_at IS NULL ORDER BY id LIMIT ${usersAtOnce}`, [after]));
            const words = users.flatMap(({ id, ...names }) => searchWordsOf(names).map(word => [Number(id), word]));
            for (let from = 0; from < words.length; from += rowsAtOnce) {
                const some = words.slice(from, from + rowsAtOnce);
                const marks = some.map(() => '(?, ?)').join(', ');
                await runner.query(`${insert} INTO user_word (user_id, word) VALUES ${marks}`, some.flat());
            }
            if (users.length < usersAtOnce)
                return;
            after = Number(users.at(-1).id);
        }
    }
    async down(runner) {
        await runner.dropTable('user_word', true);
    }
}
//# sourceMappingURL=11-user-words.js.map