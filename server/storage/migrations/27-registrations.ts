import type { MigrationInterface, QueryRunner } from 'typeorm'
import { createTable, orNull, text, uuid, varchar, whole } from './columns.js'
import { moveIndices } from './indices.js'

const indices = { application: { application_origin: ['origin', 'created_at'] } }

/**
 * Adds registration of applications by themselves, with an index on the time, to count recent ones and find unused
 * ones.
 */
export class Registrations1766600000000 implements MigrationInterface {
  name = 'Registrations1766600000000'

  async up(runner: QueryRunner): Promise<void> {
    await createTable(
      runner,
      'initial_access_token',
      ['id'],
      {
        id: uuid,
        hash: varchar(43),
        name: varchar(100),
        hint: varchar(12),
        scopes: text,
        most_uses: orNull(whole),
        uses: whole,
        created_by: varchar(100),
        created_at: whole,
        expires_at: orNull(whole),
        last_used_at: orNull(whole),
        ended_at: orNull(whole),
      },
      [{ name: 'initial_access_token_hash', columnNames: ['hash'], isUnique: true }],
    )
    await moveIndices(runner, { from: {}, to: indices })
  }

  async down(runner: QueryRunner): Promise<void> {
    await moveIndices(runner, { from: indices, to: {} })
    await runner.dropTable('initial_access_token', true)
  }
}
