import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm'
import { addColumns, createTable, dropColumns, engineTypes, orNull, uuid, varchar, whole } from './columns.js'

const notifiedIndex = new TableIndex({ name: 'application_told_of_ends', columnNames: ['told_of_ends'] })

/** Adds applications' notification of ended sessions: deliveries, and sweeps. */
export class Deliveries1766700000000 implements MigrationInterface {
  name = 'Deliveries1766700000000'

  async up(runner: QueryRunner): Promise<void> {
    const { flag, small } = engineTypes(runner)
    await addColumns(runner, 'application', { told_of_ends: `${flag.type} NOT NULL DEFAULT 0` })
    // Text that JSON.stringify writes for the member; inside a JSON string the quotation marks are escaped.
    await runner.query('UPDATE application SET told_of_ends = 1 WHERE INSTR(metadata, ?) > 0', [
      '"backchannel_logout_uri":"',
    ])
    if (!(await indicesOf(runner)).has(notifiedIndex.name)) await runner.createIndex('application', notifiedIndex)
    await createTable(
      runner,
      'delivery',
      ['id'],
      {
        id: uuid,
        session_id: uuid,
        ended: varchar(8),
        application_id: varchar(100),
        user_id: whole,
        state: varchar(8),
        round: small,
        attempts: small,
        next_at: whole,
        taker: orNull(varchar(24)),
        failure: orNull(varchar(16)),
        status: orNull(small),
        created_at: whole,
        since: whole,
        done_at: orNull(whole),
      },
      [
        { name: 'delivery_end', columnNames: ['session_id', 'ended'], isUnique: true },
        { name: 'delivery_due', columnNames: ['state', 'application_id', 'next_at'] },
        { name: 'delivery_created', columnNames: ['created_at', 'id'] },
        { name: 'delivery_application', columnNames: ['application_id', 'created_at', 'id'] },
        { name: 'delivery_state', columnNames: ['state', 'created_at', 'id'] },
      ],
    )
    await createTable(
      runner,
      'sweep',
      ['seq'],
      {
        seq: whole,
        kind: varchar(12),
        subject: varchar(190),
        reason: varchar(60),
        actor: varchar(190),
        created_at: whole,
        next_at: whole,
        passes: small,
      },
      [{ name: 'sweep_next', columnNames: ['next_at'] }],
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('sweep', true)
    await runner.dropTable('delivery', true)
    if ((await indicesOf(runner)).has(notifiedIndex.name)) await runner.dropIndex('application', notifiedIndex)
    await dropColumns(runner, 'application', ['told_of_ends'])
  }
}

async function indicesOf(runner: QueryRunner): Promise<Set<string | undefined>> {
  return new Set((await runner.getTable('application'))!.indices.map(index => index.name))
}
