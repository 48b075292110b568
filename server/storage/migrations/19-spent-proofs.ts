import type { MigrationInterface, QueryRunner } from 'typeorm'
import { createTable, varchar, whole } from './columns.js'

/** Adds proofs that were used: assertions of applications, and later proofs of keys. */
export class SpentProofs1765800000000 implements MigrationInterface {
  name = 'SpentProofs1765800000000'

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, 'spent_proof', ['hash'], { hash: varchar(43), expires_at: whole }, [
      { name: 'spent_proof_expires', columnNames: ['expires_at'] },
    ])
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('spent_proof', true)
  }
}
