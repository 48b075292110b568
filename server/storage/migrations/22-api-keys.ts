import type { MigrationInterface, QueryRunner } from 'typeorm'
import { createTable, engineTypes, orNull, text, uuid, varchar, whole } from './columns.js'

/** Adds API keys. */
export class ApiKeys1766100000000 implements MigrationInterface {
  name = 'ApiKeys1766100000000'

  up(runner: QueryRunner): Promise<void> {
    return createTable(
      runner,
      'api_key',
      ['id'],
      {
        id: uuid,
        hash: varchar(43),
        user_id: whole,
        name: varchar(100),
        hint: varchar(12),
        scopes: text,
        resource: orNull(varchar(255)),
        elevated: engineTypes(runner).flag,
        created_at: whole,
        expires_at: orNull(whole),
        last_used_at: orNull(whole),
        last_used_address: orNull(varchar(45)),
        ended_at: orNull(whole),
        ended_why: orNull(varchar(40)),
      },
      [
        { name: 'api_key_hash', columnNames: ['hash'], isUnique: true },
        { name: 'api_key_user', columnNames: ['user_id', 'created_at', 'id'] },
        { name: 'api_key_created', columnNames: ['created_at', 'id'] },
        { name: 'api_key_expires', columnNames: ['expires_at'] },
        { name: 'api_key_ended', columnNames: ['ended_at'] },
      ],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('api_key', true)
  }
}
