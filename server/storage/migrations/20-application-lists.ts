import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm'
import { addColumns, dropColumns, engineTypes } from './columns.js'

const sorted = new TableIndex({ name: 'application_sorted', columnNames: ['sort_key'] })

// Values at the time of this migration: it does not change with the code.
const permissions = {
  admin: ['darvoza:applications:read', 'darvoza:applications:write'],
  auditor: ['darvoza:applications:read'],
}

/** Adds indices for lists of applications, and the permissions to list, change and delete them for administrators. */
export class ApplicationLists1765900000000 implements MigrationInterface {
  name = 'ApplicationLists1765900000000'

  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'application', {
      deleted_at: 'bigint NULL',
      sort_key: "varchar(191) NOT NULL DEFAULT ''",
    })
    const { small } = engineTypes(runner)
    await addColumns(runner, 'log_head', { resource_version: `${small.type} NOT NULL DEFAULT 1` })
    const rows = await read<{ id: string; name: string }>(
      runner,
      "SELECT id, name FROM application WHERE sort_key = ''",
    )
    for (const { id, name } of rows) {
      const key = `${name.normalize('NFKC').toLowerCase().slice(0, 90)} ${id}`
      await runner.query('UPDATE application SET sort_key = ? WHERE id = ?', [key, id])
    }
    const there = new Set((await runner.getTable('application'))!.indices.map(index => index.name))
    if (!there.has(sorted.name)) await runner.createIndex('application', sorted)
    await eachRole(runner, (held, added) => [...new Set([...held, ...added])])
  }

  async down(runner: QueryRunner): Promise<void> {
    await eachRole(runner, (held, added) => held.filter(one => !added.includes(one)))
    const there = new Set((await runner.getTable('application'))!.indices.map(index => index.name))
    if (there.has(sorted.name)) await runner.dropIndex('application', sorted)
    await dropColumns(runner, 'log_head', ['resource_version'])
    await dropColumns(runner, 'application', ['deleted_at', 'sort_key'])
  }
}

/** The first start writes the built-in roles: permissions that were added since are granted here. */
async function eachRole(
  runner: QueryRunner,
  change: (held: readonly string[], added: readonly string[]) => string[],
): Promise<void> {
  for (const [name, added] of Object.entries(permissions)) {
    const [role] = await read<{ permissions: string }>(
      runner,
      'SELECT permissions FROM role WHERE name = ? AND built_in = 1',
      [name],
    )
    if (!role) continue
    const after = JSON.stringify(change(JSON.parse(role.permissions) as string[], added))
    await runner.query('UPDATE role SET permissions = ? WHERE name = ?', [after, name])
  }
}

async function read<Row>(runner: QueryRunner, sql: string, values: string[] = []): Promise<Row[]> {
  return (await runner.query(sql, values)) as Row[]
}
