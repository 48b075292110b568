import type { MigrationInterface, QueryRunner } from 'typeorm'
import { createTable, orNull, text, varchar, whole } from './columns.js'

/** Adds pushed authorization requests (RFC 9126). */
export class PushedRequests1766400000000 implements MigrationInterface {
  name = 'PushedRequests1766400000000'

  async up(runner: QueryRunner): Promise<void> {
    await createTable(
      runner,
      'pushed_request',
      ['hash'],
      {
        hash: varchar(43),
        application_id: varchar(100),
        request: text,
        expires_at: whole,
        kept_until: whole,
        shown_at: orNull(whole),
        spent_at: orNull(whole),
      },
      [{ name: 'pushed_request_kept', columnNames: ['kept_until'] }],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('pushed_request', true)
  }
}
