import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Adds a MAC on the end of the audit log: without it write access to the database would suffice to move the end. */
export class AuditMark1764700000000 implements MigrationInterface {
  name = 'AuditMark1764700000000'

  async up(runner: QueryRunner): Promise<void> {
    if (await runner.hasColumn('audit_head', 'mark')) return
    await runner.query("ALTER TABLE audit_head ADD COLUMN mark varchar(43) NOT NULL DEFAULT ''")
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_head DROP COLUMN mark')
  }
}
