import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addColumns, dropColumns, engineTypes } from './columns.js'

/** Adds the grant of a session: how it was opened, and its scope. Existing sessions go on as they are. */
export class SessionGrants1765600000000 implements MigrationInterface {
  name = 'SessionGrants1765600000000'

  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'session', columns(runner))
    // A browser holds its session by a cookie. Safe to run again after an interruption: it changes nothing then.
    await runner.query('UPDATE session SET refreshable = 0 WHERE id IN (SELECT session_id FROM page_session)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'session', Object.keys(columns(runner)))
  }
}

function columns(runner: QueryRunner): Record<string, string> {
  const { flag } = engineTypes(runner)
  return {
    // Not `grant`, which is a reserved word of SQL.
    grant_type: "varchar(20) NOT NULL DEFAULT 'password'",
    scope: "varchar(1000) NOT NULL DEFAULT ''",
    resources: 'text NULL',
    browser_sid: 'varchar(36) NULL',
    offline: `${flag.type} NOT NULL DEFAULT 0`,
    dpop_jkt: 'varchar(43) NULL',
    refreshable: `${flag.type} NOT NULL DEFAULT 1`,
  }
}
