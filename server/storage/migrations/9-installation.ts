import type { MigrationInterface, QueryRunner } from 'typeorm'
import { createTable, engineTypes, varchar } from './columns.js'

/**
 * Adds the issuer that owns this database: two issuers on one would refuse each other's tokens. The next start writes
 * its own.
 */
export class Installation1764800000000 implements MigrationInterface {
  name = 'Installation1764800000000'

  async up(runner: QueryRunner): Promise<void> {
    const { small } = engineTypes(runner)
    await createTable(runner, 'installation', ['id'], { id: small, issuer: varchar(300) })
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('installation', true)
  }
}
