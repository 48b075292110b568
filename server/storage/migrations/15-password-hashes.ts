import type { MigrationInterface, QueryRunner } from 'typeorm'
import { moveIndices } from './indices.js'

const index = { user: { user_password_hash: ['password_hash'] } }

/** Adds an index on password hashes: which kinds exist is read every minute, and must not read every row. */
export class PasswordHashes1765400000000 implements MigrationInterface {
  name = 'PasswordHashes1765400000000'

  up = (runner: QueryRunner) => moveIndices(runner, { from: {}, to: index })
  down = (runner: QueryRunner) => moveIndices(runner, { from: index, to: {} })
}
