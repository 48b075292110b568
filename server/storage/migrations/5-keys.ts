import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm'
import { orNull, whole } from './columns.js'

/** When a pending key is to sign from, and when a key was revoked. */
const added = ['activates_at', 'revoked_at']

export class Keys1764400000000 implements MigrationInterface {
  name = 'Keys1764400000000'

  async up(runner: QueryRunner): Promise<void> {
    for (const name of added) {
      if (await runner.hasColumn('signing_key', name)) continue
      await runner.addColumn('signing_key', new TableColumn({ name, ...orNull(whole) }))
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of added) {
      if (await runner.hasColumn('signing_key', name)) await runner.dropColumn('signing_key', name)
    }
  }
}
