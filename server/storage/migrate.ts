import { MigrationExecutor, type QueryRunner } from 'typeorm'
import { type Database, discard } from './database.js'
import { widenForMigrations } from './mysql-session.js'

/** MySQL allows 64 characters, and a database's name alone may have them. */
const lockName = "CONCAT('darvoza.migrate.', MD5(DATABASE()))"

/**
 * Servers that start together migrate one after the other: the first makes the schema, the rest find it made. The lock and
 * the migrations share one connection, so that neither outlives the other.
 */
async function underLock<T>(database: Database, work: (runner?: QueryRunner) => Promise<T>): Promise<T> {
  if (database.dialect.engine === 'sqlite') return work()
  const runner = database.source.createQueryRunner('master')
  try {
    await widenForMigrations(runner)
    const rows = (await runner.query(`SELECT GET_LOCK(${lockName}, 60) AS mine`)) as {
      mine: number
    }[]
    if (Number(rows[0]?.mine) !== 1)
      throw new Error('another server has been migrating this database for over a minute')
    return await work(runner)
  } finally {
    await runner.query(`SELECT RELEASE_LOCK(${lockName})`).catch(() => {})
    await discard(runner).catch(() => {})
    await runner.release()
  }
}

/** Runs the migrations that are due. @returns their names */
export function migrateUp(database: Database): Promise<string[]> {
  return underLock(database, async runner => {
    await requireKnownMigrations(database)
    return (await executor(database, runner).executePendingMigrations()).map(done => done.name)
  })
}

/** Takes the last migration back, with all data in the tables it made. */
export function migrateDown(database: Database): Promise<void> {
  return underLock(database, async runner => {
    await requireKnownMigrations(database)
    await executor(database, runner).undoLastMigration()
  })
}

function executor({ source }: Database, runner?: QueryRunner): MigrationExecutor {
  const executor = new MigrationExecutor(source, runner)
  executor.transaction = 'each'
  return executor
}

/**
 * A program that is older than the schema would write what its successor does not understand.
 * @throws Error with the migrations that only a newer version knows
 */
export async function requireKnownMigrations(database: Database): Promise<void> {
  const known = ours(database)
  const strange = [...(await doneIn(database))].filter(name => !known.includes(name))
  if (strange.length > 0)
    throw new Error(
      `the database was made by a newer version of Darvoza (${strange.join(', ')}): run that version; migrations of its own only it can take back`,
    )
}

/** Every migration that this program knows, and whether it has run; then those that it does not know. */
export async function migrationStatus(database: Database): Promise<{ name: string; done: boolean }[]> {
  const [known, done] = [ours(database), await doneIn(database)]
  const strange = [...done].filter(name => !known.includes(name))
  return [...known, ...strange].map(name => ({ name, done: done.has(name) }))
}

function ours(database: Database): string[] {
  return database.source.migrations.map(migration => migration.name ?? migration.constructor.name)
}

async function doneIn(database: Database): Promise<Set<string>> {
  const done = new Set<string>()
  const runner = database.source.createQueryRunner('master')
  try {
    if (await runner.hasTable('migrations')) {
      for (const row of (await runner.query('SELECT name FROM migrations')) as { name: string }[]) done.add(row.name)
    }
  } finally {
    await runner.release()
  }
  return done
}
