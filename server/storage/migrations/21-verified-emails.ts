import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addColumns, dropColumns, engineTypes } from './columns.js'

/** Adds whether an administrator vouches for an e-mail address. For existing addresses that is unknown. */
export class VerifiedEmails1766000000000 implements MigrationInterface {
  name = 'VerifiedEmails1766000000000'

  up = (runner: QueryRunner) => addColumns(runner, 'user', columns(runner))
  down = (runner: QueryRunner) => dropColumns(runner, 'user', Object.keys(columns(runner)))
}

function columns(runner: QueryRunner): Record<string, string> {
  return { email_verified: `${engineTypes(runner).flag.type} NOT NULL DEFAULT 0` }
}
