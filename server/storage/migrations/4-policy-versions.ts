import type { MigrationInterface, QueryRunner } from 'typeorm'
import { engineTypes } from './columns.js'

/** Adds how each version of the policy comes into force, and the version under which each session was opened. */
export class PolicyVersions1764300000000 implements MigrationInterface {
  name = 'PolicyVersions1764300000000'

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column, type] of added(runner)) {
      if (!(await runner.hasColumn(table, column)))
        await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`)
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, column] of added(runner)) {
      if (await runner.hasColumn(table, column)) await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`)
    }
  }
}

function added(runner: QueryRunner): [table: string, column: string, type: string][] {
  const small = engineTypes(runner).small.type
  return [
    ['policy_version', 'apply', "varchar(8) NOT NULL DEFAULT 'refresh'"],
    ['policy_version', 'changed', 'text NULL'],
    ['policy_version', 'undoes', `${small} NULL`],
    ['policy_version', 'settled_at', 'bigint NULL'],
    // Until now every version was for all sessions: the version that one was opened under makes no difference.
    ['session', 'policy_version', `${small} NOT NULL DEFAULT 1`],
  ]
}
