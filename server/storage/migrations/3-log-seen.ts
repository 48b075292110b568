import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Adds the highest number of the log that a process has seen and that the database lacked: it went back. */
export class LogSeen1764200000000 implements MigrationInterface {
  name = 'LogSeen1764200000000'

  async up(runner: QueryRunner): Promise<void> {
    if (await runner.hasColumn('log_head', 'seen_seq')) return
    await runner.query('ALTER TABLE log_head ADD COLUMN seen_seq bigint NULL')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE log_head DROP COLUMN seen_seq')
  }
}
