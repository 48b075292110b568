import type { MigrationInterface, QueryRunner } from 'typeorm'
import { searchWordsOf } from '../../policy/search-words.js'
import { createTable, varchar, whole } from './columns.js'

type Row = { id: number | string; username: string; firstName: string; lastName: string; email: string }

const usersAtOnce = 500
/** Rows in one statement, limited by the number of `?` marks that every engine takes. */
const rowsAtOnce = 10_000

/** Adds the words by which users are found (policy/search-words.ts), for all existing users. */
export class UserWords1765000000000 implements MigrationInterface {
  name = 'UserWords1765000000000'

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, 'user_word', ['user_id', 'word'], { user_id: whole, word: varchar(190) }, [
      { name: 'user_word_word', columnNames: ['word', 'user_id'] },
    ])
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3'
    // Rows that an interrupted migration has written stay as they are.
    const insert = isSqlite ? 'INSERT OR IGNORE' : 'INSERT IGNORE'
    for (let after = -1; ; ) {
      const users = (await runner.query(
        `SELECT id, username, first_name AS firstName, last_name AS lastName, email FROM user
         WHERE id > ? AND deleted_at IS NULL ORDER BY id LIMIT ${usersAtOnce}`,
        [after],
      )) as Row[]
      const words = users.flatMap(({ id, ...names }) => searchWordsOf(names).map(word => [Number(id), word] as const))
      for (let from = 0; from < words.length; from += rowsAtOnce) {
        const some = words.slice(from, from + rowsAtOnce)
        const marks = some.map(() => '(?, ?)').join(', ')
        await runner.query(`${insert} INTO user_word (user_id, word) VALUES ${marks}`, some.flat())
      }
      if (users.length < usersAtOnce) return
      after = Number(users.at(-1)!.id)
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('user_word', true)
  }
}
