// The database engines that tests run on: SQLite always, MariaDB where it is installed; and checks for other programs.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSettings } from '../../config/settings.js'
import { mariadbd, sharedMariaDb } from './mariadb.js'
import { redisServer } from './redis.js'
import { mariaDbWithTables, sqliteWithTables } from './schema.js'

export type Engine = {
  name: 'SQLite' | 'MariaDB'
  /** An empty database. */
  fresh: () => Promise<DatabaseSettings>
  /** A database with all tables and no rows, as after the migrations. */
  migrated: () => Promise<DatabaseSettings>
}

/** Temporary folders of this test run; removed at its end. */
const folders: string[] = []

export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'darvoza-test-'))
  folders.push(folder)
  return folder
}

export function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

const aFile = () => ({ engine: 'sqlite', path: join(aFolder(), 'test.sqlite') }) as const
export const sqlite: Engine = { name: 'SQLite', fresh: async () => aFile(), migrated: sqliteWithTables(aFile) }
const mariadb: Engine = {
  name: 'MariaDB',
  fresh: async () => (await sharedMariaDb()).create(),
  migrated: mariaDbWithTables(sharedMariaDb),
}

/** The engines that this machine has, for programs other than tests. */
export const engines = (): Engine[] => (mariadbd ? [sqlite, mariadb] : [sqlite])

/**
 * A `describe` that runs the same tests on each engine.
 * @example onEachEngine('sessions', engine => { it('…', async () => { const server = await aServer({ engine }) }) })
 */
export function onEachEngine(title: string, define: (engine: Engine) => void): void {
  describe(`${title} (SQLite)`, () => define(sqlite))
  onMariaDb(title, define)
}

/** A `describe` for tests that need MariaDB, such as those with several processes on one database. */
export function onMariaDb(title: string, define: (engine: Engine) => void): void {
  if (mariadbd) describe(`${title} (MariaDB)`, () => define(mariadb))
  else missing(`${title} (MariaDB)`, 'mariadbd is not installed (apt-get install mariadb-server)')
}

/** A `describe` for tests that need a real Redis. */
export function onRedis(title: string, define: () => void): void {
  if (redisServer) describe(`${title} (Redis)`, define)
  else missing(`${title} (Redis)`, 'redis-server is not installed (apt-get install redis-server)')
}

/** A skipped test with one clear line; where REQUIRE_ALL is set, a failed one. */
export function missing(title: string, why: string): void {
  it(`${title}: ${why}`, function () {
    skipFor(this, why)
  })
}

/** Skips the running test, or the tests of the running hook; all skips go through this function. */
export function skipFor(running: Mocha.Context, why: string): void {
  if (process.env.REQUIRE_ALL) throw new Error(why)
  console.log(`      skipped: ${why}`)
  running.skip()
}

/** Skips where /proc does not exist. */
export function needsLinux(running: Mocha.Context): void {
  if (!existsSync('/proc/self/environ')) skipFor(running, 'this is no Linux, or /proc is not there')
}

/** Skips where another program is not installed. */
export function needsProgram(running: Mocha.Context, name: string): void {
  const { error } = spawnSync(name, ['--version'], { stdio: 'ignore' })
  if (error) skipFor(running, `${name} is not installed (apt-get install ${name})`)
}
