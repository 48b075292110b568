import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addColumns, createTable, dropColumns, orNull, varchar, whole } from './columns.js'

/** Adds verifiers with the position that each has applied, and when an entry was in force everywhere. */
export class Verifiers1766300000000 implements MigrationInterface {
  name = 'Verifiers1766300000000'

  async up(runner: QueryRunner): Promise<void> {
    await createTable(
      runner,
      'verifier',
      ['application_id', 'name'],
      {
        application_id: varchar(100),
        name: varchar(100),
        version: varchar(50),
        applied_log: varchar(64),
        applied_seq: whole,
        applied_at: orNull(whole),
        renewed_at: whole,
        lease_until: whole,
        keys_fetched_at: orNull(whole),
        address: varchar(64),
        first_seen: whole,
      },
      [{ name: 'verifier_lease', columnNames: ['lease_until'] }],
    )
    await addColumns(runner, 'revocation', { enforced_at: 'bigint NULL', enforced_verifiers: 'bigint NULL' })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'revocation', ['enforced_at', 'enforced_verifiers'])
    await runner.dropTable('verifier', true)
  }
}
