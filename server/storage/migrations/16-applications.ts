import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm'
import { addColumns, createTable, dropColumns, engineTypes, orNull, uuid, varchar, whole } from './columns.js'

// Values at the time of this migration: it does not change with the code.
const metadata = {
  grant_types: ['password', 'refresh_token'],
  token_endpoint_auth_method: 'none',
  first_party: true,
}
const scopes = [
  { name: 'darvoza:account', description: 'See and change the own account, and end its sessions.' },
  { name: 'darvoza:admin', description: 'Act as an administrator, as far as the user may.' },
  { name: 'revocations:read', description: 'Follow the revocation log.' },
]

const byResource = new TableIndex({ name: 'application_resource', columnNames: ['resource'], isUnique: true })
const byLifetimes = new TableIndex({ name: 'application_own_lifetimes', columnNames: ['own_lifetimes'] })

/** Adds what describes an application, beside its name: until now only the built-in one existed. */
export class Applications1765500000000 implements MigrationInterface {
  name = 'Applications1765500000000'

  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'application', columns(runner))
    // The existing application is the built-in one.
    await runner.query(
      `UPDATE application SET kind = 'resource_server', origin = 'built_in', metadata = ?,
         resource_scopes = ? WHERE id = 'darvoza'`,
      [JSON.stringify(metadata), JSON.stringify(scopes)],
    )
    const there = new Set((await runner.getTable('application'))!.indices.map(index => index.name))
    for (const index of [byResource, byLifetimes])
      if (!there.has(index.name)) await runner.createIndex('application', index)
    await createTable(
      runner,
      'application_secret',
      ['id'],
      {
        id: uuid,
        application_id: varchar(100),
        hash: varchar(43),
        hint: varchar(12),
        created_at: whole,
        expires_at: orNull(whole),
        last_used_at: orNull(whole),
      },
      [{ name: 'application_secret_application', columnNames: ['application_id'] }],
    )
    const { small } = engineTypes(runner)
    await addColumns(runner, 'log_head', { application_version: `${small.type} NOT NULL DEFAULT 1` })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'log_head', ['application_version'])
    await runner.dropTable('application_secret', true)
    const there = new Set((await runner.getTable('application'))!.indices.map(index => index.name))
    for (const index of [byResource, byLifetimes])
      if (there.has(index.name)) await runner.dropIndex('application', index)
    await dropColumns(runner, 'application', Object.keys(columns(runner)))
  }
}

function columns(runner: QueryRunner): Record<string, string> {
  const { flag, small } = engineTypes(runner)
  return {
    kind: "varchar(16) NOT NULL DEFAULT 'native'",
    origin: "varchar(16) NOT NULL DEFAULT 'administrator'",
    version: `${small.type} NOT NULL DEFAULT 1`,
    // No default for a text on MySQL: NULL stands for `{}`.
    metadata: 'text NULL',
    own_lifetimes: `${flag.type} NOT NULL DEFAULT 0`,
    resource: 'varchar(255) NULL',
    resource_scopes: 'text NULL',
    registration_token_hash: 'varchar(43) NULL',
  }
}
