import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm'
import { createTable, orNull, text, uuid, varchar, whole } from './columns.js'

const byBrowser = new TableIndex({ name: 'session_browser', columnNames: ['browser_sid', 'ended_at'] })

/** Adds authorization codes and consents. */
export class CodesAndConsents1765700000000 implements MigrationInterface {
  name = 'CodesAndConsents1765700000000'

  async up(runner: QueryRunner): Promise<void> {
    await createTable(
      runner,
      'code',
      ['hash'],
      {
        hash: varchar(43),
        application_id: varchar(100),
        user_id: whole,
        device_id: uuid,
        browser_sid: uuid,
        seq: whole,
        authenticated_at: whole,
        redirect_uri: orNull(text),
        challenge: orNull(varchar(43)),
        scope: varchar(1000),
        resources: orNull(text),
        nonce: orNull(varchar(512)),
        dpop_jkt: orNull(varchar(43)),
        created_at: whole,
        expires_at: whole,
        redeemed_at: orNull(whole),
        redemption: orNull(varchar(24)),
        redeemer: orNull(varchar(43)),
        session_id: orNull(uuid),
      },
      [
        { name: 'code_expires', columnNames: ['expires_at'] },
        { name: 'code_user', columnNames: ['user_id', 'application_id'] },
      ],
    )
    await createTable(
      runner,
      'consent',
      ['user_id', 'application_id'],
      {
        user_id: whole,
        application_id: varchar(100),
        scopes: text,
        created_at: whole,
        updated_at: whole,
      },
      [{ name: 'consent_application', columnNames: ['application_id', 'user_id'] }],
    )
    const there = new Set((await runner.getTable('session'))!.indices.map(index => index.name))
    if (!there.has(byBrowser.name)) await runner.createIndex('session', byBrowser)
  }

  async down(runner: QueryRunner): Promise<void> {
    const there = new Set((await runner.getTable('session'))!.indices.map(index => index.name))
    if (there.has(byBrowser.name)) await runner.dropIndex('session', byBrowser)
    await runner.dropTable('consent', true)
    await runner.dropTable('code', true)
  }
}
