import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm'
import { createTable, engineTypes, orNull, text, uuid, varchar, whole } from './columns.js'

export class PageSessions1764500000000 implements MigrationInterface {
  name = 'PageSessions1764500000000'

  async up(runner: QueryRunner): Promise<void> {
    await createTable(
      runner,
      'page_session',
      ['id_hash'],
      {
        id_hash: varchar(43),
        session_id: uuid,
        form_secret: varchar(43),
        authenticated_at: whole,
        notices: orNull(text),
        created_at: whole,
      },
      [{ name: 'page_session_session', columnNames: ['session_id'] }],
    )
    const { flag } = engineTypes(runner)
    if (await runner.hasColumn('user', 'must_change_password')) return
    await runner.addColumn('user', new TableColumn({ name: 'must_change_password', ...flag, default: 0 }))
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('page_session', true)
    if (await runner.hasColumn('user', 'must_change_password')) await runner.dropColumn('user', 'must_change_password')
  }
}
