// TypeORM's executor of migrations, on one connection under a lock.
import { MigrationExecutor, type QueryRunner } from 'typeorm'
import type { Connections } from './connections/connections.js'
import { createDataSource } from './data-source.js'
import { widenForMigrations } from './mysql-session.js'

/** MySQL allows 64 characters for the name of a lock, and a database's name alone may have them. */
const lockName = "CONCAT('darvoza.migrate.', MD5(DATABASE()))"

/**
 * Servers that start together migrate one after the other: the first makes the schema, the others find it complete.
 * The lock and the migrations share one connection, so that neither outlives the other.
 */
export async function withExecutor<T>(
  connections: Connections,
  work: (executor: MigrationExecutor) => Promise<T>,
): Promise<T> {
  const source = await createDataSource(connections)
  const runner = source.createQueryRunner('master')
  const executor = new MigrationExecutor(source, runner)
  executor.transaction = 'each'
  try {
    return await (connections.engine === 'sqlite' ? work(executor) : underLock(runner, () => work(executor)))
  } finally {
    await runner.release()
    await source.destroy()
  }
}

async function underLock<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  try {
    await widenForMigrations(sql => runner.query(sql))
    const rows = (await runner.query(`SELECT GET_LOCK(${lockName}, 60) AS mine`)) as { mine: number }[]
    if (Number(rows[0]?.mine) !== 1)
      throw new Error('another server has been migrating this database for over a minute')
    return await work()
  } finally {
    await runner.query(`SELECT RELEASE_LOCK(${lockName})`).catch(() => {})
    await runner.connect().then(
      connection => (connection as { destroy(): void }).destroy(),
      () => {},
    )
  }
}
