import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Columns for when a pending key is to sign, and when a key was revoked. */
const added = ['activates_at', 'revoked_at']

export class Keys1764400000000 implements MigrationInterface {
  name = 'Keys1764400000000'

  async up(runner: QueryRunner): Promise<void> {
    for (const column of added) {
      if (!(await runner.hasColumn('signing_key', column)))
        await runner.query(`ALTER TABLE signing_key ADD COLUMN ${column} bigint NULL`)
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of added) {
      if (await runner.hasColumn('signing_key', column))
        await runner.query(`ALTER TABLE signing_key DROP COLUMN ${column}`)
    }
  }
}
