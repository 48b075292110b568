// The schema: which migrations have run, and running those that are due. TypeORM is loaded only for that.
import type { Database } from './database.js'
import { migrationNames } from './migrations/index.js'

/** Runs the migrations that are due. @returns their names */
export async function migrateUp(database: Database): Promise<string[]> {
  const done = await doneIn(database)
  refuseStrange(done)
  if (migrationNames.every(name => done.has(name))) return []
  const { withExecutor } = await import('./migration-executor.js')
  return withExecutor(database.connections, async executor => {
    await requireKnownMigrations(database)
    return (await executor.executePendingMigrations()).map(({ name }) => name)
  })
}

/** Reverts the last migration, with all data in the tables it made. */
export async function migrateDown(database: Database): Promise<void> {
  const { withExecutor } = await import('./migration-executor.js')
  await withExecutor(database.connections, async executor => {
    await requireKnownMigrations(database)
    await executor.undoLastMigration()
  })
}

/**
 * A program that is older than the schema would write rows that a newer one does not understand.
 * @throws Error with the migrations that only a newer version knows
 */
export async function requireKnownMigrations(database: Database): Promise<void> {
  refuseStrange(await doneIn(database))
}

function refuseStrange(done: ReadonlySet<string>): void {
  const unknown = unknownMigrations(done)
  if (unknown.length > 0)
    throw new Error(
      `the database was made by a newer version of Darvoza (${unknown.join(', ')}): run that version; migrations of its own only it can take back`,
    )
}

/** Every migration of this program, and whether it has run; then unknown ones that have run. */
export async function migrationStatus(database: Database): Promise<{ name: string; done: boolean }[]> {
  const done = await doneIn(database)
  return [...migrationNames, ...unknownMigrations(done)].map(name => ({ name, done: done.has(name) }))
}

function unknownMigrations(done: ReadonlySet<string>): string[] {
  return [...done].filter(name => !migrationNames.includes(name))
}

async function doneIn(database: Database): Promise<Set<string>> {
  const [table] = await database.read(
    database.dialect.engine === 'sqlite'
      ? "SELECT 1 AS here FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"
      : "SELECT 1 AS here FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'migrations'",
  )
  if (!table) return new Set()
  return new Set((await database.read<{ name: string }>('SELECT name FROM migrations')).map(({ name }) => name))
}
