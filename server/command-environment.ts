// Opens the database for a command: only when the command asks, so that `--help` and a misspelt option need no settings and
// no database.
import { existsSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { readEnvironment } from '../config/environment.js'
import { readSettings, type Settings, settingNames } from '../config/settings.js'
import type { Domain, Schema } from './commands/command-line.js'
import { Failure } from './commands/failures.js'
import type { Parts } from './compose.js'

/** Where a command runs: the process's own, or a test's. */
export type CommandEnvironment = { env: NodeJS.ProcessEnv; cwd: string; stderr: Writable }

const howToBegin = 'set DATABASE_URL or DATA_DIR as the server has it, start the server once, or run darvoza migrate up'

export function createOpening({ env, cwd, stderr }: CommandEnvironment) {
  let settings: Settings | null = null
  let composed: Parts | null = null

  /** As the server reads them: from the environment, and from .env in the working directory. */
  const settingsHere = (): Settings => readSettings(readEnvironment(env, cwd).variables)

  /**
   * Only a server, or `migrate up`, makes an embedded database: a command typed in a terminal without the server's settings
   * would otherwise succeed on a database of its own, and end nothing.
   */
  function refuseMissingFile(): void {
    const { database } = settingsHere()
    if (database.engine === 'sqlite' && !existsSync(database.path))
      throw new Failure(`there is no database at ${database.path}: ${howToBegin}`)
  }

  async function composeOnce(): Promise<Parts> {
    settings = settingsHere()
    const [{ composeParts }, { pino }] = await Promise.all([import('./compose.js'), import('pino')])
    composed = await composeParts(settings, {
      log: pino({ level: level(settings), base: undefined }, stderr),
    })
    return composed
  }

  async function openParts(): Promise<Parts['parts']> {
    refuseMissingFile()
    const { parts } = await composeOnce()
    const { migrationStatus, requireKnownMigrations } = await import('./storage/migrate.js')
    await requireKnownMigrations(parts.storage.database)
    const status = await migrationStatus(parts.storage.database)
    const pending = status.filter(migration => !migration.done)
    if (pending.length === status.length) throw new Failure(`the database is empty: ${howToBegin}`)
    if (pending.length > 0) throw new Failure('the database is older than this program: run darvoza migrate up')
    // Also when the database went back: to look, and to advance the log. Whatever changes something else is refused then.
    await parts.revocation.tail.readNow()
    return parts
  }

  return {
    open: (): Promise<Domain> => openParts(),

    async openDemo() {
      const { composeDemo } = await import('./composition/demo.js')
      return composeDemo(await openParts())
    },

    async openSchema(): Promise<Schema> {
      const { parts, migrate } = await composeOnce()
      const { database } = parts.storage
      const { migrateDown, migrationStatus } = await import('./storage/migrate.js')
      return { status: () => migrationStatus(database), up: migrate, down: () => migrateDown(database) }
    },

    /** A secret that a file names. Not a setting: its last characters would be shown, and whoever writes the file chooses it. */
    variable(name: string): { value: string } | { problem: string } {
      if (settingNames.includes(name))
        return { problem: `${name} is a setting of the server, and no secret of an application` }
      const value = readEnvironment(env, cwd).variables[name]
      return value ? { value } : { problem: `the variable ${name} is not set` }
    },

    close: async () => composed?.close(),
    settings: () => settings,
    debugging: () => isDebugging(settings),
  }
}

/** What goes wrong is said in one line of our own. */
function level(settings: Settings): string {
  return isDebugging(settings) ? settings.logLevel : 'fatal'
}

function isDebugging(settings: Settings | null): boolean {
  return settings?.logLevel === 'debug' || settings?.logLevel === 'trace'
}
