import type { MigrationInterface, QueryRunner } from 'typeorm'
import { createTable, orNull, text, uuid, varchar, whole } from './columns.js'

/** Adds device codes (RFC 8628). */
export class DeviceCodes1766500000000 implements MigrationInterface {
  name = 'DeviceCodes1766500000000'

  async up(runner: QueryRunner): Promise<void> {
    await createTable(
      runner,
      'device_code',
      ['hash'],
      {
        hash: varchar(43),
        user_code: varchar(8),
        application_id: varchar(100),
        scope: varchar(1000),
        resources: orNull(text),
        address: varchar(64),
        user_agent: varchar(512),
        created_at: whole,
        expires_at: whole,
        poll_interval: whole,
        polled_at: orNull(whole),
        decision: orNull(varchar(10)),
        decided_at: orNull(whole),
        user_id: orNull(whole),
        browser_sid: orNull(uuid),
        seq: orNull(whole),
        authenticated_at: orNull(whole),
        redeemed_at: orNull(whole),
        session_id: orNull(uuid),
      },
      [
        { name: 'device_code_user_code', columnNames: ['user_code'], isUnique: true },
        { name: 'device_code_expires', columnNames: ['expires_at'] },
        { name: 'device_code_user', columnNames: ['user_id', 'application_id'] },
      ],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('device_code', true)
  }
}
