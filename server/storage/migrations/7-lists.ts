import type { MigrationInterface, QueryRunner } from 'typeorm'
import { createTable, varchar, whole } from './columns.js'
import { type Indices, moveIndices } from './indices.js'

/** Indices of lists; each begins with what a filter fixes and continues in the order of its list. */
const added: Indices = {
  session: {
    session_created: ['created_at', 'id'],
    session_user_created: ['user_id', 'created_at', 'id'],
    session_device_open: ['device_id', 'ended_at'],
    session_device_created: ['device_id', 'created_at', 'id'],
    session_application: ['application_id', 'created_at', 'id'],
    session_address: ['address', 'created_at', 'id'],
  },
  device: {
    device_seen: ['last_seen_at', 'id'],
    device_user_seen: ['user_id', 'last_seen_at', 'id'],
    device_address: ['address', 'last_seen_at', 'id'],
    device_browser: ['browser'],
    device_platform: ['platform'],
    device_ended: ['ended_at', 'first_seen_at', 'id'],
  },
  incident: {
    incident_created: ['created_at', 'id'],
    incident_user_created: ['user_id', 'created_at', 'id'],
    incident_session: ['session_id'],
  },
  revocation: {
    revocation_subject: ['kind', 'subject', 'seq'],
    revocation_actor: ['actor', 'seq'],
    revocation_reason: ['reason', 'seq'],
  },
  user: { user_email_key: ['email_key'] },
  user_role: { user_role_holder: ['role_name', 'user_id'] },
  audit_entry: {
    audit_entry_created: ['created_at', 'seq'],
    audit_entry_actor: ['actor', 'created_at', 'seq'],
    audit_entry_subject: ['subject_kind', 'subject', 'created_at', 'seq'],
    audit_entry_action: ['action', 'created_at', 'seq'],
    audit_entry_address: ['address', 'created_at', 'seq'],
  },
}

/** Indices that the new ones make redundant. */
const replaced: Indices = {
  session: { session_device: ['device_id', 'application_id'] },
  device: { device_user: ['user_id'] },
  incident: { incident_user: ['user_id'] },
  user: { user_email: ['email'] },
  user_role: { user_role_role: ['role_name'] },
  audit_entry: {
    audit_entry_created: ['created_at'],
    audit_entry_actor: ['actor', 'seq'],
    audit_entry_subject: ['subject_kind', 'subject', 'seq'],
    audit_entry_action: ['action', 'seq'],
  },
}

export class Lists1764600000000 implements MigrationInterface {
  name = 'Lists1764600000000'

  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn('user', 'email_key')))
      await runner.query('ALTER TABLE user ADD COLUMN email_key varchar(254) NULL')
    // SQLite's LOWER changes only ASCII letters; keys with other letters follow when the profile is next saved.
    await runner.query("UPDATE user SET email_key = LOWER(email) WHERE email <> '' AND email_key IS NULL")
    await moveIndices(runner, { from: replaced, to: added })
    await createTable(runner, 'figure', ['grain', 'begins_at', 'name'], {
      grain: varchar(6),
      begins_at: whole,
      name: varchar(20),
      value: whole,
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('figure', true)
    await moveIndices(runner, { from: added, to: replaced })
    if (await runner.hasColumn('user', 'email_key')) await runner.query('ALTER TABLE user DROP COLUMN email_key')
  }
}
