import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addColumns, createTable, dropColumns, engineTypes, orNull, uuid, varchar, whole } from './columns.js'

/** Adds refresh tokens of the former service: which were exchanged, and which may not be. */
export class LegacyTokens1766200000000 implements MigrationInterface {
  name = 'LegacyTokens1766200000000'

  async up(runner: QueryRunner): Promise<void> {
    const { small } = engineTypes(runner)
    await createTable(
      runner,
      'legacy_token',
      ['hash'],
      {
        hash: varchar(43),
        user_id: orNull(whole),
        listed_at: orNull(whole),
        exchanged_at: orNull(whole),
        session_id: orNull(uuid),
        generation: small,
        ended_at: orNull(whole),
        expires_at: whole,
      },
      [
        { name: 'legacy_token_expires', columnNames: ['expires_at'] },
        { name: 'legacy_token_open', columnNames: ['exchanged_at', 'ended_at', 'expires_at'] },
      ],
    )
    await createTable(runner, 'legacy_count', ['day', 'what'], { day: whole, what: varchar(60), value: whole })
    await addColumns(runner, 'installation', { legacy_seq: 'bigint NULL' })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'installation', ['legacy_seq'])
    await runner.dropTable('legacy_count', true)
    await runner.dropTable('legacy_token', true)
  }
}
